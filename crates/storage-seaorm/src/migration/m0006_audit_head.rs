//! The signed end of the sealed audit trail.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// A place for the signed end.
pub(crate) struct AuditHead;

impl MigrationName for AuditHead {
    fn name(&self) -> &'static str {
        "m0006_audit_head"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AuditHead {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

/// What was sealed before stays as it is; whoever has the key signs its end (`portcullis audit sign-anew`). A product that did so
/// by itself where the end is missing would do it as well for whoever took it away. The lock of those who seal is no row any more.
const STATEMENTS: &str = "
DELETE FROM locks WHERE name = 'sealing';
CREATE TABLE audit_head (id {int} PRIMARY KEY CHECK (id = 1), sealed {bytes} NOT NULL) {strict}
";
