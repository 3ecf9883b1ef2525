//! What has served its time is found without reading the rest.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// Indexes by age.
pub(crate) struct Ages;

impl MigrationName for Ages {
    fn name(&self) -> &'static str {
        "m0005_sweeping"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Ages {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

const STATEMENTS: &str = "
CREATE INDEX sessions_by_age ON sessions (created_at);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at)
";
