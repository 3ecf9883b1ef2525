//! Sessions.

use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::secret::Digest256;
use portcullis_domain::session::{Session, SessionId, Stage};
use sea_orm::ConnectionTrait;

use crate::statement::{Row, at, digest, execute, row, rows, text};

const COLUMNS: &str = "id, digest, account_id, stage, created_at, last_seen_at, proven_at, address, device";

fn read(row: &Row) -> Stored<Session> {
    Ok(Session {
        id: SessionId(row.uuid("id")?),
        digest: row.digest("digest")?,
        account: AccountId(row.uuid("account_id")?),
        stage: row.parsed("stage", Stage::parse)?,
        created_at: row.instant("created_at")?,
        last_seen_at: row.instant("last_seen_at")?,
        proven_at: row.instant("proven_at")?,
        address: row.text("address")?,
        device: row.text("device")?,
    })
}

pub(crate) async fn by_digest<C: ConnectionTrait>(db: &C, of: &Digest256) -> Stored<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE digest = $1");
    row(db, &sql, vec![digest(of)]).await?.as_ref().map(read).transpose()
}

pub(crate) async fn of_account<C: ConnectionTrait>(db: &C, account: AccountId) -> Stored<Vec<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE account_id = $1 ORDER BY last_seen_at DESC, id");
    rows(db, &sql, vec![account.0.into()]).await?.iter().map(read).collect()
}

pub(crate) async fn insert<C: ConnectionTrait>(db: &C, session: &Session) -> Stored<()> {
    // From the account's row, so that a session of nobody is a conflict and not an error.
    let sql = format!(
        "INSERT INTO sessions ({COLUMNS}) SELECT $1, $2, id, $4, $5, $6, $7, $8, $9 FROM accounts WHERE id = $3 \
         ON CONFLICT DO NOTHING"
    );
    let values = vec![
        session.id.0.into(),
        digest(&session.digest),
        session.account.0.into(),
        session.stage.as_str().into(),
        at(session.created_at),
        at(session.last_seen_at),
        at(session.proven_at),
        text(&session.address),
        text(&session.device),
    ];
    if execute(db, &sql, values).await? == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

pub(crate) async fn touch<C: ConnectionTrait>(db: &C, id: SessionId, now: Instant) -> Stored<()> {
    // Of two requests at once the one that is written last may be the earlier: the later use counts.
    // And of many at once one writes.
    let sql = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at <= $3";
    execute(db, sql, vec![id.0.into(), at(now), at(now - time::Duration::MINUTE)]).await.map(drop)
}

pub(crate) async fn end<C: ConnectionTrait>(db: &C, id: SessionId) -> Stored<bool> {
    Ok(execute(db, "DELETE FROM sessions WHERE id = $1", vec![id.0.into()]).await? == 1)
}

pub(crate) async fn end_all<C: ConnectionTrait>(db: &C, account: AccountId, except: Option<SessionId>) -> Stored<u64> {
    match except {
        Some(kept) => {
            let sql = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
            execute(db, sql, vec![account.0.into(), kept.0.into()]).await
        }
        None => execute(db, "DELETE FROM sessions WHERE account_id = $1", vec![account.0.into()]).await,
    }
}
