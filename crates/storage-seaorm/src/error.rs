//! What can go wrong, and how errors of `SeaORM` become those of the domain.

use std::borrow::Cow;
use std::path::PathBuf;

use portcullis_domain::ports::storage::StorageError;
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

/// The database could not be made ready. Each message says what is wrong and what to do; none repeats the URL, because
/// there may be a password in it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL names no engine that is known.
    #[error(
        "the database URL names no supported database. Write sqlite://PATH, for example \
         sqlite:///var/lib/portcullis/portcullis.db, or postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    UnsupportedUrl,
    /// A `SQLite` URL without a file, in memory, or with options.
    #[error(
        "the SQLite URL must name a file and nothing else. Write sqlite://PATH, for example \
         sqlite:///var/lib/portcullis/portcullis.db; databases in memory and options after `?` are not supported"
    )]
    NotAFile,
    /// The file of the database cannot be opened or created.
    #[error(
        "cannot open or create the database file {}: {source}. Make sure that its folder exists and that the account \
         that runs the program may write there", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database did not let the program in.
    #[error(
        "cannot connect to the database: {0}. Make sure that it runs, and that the host, the user, the password and \
         the name of the database in the URL are right"
    )]
    Unreachable(String),
    /// The way to the database could not be protected as was asked for.
    #[error(
        "cannot connect to the database: {0}. The connection must be encrypted to a server that proves its name: give its \
         authority as `database.root_certificate`, or say with `database.tls` what is enough"
    )]
    Tls(String),
    /// The server is older than what is known to serve.
    #[error(
        "the database is PostgreSQL {found}, which is too old. Nothing was changed. Use PostgreSQL {oldest} or newer"
    )]
    TooOld {
        /// Its major version.
        found: u32,
        /// The oldest major version that will do.
        oldest: u32,
    },
    /// The tables could not be brought up to date. Nothing was changed.
    #[error(
        "cannot bring the database up to date: {0}. Nothing was changed. Make sure that the user may create tables, \
         and that nobody else holds them"
    )]
    Migration(String),
    /// A newer version of the program made the tables what they are. This one would not know what it writes there. Named
    /// is the first migration that is unknown. Nothing was changed.
    #[error(
        "the database was made by a newer version of the program: it has {0}, which this version does not know. \
         Nothing was changed. Run that version or a newer one, or restore a backup from before it"
    )]
    NewerSchema(String),
}

/// The SQLSTATE of what `PostgreSQL` refused.
fn sql_state(error: &DbErr) -> Option<Cow<'_, str>> {
    let (DbErr::Query(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner))) = error else {
        return None;
    };
    inner.as_database_error()?.code()
}

/// Whether `PostgreSQL` ended this unit of work so that another could go on: a deadlock, or a conflict of the isolation.
fn broken_off(error: &DbErr) -> bool {
    sql_state(error).is_some_and(|code| matches!(&*code, "40001" | "40P01"))
}

/// Whether others held what was asked for longer than it was waited for, or were waiting for this unit of work in turn.
pub(crate) fn is_held_by_others(error: &DbErr) -> bool {
    sql_state(error).is_some_and(|code| matches!(&*code, "55P03" | "40P01"))
}

/// The error of the domain for an error of `SeaORM`.
pub(crate) fn storage_error(error: &DbErr) -> StorageError {
    if let Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)) = error.sql_err() {
        return StorageError::Conflict;
    }
    if broken_off(error) {
        return StorageError::BrokenOff(error.to_string());
    }
    match error {
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => StorageError::Corrupt(error.to_string()),
        DbErr::Query(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner))
            if matches!(
                **inner,
                SqlxError::ColumnDecode { .. } | SqlxError::Decode(_) | SqlxError::ColumnNotFound(_)
            ) =>
        {
            StorageError::Corrupt(error.to_string())
        }
        _ => StorageError::Unavailable(error.to_string()),
    }
}
