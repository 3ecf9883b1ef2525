//! An invitation that was opened is told from one that only arrived.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// When somebody first came with a token and did more than look.
pub(crate) struct OpenedInvitations;

impl MigrationName for OpenedInvitations {
    fn name(&self) -> &'static str {
        "m0007_opened_invitations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OpenedInvitations {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

const STATEMENTS: &str = "
ALTER TABLE one_time_tokens ADD COLUMN opened_at {int}
";
