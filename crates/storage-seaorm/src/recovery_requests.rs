//! Requests for a way back in.

use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::{RecoveryRequest, StorageError, Stored};
use sea_orm::ConnectionTrait;

use crate::statement::{Row, at, execute, limit, placeholders, row_lock, rows, text};

const COLUMNS: &str = "id, email_key, address, requested_at, due_at";

fn read(row: &Row) -> Stored<RecoveryRequest> {
    Ok(RecoveryRequest {
        id: row.uuid("id")?,
        // The key of a key is itself.
        email: EmailKey::of(&row.text("email_key")?),
        address: row.text("address")?,
        requested_at: row.instant("requested_at")?,
        due_at: row.instant("due_at")?,
    })
}

pub(crate) async fn insert<C: ConnectionTrait>(db: &C, request: &RecoveryRequest) -> Stored<()> {
    let sql = format!("INSERT INTO recovery_requests ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
    let values = vec![
        request.id.into(),
        text(request.email.as_str()),
        text(&request.address),
        at(request.requested_at),
        at(request.due_at),
    ];
    if execute(db, &sql, values).await? == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

pub(crate) async fn take<C: ConnectionTrait>(db: &C, now: Instant, most: u64) -> Stored<Vec<RecoveryRequest>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery_requests WHERE due_at <= $1 ORDER BY due_at, seq LIMIT $2{}",
        row_lock(db, " FOR UPDATE SKIP LOCKED")
    );
    let taken: Vec<RecoveryRequest> =
        rows(db, &sql, vec![at(now), limit(most)]).await?.iter().map(read).collect::<Stored<_>>()?;
    if !taken.is_empty() {
        let sql = format!("DELETE FROM recovery_requests WHERE id IN ({})", placeholders(1, taken.len()));
        execute(db, &sql, taken.iter().map(|request| request.id.into()).collect()).await?;
    }
    Ok(taken)
}
