//! Statements and rows: what every concept speaks with the database.

use portcullis_domain::instant::{Instant, from_micros, to_micros};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::secret::Digest256;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, TryGetable, Value};
use uuid::Uuid;

use crate::connect::ConnectionSettings;
use crate::error::storage_error;

/// The most rows that are given or claimed at once.
const MOST_ROWS: u64 = 500;

/// How long a caller waits for a connection and what runs on it: longer than the server itself may be told to let a statement
/// run, so that this ends only what the server does not end, because nothing comes through any more.
pub(crate) const DEADLINE: std::time::Duration =
    ConnectionSettings::LONGEST.saturating_mul(2).saturating_add(std::time::Duration::from_secs(1));

/// What the database answers, unless it does not answer at all. The connection is tested before it serves anybody else.
pub(crate) async fn in_time<T>(asked: impl Future<Output = Result<T, DbErr>>) -> Stored<T> {
    match tokio::time::timeout(DEADLINE, asked).await {
        Ok(answer) => answer.map_err(|error| storage_error(&error)),
        Err(_) => Err(StorageError::Unavailable("it does not answer".to_owned())),
    }
}

/// Runs a statement that gives no rows; says how many it affected.
pub(crate) async fn execute<C: ConnectionTrait>(db: &C, sql: &str, values: Vec<Value>) -> Stored<u64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let done = in_time(db.execute_raw(statement)).await?;
    Ok(done.rows_affected())
}

/// Every row of a statement.
///
/// Also what gives one row at most is read to its end, so that no statement is still open when the transaction ends.
pub(crate) async fn rows<C: ConnectionTrait>(db: &C, sql: &str, values: Vec<Value>) -> Stored<Vec<Row>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let found = in_time(db.query_all_raw(statement)).await?;
    Ok(found.into_iter().map(Row).collect())
}

/// The first row of a statement.
pub(crate) async fn row<C: ConnectionTrait>(db: &C, sql: &str, values: Vec<Value>) -> Stored<Option<Row>> {
    Ok(rows(db, sql, values).await?.into_iter().next())
}

/// `lock` on `PostgreSQL`; nothing on `SQLite`, where a unit of work is the only writer from its beginning on.
pub(crate) fn row_lock<C: ConnectionTrait>(db: &C, lock: &'static str) -> &'static str {
    if db.get_database_backend() == DbBackend::Postgres { lock } else { "" }
}

/// Whether the database keeps the counts that long lists show: `SQLite` does, by triggers, where one writer cannot stand in
/// another's way. `PostgreSQL` counts along an index.
pub(crate) fn keeps_counts<C: ConnectionTrait>(db: &C) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}

/// `$from, $from+1, …`: placeholders for `count` values.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// An instant as a value.
pub(crate) fn at(instant: Instant) -> Value {
    to_micros(instant).into()
}

/// Perhaps an instant, as a value.
pub(crate) fn maybe_at(instant: Option<Instant>) -> Value {
    instant.map(to_micros).into()
}

/// A digest as a value.
pub(crate) fn digest(digest: &Digest256) -> Value {
    digest.as_bytes().to_vec().into()
}

/// A text as a value. `PostgreSQL` holds no U+0000 in a text; in its place stands U+FFFD, on `SQLite` too, so that both
/// give back the same. No address, name or key of the domain has either of them.
pub(crate) fn text(text: &str) -> Value {
    text.replace('\0', "\u{fffd}").into()
}

/// Perhaps a text, as a value.
pub(crate) fn maybe_text(content: Option<&str>) -> Value {
    content.map_or(Value::String(None), text)
}

/// Perhaps a digest, from a column.
pub(crate) fn read_digest(column: &str, bytes: Option<Vec<u8>>) -> Stored<Option<Digest256>> {
    bytes.map(|bytes| Digest256::from_slice(&bytes).ok_or_else(|| corrupt(column))).transpose()
}

/// The number in the column `counted` of the only row.
pub(crate) async fn count<C: ConnectionTrait>(db: &C, sql: &str, values: Vec<Value>) -> Stored<u64> {
    let counted = row(db, sql, values).await?.map(|row| row.get::<i64>("counted")).transpose()?;
    Ok(counted.and_then(|counted| u64::try_from(counted).ok()).unwrap_or(0))
}

/// How many rows to give at most, as a value.
pub(crate) fn limit(most: u64) -> Value {
    i64::try_from(most.min(MOST_ROWS)).unwrap_or(i64::MAX).into()
}

/// `LIMIT` and `OFFSET` of a page as values, in this order.
pub(crate) fn limit_offset(page: Page) -> [Value; 2] {
    [limit(page.limit), i64::try_from(page.offset).unwrap_or(i64::MAX).into()]
}

/// A row that says which of its columns is corrupt.
pub(crate) struct Row(QueryResult);

impl Row {
    /// A column, as what the database driver reads.
    pub(crate) fn get<T: TryGetable>(&self, column: &str) -> Stored<T> {
        self.0.try_get("", column).map_err(|error| match storage_error(&error) {
            StorageError::Unavailable(why) => StorageError::Corrupt(why),
            other => other,
        })
    }

    /// A column that holds an identity.
    pub(crate) fn uuid(&self, column: &str) -> Stored<Uuid> {
        self.get(column)
    }

    /// A column that holds a text.
    pub(crate) fn text(&self, column: &str) -> Stored<String> {
        self.get(column)
    }

    /// A column that holds an instant.
    pub(crate) fn instant(&self, column: &str) -> Stored<Instant> {
        Ok(from_micros(self.get(column)?))
    }

    /// A column that may hold an instant.
    pub(crate) fn maybe_instant(&self, column: &str) -> Stored<Option<Instant>> {
        Ok(self.get::<Option<i64>>(column)?.map(from_micros))
    }

    /// A column that holds a digest.
    pub(crate) fn digest(&self, column: &str) -> Stored<Digest256> {
        Digest256::from_slice(&self.get::<Vec<u8>>(column)?).ok_or_else(|| corrupt(column))
    }

    /// A column that holds a text which the domain parses.
    pub(crate) fn parsed<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Stored<T> {
        parse(&self.text(column)?).ok_or_else(|| corrupt(column))
    }
}

/// The column holds what no value of the domain can be. What it holds is not repeated: it may be a secret.
pub(crate) fn corrupt(column: &str) -> StorageError {
    StorageError::Corrupt(format!("column {column}"))
}
