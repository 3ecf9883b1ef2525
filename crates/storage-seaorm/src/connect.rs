//! Opening the database.

mod settings;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use portcullis_domain::ports::storage::{Storage, Stored, UnitOfWork, View};
use sea_orm::sqlx::{Connection as _, PgConnection, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, SqlxError, Statement, TransactionOptions, TransactionTrait,
};

use self::settings::tells_tls_mode;
pub use self::settings::{ConnectionSettings, TlsMode};
use crate::error::ConnectError;
use crate::handle::Handle;
use crate::migration::{self, SchemaState};
use crate::statement::in_time;

/// How long `SQLite` waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a caller waits on `SQLite` for its turn to write, or to read, before it is told that storage is unavailable.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);

/// The oldest `PostgreSQL` that is known to serve, as the server numbers itself: 13.
const OLDEST_SERVER: u32 = 130_000;

/// How long a connection may take to show that it still carries something, before it serves the next one.
const PULSE: Duration = Duration::from_secs(1);

/// How many read at once on `SQLite`.
const SQLITE_READERS: u32 = 8;

/// The database behind the port, on `SQLite` or `PostgreSQL`. Cloning is cheap and shares the connections.
///
/// `SQLite` has one writer: units of work take turns on one connection, and begin `IMMEDIATE`, so that none of them fails
/// half-way for having read before it wrote. Readers have connections of their own, which cannot write.
#[derive(Debug, Clone)]
pub struct SeaOrmStorage {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
}

impl SeaOrmStorage {
    /// Opens the database of a URL: `sqlite://PATH` (everything behind the slashes is the path, as it is) or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`. A `SQLite` file that is missing is created, for its owner's eyes only.
    /// The tables are made by [`SeaOrmStorage::migrate`].
    ///
    /// # Errors
    /// [`ConnectError`], which says what is wrong and what to do.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::connect_with(url, &ConnectionSettings::default()).await
    }

    /// The same, with connections to `PostgreSQL` as the settings say.
    ///
    /// # Errors
    /// [`ConnectError`], which says what is wrong and what to do.
    pub async fn connect_with(url: &str, settings: &ConnectionSettings) -> Result<Self, ConnectError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains('?') || path == ":memory:" {
                return Err(ConnectError::NotAFile);
            }
            return Self::connect_sqlite(Path::new(path)).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::connect_postgres(url, settings.clone()).await;
        }
        Err(ConnectError::UnsupportedUrl)
    }

    async fn connect_postgres(url: &str, settings: ConnectionSettings) -> Result<Self, ConnectError> {
        let mut options = ConnectOptions::new(url);
        let acquire_timeout = settings.acquire_timeout.min(ConnectionSettings::LONGEST);
        let told = tells_tls_mode(url);
        options
            .max_connections(settings.max_connections)
            .connect_timeout(acquire_timeout)
            .acquire_timeout(acquire_timeout)
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(move |postgres| settings.applied(postgres, told))
            // The pool itself would wait for ever for the answer of a connection that hangs, and keep its place taken.
            .map_sqlx_postgres_pool_opts(|pool| {
                pool.test_before_acquire(false)
                    .before_acquire(|connection, _| Box::pin(pulse(connection)))
                    .after_release(|connection, _| Box::pin(pulse(connection)))
            });
        let pool = open(options).await?;
        let asked = Statement::from_string(DbBackend::Postgres, "SHOW server_version_num");
        let failed = |error: DbErr| ConnectError::Unreachable(error.to_string());
        let answer = pool.query_one_raw(asked).await.map_err(failed)?;
        let version: String =
            answer.map(|row| row.try_get_by_index(0)).transpose().map_err(failed)?.unwrap_or_default();
        check_version(&version)?;
        Ok(Self { writer: pool.clone(), readers: pool })
    }

    async fn connect_sqlite(path: &Path) -> Result<Self, ConnectError> {
        create_private(path).map_err(|source| ConnectError::File { path: path.to_owned(), source })?;
        // The writer first: it turns the write-ahead log on, which a reader could not.
        let writer = open(sqlite_options(path, 1, false)).await?;
        let readers = open(sqlite_options(path, SQLITE_READERS, true)).await?;
        Ok(Self { writer, readers })
    }

    /// Makes the tables, or brings them up to date; does nothing when they are. Nodes that start together take turns.
    ///
    /// # Errors
    /// [`ConnectError::NewerSchema`] or [`ConnectError::Migration`]; then nothing was changed.
    pub async fn migrate(&self) -> Result<(), ConnectError> {
        let failed = |error: DbErr| ConnectError::Migration(error.to_string());
        let transaction = self.transaction().await.map_err(failed)?;
        migration::wait_for_turn(&transaction).await.map_err(failed)?;
        match migration::state(&transaction).await.map_err(failed)? {
            SchemaState::UpToDate => return Ok(()),
            SchemaState::Newer { unknown } => return Err(ConnectError::NewerSchema(unknown)),
            SchemaState::Pending => migration::up(&transaction).await.map_err(failed)?,
        }
        transaction.commit().await.map_err(failed)
    }

    /// Whether the tables are those of this version. Changes nothing.
    ///
    /// # Errors
    /// [`ConnectError::Unreachable`] when the database does not answer.
    pub async fn schema_state(&self) -> Result<SchemaState, ConnectError> {
        migration::state(&self.readers).await.map_err(|error| ConnectError::Unreachable(error.to_string()))
    }

    /// Closes every connection, after the statements that run. What is asked afterwards is unavailable.
    pub async fn close(&self) {
        for pool in [&self.readers, &self.writer] {
            // A pool that is closed already is what was asked for.
            let _ = pool.close_by_ref().await;
        }
    }

    async fn transaction(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = match self.writer.get_database_backend() {
            DbBackend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            // The guarded writes count on seeing what others committed while they waited for a row.
            _ => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                ..TransactionOptions::default()
            },
        };
        self.writer.begin_with_options(options).await
    }
}

