//! Active operators are walked by what does not change while they are walked.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// An index by identity.
pub(crate) struct OperatorsByIdentity;

impl MigrationName for OperatorsByIdentity {
    fn name(&self) -> &'static str {
        "m0008_operators_by_identity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OperatorsByIdentity {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

const STATEMENTS: &str = "
CREATE INDEX accounts_by_status_and_identity ON accounts (kind, status, id)
";
