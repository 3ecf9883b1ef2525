//! The tables, version by version. A migration that was released is never changed: a new one comes after it.

mod m0001_foundation;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Every migration, in order.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_foundation::Foundation)]
    }
}

/// Applies what is missing. On `PostgreSQL` nodes that start together wait here for one another; on `SQLite` they did when
/// the transaction began.
pub(crate) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // The key is the ASCII of "portcull"; any number does, as long as it stays the same.
        transaction.execute_unprepared("SELECT pg_advisory_xact_lock(8101819270137670764)").await?;
    }
    Migrator::up(transaction, None).await
}