#[async_trait]
impl Storage for SeaOrmStorage {
    async fn view(&self) -> Stored<Box<dyn View>> {
        Ok(Box::new(Handle(self.readers.clone())))
    }

    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        let transaction = in_time(self.transaction()).await?;
        Ok(Box::new(Handle(transaction)))
    }
}

/// Whether a connection still carries something. One that does not is closed without a farewell.
async fn pulse(connection: &mut PgConnection) -> Result<bool, SqlxError> {
    let answered = tokio::time::timeout(PULSE, connection.ping()).await;
    answered.map_err(|_| SqlxError::PoolTimedOut)?.map(|()| true)
}

/// Whether a connection has no transaction open any more. One that has is closed, and another is opened in its place.
///
/// When `SQLite` finds no room it rolls back by itself. The driver, whose own rollback fails then, takes the transaction for
/// open: the next ones become savepoints of it, one of which stays open when it is dropped, and what is committed
/// from then on is answered as done, seen by no reader, and gone with the process.
async fn is_at_rest(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    // The rollback of a unit of work that was dropped is on its way before it.
    connection.ping().await?;
    let at_rest = !connection.is_in_transaction();
    if !at_rest {
        tracing::warn!("a transaction could not be ended; its connection is closed");
    }
    Ok(at_rest)
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, ConnectError> {
    let url = options.get_url().to_owned();
    let opened = Database::connect(options).await;
    opened.map_err(|error| match &error {
        DbErr::Conn(RuntimeErr::SqlxError(inner)) if is_of_tls(inner) => ConnectError::Tls(inner.to_string()),
        _ => ConnectError::Unreachable(without(&error.to_string(), &url)),
    })
}

/// Whether the protection of the way failed: the server has none, or its certificate does not do, which the library tells as
/// data that is invalid.
fn is_of_tls(error: &SqlxError) -> bool {
    match error {
        SqlxError::Tls(_) => true,
        SqlxError::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// Refuses a server that is older than what is known to serve.
fn check_version(number: &str) -> Result<(), ConnectError> {
    match number.parse::<u32>() {
        Ok(found) if found < OLDEST_SERVER => {
            Err(ConnectError::TooOld { found: found / 10_000, oldest: OLDEST_SERVER / 10_000 })
        }
        _ => Ok(()),
    }
}

/// A message that does not repeat the URL, which holds a password.
fn without(message: &str, url: &str) -> String {
    if message.contains(url) && url.starts_with("postgres") {
        return "its URL cannot be read: percent-encode what is special in the user and the password".to_owned();
    }
    message.to_owned()
}

fn sqlite_options(path: &Path, connections: u32, read_only: bool) -> ConnectOptions {
    let path: PathBuf = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(TURN_TIMEOUT)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|connection, _| Box::pin(is_at_rest(connection))))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .create_if_missing(false)
                .busy_timeout(BUSY_TIMEOUT)
                .foreign_keys(true)
                .pragma("journal_mode", "WAL")
                // What was answered as done stays done when the power fails.
                .pragma("synchronous", "FULL")
                .pragma("query_only", if read_only { "ON" } else { "OFF" })
        });
    options
}

/// Creates the file when it is missing, readable by its owner only. `SQLite` gives the log beside it the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_named_with_what_would_do() {
        for (number, good) in
            [("90624", false), ("120022", false), ("130000", true), ("150020", true), ("180001", true)]
        {
            assert_eq!(check_version(number).is_ok(), good, "{number}");
        }
        let said = check_version("120022").unwrap_err().to_string();
        assert!(said.contains("PostgreSQL 12") && said.contains("13 or newer"), "{said}");
    }
    #[tokio::test]
    async fn what_is_committed_after_a_unit_of_work_found_no_room_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("full.db").display());
        let storage = SeaOrmStorage::connect(&url).await.unwrap();
        storage.migrate().await.unwrap();
        // No larger than it is now, for as long as this connection lasts.
        storage.writer.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let mut unit = storage.begin().await.unwrap();
        let mut written = 0;
        while unit.set_parameter(&format!("key {written}"), &"long ".repeat(800)).await.is_ok() {
            written += 1;
            assert!(written < 1_000, "there is room");
        }
        drop(unit);
        drop(storage.begin().await.unwrap());
        let mut unit = storage.begin().await.unwrap();
        unit.set_parameter("key", "text").await.unwrap();
        unit.commit().await.unwrap();
        let seen = storage.view().await.unwrap().parameters().await.unwrap();
        assert_eq!(seen, [("key".to_owned(), "text".to_owned())], "and nothing of what found no room");
    }
}
