//! The outbox.

use portcullis_domain::email::Email;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::secret::Sealed;
use sea_orm::{ConnectionTrait, Value};

use crate::statement::{
    Row, at, corrupt, execute, limit, limit_offset, maybe_text, placeholders, row_lock, rows, text,
};

pub(crate) const COLUMNS: &str = "id, recipient, kind, body, state, attempts, next_attempt_at, created_at, last_error";

pub(crate) fn read(row: &Row) -> Stored<OutboxEntry> {
    Ok(OutboxEntry {
        id: row.uuid("id")?,
        to: row.parsed("recipient", |text| Email::parse(text).ok())?,
        kind: row.text("kind")?,
        body: row.get::<Option<Vec<u8>>>("body")?.map(Sealed),
        state: row.parsed("state", MailState::parse)?,
        attempts: u32::try_from(row.get::<i64>("attempts")?).map_err(|_| corrupt("attempts"))?,
        next_attempt_at: row.instant("next_attempt_at")?,
        created_at: row.instant("created_at")?,
        last_error: row.get("last_error")?,
    })
}

fn body(entry: &OutboxEntry) -> Value {
    entry.body.as_ref().map(|sealed| sealed.0.clone()).into()
}

pub(crate) async fn page<C: ConnectionTrait>(db: &C, page: Page) -> Stored<Vec<OutboxEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox ORDER BY created_at DESC, seq DESC LIMIT $1 OFFSET $2");
    rows(db, &sql, limit_offset(page).to_vec()).await?.iter().map(read).collect()
}

pub(crate) async fn insert<C: ConnectionTrait>(db: &C, entry: &OutboxEntry) -> Stored<()> {
    let sql = format!(
        "INSERT INTO outbox ({COLUMNS}, recipient_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
    );
    let values = vec![
        entry.id.into(),
        text(entry.to.as_str()),
        text(&entry.kind),
        body(entry),
        entry.state.as_str().into(),
        i64::from(entry.attempts).into(),
        at(entry.next_attempt_at),
        at(entry.created_at),
        maybe_text(entry.last_error.as_deref()),
        text(entry.to.key().as_str()),
    ];
    if execute(db, &sql, values).await? == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

pub(crate) async fn claim<C: ConnectionTrait>(
    db: &C,
    now: Instant,
    until: Instant,
    most: u64,
) -> Stored<Vec<OutboxEntry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND next_attempt_at <= $1 \
         ORDER BY next_attempt_at, seq LIMIT $2{}",
        row_lock(db, " FOR UPDATE SKIP LOCKED")
    );
    let mut claimed: Vec<OutboxEntry> =
        rows(db, &sql, vec![at(now), limit(most)]).await?.iter().map(read).collect::<Stored<_>>()?;
    if claimed.is_empty() {
        return Ok(claimed);
    }
    let sql = format!("UPDATE outbox SET next_attempt_at = $1 WHERE id IN ({})", placeholders(2, claimed.len()));
    let ids = claimed.iter().map(|entry| entry.id.into());
    execute(db, &sql, std::iter::once(at(until)).chain(ids).collect()).await?;
    for entry in &mut claimed {
        entry.next_attempt_at = until;
    }
    Ok(claimed)
}

pub(crate) async fn update<C: ConnectionTrait>(db: &C, entry: &OutboxEntry) -> Stored<()> {
    let sql = "UPDATE outbox SET state = $2, attempts = $3, next_attempt_at = $4, body = $5, last_error = $6 \
               WHERE id = $1";
    let values = vec![
        entry.id.into(),
        entry.state.as_str().into(),
        i64::from(entry.attempts).into(),
        at(entry.next_attempt_at),
        body(entry),
        maybe_text(entry.last_error.as_deref()),
    ];
    execute(db, sql, values).await.map(drop)
}
