//! The tables, version by version. A migration that was released is never changed: a new one comes after it.

mod m0001_foundation;
mod m0002_running_the_house;
mod m0003_leases;
mod m0004_long_lists;
mod m0005_sweeping;
mod m0006_audit_head;
mod m0007_opened_invitations;
mod m0008_operators_by_identity;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

/// Every migration, in order.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_foundation::Foundation),
            Box::new(m0002_running_the_house::RunningTheHouse),
            Box::new(m0003_leases::Leases),
            Box::new(m0004_long_lists::LongLists),
            Box::new(m0005_sweeping::Ages),
            Box::new(m0006_audit_head::AuditHead),
            Box::new(m0007_opened_invitations::OpenedInvitations),
            Box::new(m0008_operators_by_identity::OperatorsByIdentity),
        ]
    }
}

/// The advisory lock of whoever migrates. Any number does, as long as it stays the same.
const TURN: i64 = 8_101_819_270_137_670_764;

/// How the tables stand to this version of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// They are those of this version.
    UpToDate,
    /// There are none, or those of an older version: [`crate::SeaOrmStorage::migrate`] brings them up to date.
    Pending,
    /// A newer version has changed them.
    Newer {
        /// The first migration that this version does not know.
        unknown: String,
    },
}

/// Compares the migrations that were applied with those that are known. Only reads.
pub(crate) async fn state<C: ConnectionTrait>(db: &C) -> Result<SchemaState, DbErr> {
    let applied = applied(db).await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name)) {
        return Ok(SchemaState::Newer { unknown: unknown.clone() });
    }
    let missing = known.iter().any(|name| !applied.contains(name));
    Ok(if missing { SchemaState::Pending } else { SchemaState::UpToDate })
}

/// The names of the migrations that were applied, in order.
async fn applied<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr> {
    let backend = db.get_database_backend();
    let exists = match backend {
        DbBackend::Postgres => {
            "SELECT 1 AS here FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'seaql_migrations'"
        }
        _ => "SELECT 1 AS here FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if db.query_all_raw(Statement::from_string(backend, exists)).await?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// On `PostgreSQL` nodes that start together wait here for one another; on `SQLite` they did when the transaction began.
pub(crate) async fn wait_for_turn(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // An index over a million rows takes longer than a request may; so does another node that is making it.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10min'").await?;
        let free =
            Statement::from_string(DbBackend::Postgres, format!("SELECT pg_try_advisory_xact_lock({TURN}) AS free"));
        let free = transaction.query_one_raw(free).await?.map(|row| row.try_get("", "free")).transpose()?;
        if free != Some(true) {
            tracing::info!("another node is bringing the database up to date; waiting for it, ten minutes at most");
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({TURN})")).await?;
        }
    }
    Ok(())
}

/// Applies what is missing, after [`wait_for_turn`].
pub(crate) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
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

#[cfg(test)]
mod tests {
    use sea_orm::Database;

    use super::*;

    #[tokio::test]
    async fn what_the_first_version_stored_is_kept_and_found_by_what_came_later() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("it.db").display());
        let db = Database::connect(url).await.unwrap();
        assert_eq!(state(&db).await.unwrap(), SchemaState::Pending);
        Migrator::up(&db, Some(1)).await.unwrap();
        assert_eq!(state(&db).await.unwrap(), SchemaState::Pending);
        db.execute_unprepared(
            "INSERT INTO accounts (id, kind, email, email_key, name, name_key, search, language, status, \
             password_change_due, created_at) \
             VALUES (x'01', 'operator', 'A@b.c', 'a@b.c', 'A', 'a', 'a@b.c a', 'en', 'active', 0, 1); \
             INSERT INTO outbox (id, recipient, kind, state, attempts, next_attempt_at, created_at) \
             VALUES (x'02', 'A@b.c', 'invitation', 'sent', 1, 1, 1); \
             INSERT INTO one_time_tokens (digest, purpose, account_id, created_at, expires_at) \
             VALUES (x'03', 'invitation', x'01', 1, 2)",
        )
        .await
        .unwrap();
        Migrator::up(&db, Some(4)).await.unwrap();
        db.execute_unprepared(
            "INSERT INTO audit_events (id, happened_at, actor, action, details, seal) \
             VALUES (x'04', 1, 'system', 'set_up.completed', '{}', x'05')",
        )
        .await
        .unwrap();
        Migrator::up(&db, None).await.unwrap();
        assert_eq!(state(&db).await.unwrap(), SchemaState::UpToDate);
        for sql in [
            "SELECT 1 FROM accounts WHERE password_rules = '' AND email_key = 'a@b.c'",
            "SELECT 1 FROM outbox WHERE recipient_key = 'a@b.c' AND kind = 'invitation'",
            "SELECT 1 FROM one_time_tokens WHERE digest = x'03' AND opened_at IS NULL AND consumed_at IS NULL",
            "SELECT 1 FROM audit_events WHERE seal = x'05' AND NOT EXISTS (SELECT 1 FROM audit_head)",
        ] {
            let found = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
            assert_eq!(found.len(), 1, "{sql}");
        }
    }
}
