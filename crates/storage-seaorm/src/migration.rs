//! The tables, version by version. A migration that was released is never changed: a new one comes after it.

mod m0001_foundation;
mod m0002_running_the_house;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

/// Every migration, in order.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_foundation::Foundation), Box::new(m0002_running_the_house::RunningTheHouse)]
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

/// Runs statements that are parted by semicolons, each with the types as the engine calls them.
async fn execute_all(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        db.execute_unprepared(&spelled(statement, db.get_database_backend())).await?;
    }
    Ok(())
}

/// The statement with the types as the engine calls them.
fn spelled(statement: &str, backend: DbBackend) -> String {
    // A sorted text compares byte by byte on both engines, whatever the locale of the server.
    let words = match backend {
        DbBackend::Postgres => [
            ("{id}", "UUID"),
            ("{bytes}", "BYTEA"),
            ("{int}", "BIGINT"),
            ("{flag}", "BOOLEAN"),
            ("{serial}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            ("{sorted}", "TEXT COLLATE \"C\""),
            ("{strict}", ""),
        ],
        _ => [
            ("{id}", "BLOB"),
            ("{bytes}", "BLOB"),
            ("{int}", "INTEGER"),
            ("{flag}", "INTEGER"),
            ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("{sorted}", "TEXT"),
            ("{strict}", "STRICT"),
        ],
    };
    words.iter().fold(statement.to_owned(), |sql, (word, spelling)| sql.replace(word, spelling))
}
