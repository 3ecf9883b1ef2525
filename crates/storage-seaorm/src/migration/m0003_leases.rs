//! A claimed mail is told apart from one that waits for its next try.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// Until when a mail is the claimer's: what another wrote meanwhile is not overwritten, and nobody makes it due.
pub(crate) struct Leases;

impl MigrationName for Leases {
    fn name(&self) -> &'static str {
        "m0003_leases"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Leases {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

const STATEMENTS: &str = "
ALTER TABLE outbox ADD COLUMN leased_until {int}
";
