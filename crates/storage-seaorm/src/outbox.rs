//! The outbox.

use portcullis_domain::email::Email;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::secret::Sealed;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

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
    loop {
        let found = rows(db, &sql, vec![at(now), limit(most)]).await?;
        let mut claimed = Vec::with_capacity(found.len());
        for row in &found {
            match read(row) {
                Ok(entry) => claimed.push(entry),
                Err(StorageError::Corrupt(why)) => give_up(db, row.uuid("id")?, &why).await?,
                Err(other) => return Err(other),
            }
        }
        if claimed.is_empty() && !found.is_empty() {
            // What cannot be read is out of the way now.
            continue;
        }
        lease(db, &mut claimed, until).await?;
        return Ok(claimed);
    }
}

/// Marks a mail as failed that no value of the domain can be made of: left as it is, it would fail every claim.
async fn give_up<C: ConnectionTrait>(db: &C, id: Uuid, why: &str) -> Stored<()> {
    tracing::error!(%id, why, "a mail in the outbox cannot be read; it was given up");
    let sql = "UPDATE outbox SET state = 'failed', last_error = $2 WHERE id = $1";
    execute(db, sql, vec![id.into(), text("what is stored of it cannot be read")]).await.map(drop)
}

async fn lease<C: ConnectionTrait>(db: &C, claimed: &mut [OutboxEntry], until: Instant) -> Stored<()> {
    if claimed.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE outbox SET next_attempt_at = $1, leased_until = $1 WHERE id IN ({})",
        placeholders(2, claimed.len())
    );
    let ids = claimed.iter().map(|entry| entry.id.into());
    execute(db, &sql, std::iter::once(at(until)).chain(ids).collect()).await?;
    for entry in claimed {
        entry.next_attempt_at = until;
    }
    Ok(())
}

pub(crate) async fn update<C: ConnectionTrait>(db: &C, entry: &OutboxEntry, lease: Instant) -> Stored<bool> {
    let sql = "UPDATE outbox SET state = $2, attempts = $3, next_attempt_at = $4, body = $5, last_error = $6, \
               leased_until = NULL WHERE id = $1 AND state = 'waiting' AND leased_until = $7";
    let values = vec![
        entry.id.into(),
        entry.state.as_str().into(),
        i64::from(entry.attempts).into(),
        at(entry.next_attempt_at),
        body(entry),
        maybe_text(entry.last_error.as_deref()),
        at(lease),
    ];
    Ok(execute(db, sql, values).await? == 1)
}
