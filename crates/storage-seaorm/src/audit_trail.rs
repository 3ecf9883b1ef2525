//! Searching the audit trail, and sealing it.

use async_trait::async_trait;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, AuditTrail, AuditTrailView, Entry};
use portcullis_domain::secret::Digest256;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use time::Duration;
use uuid::Uuid;

use crate::handle::Handle;
use crate::role_book::lock;
use crate::statement::{Row, at, digest, execute, limit, read_digest, row, rows, text};

/// The most events that are read for the chain at once.
const MOST_OF_CHAIN: u64 = 5_000;

/// How far the clocks of those who write may be apart, or jump: events are ordered by their places, and a time is turned
/// into a range of places only up to that. What lies between is read one by one, so it must stay short.
const JUMP: Duration = Duration::minutes(5);

fn read(row: &Row) -> Stored<Entry> {
    Ok(Entry {
        sequence: row.get("seq")?,
        event: crate::audit::read(row)?,
        seal: read_digest("seal", row.get("seal")?)?,
    })
}

/// From which place to walk, and which way.
#[derive(Clone, Copy)]
enum Walk {
    Back(Option<i64>),
    On(i64),
}

/// The conditions of a filter, each with an index to walk along.
fn conditions(filter: &AuditFilter, walk: Walk) -> (String, Vec<Value>) {
    let mut sql = String::from("TRUE");
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    match walk {
        Walk::Back(None) => {}
        Walk::Back(Some(before)) => add("seq < ?", before.into()),
        Walk::On(after) => add("seq > ?", after.into()),
    }
    if let Some(actor) = &filter.actor {
        match Uuid::parse_str(actor) {
            Ok(id) => add("actor_id = ?", id.into()),
            // Operators are named by their identity.
            Err(_) => add("actor = ? AND actor_id IS NULL", text(actor)),
        }
    }
    if let Some(action) = filter.action {
        add("action = ?", action.code().into());
    }
    if let Some(target) = &filter.target {
        add("target_id = ?", text(target));
    }
    let apart = |instant: Instant, by: Duration| at(instant.checked_add(by).unwrap_or(instant));
    if let Some(since) = filter.since {
        add("happened_at >= ?", at(since));
        add(
            "seq >= COALESCE((SELECT b.seq FROM audit_events b WHERE b.happened_at >= ? \
             ORDER BY b.happened_at, b.seq LIMIT 1), 0)",
            apart(since, -JUMP),
        );
    }
    if let Some(until) = filter.until {
        add("happened_at < ?", at(until));
        add(
            "seq <= COALESCE((SELECT b.seq FROM audit_events b WHERE b.happened_at < ? \
             ORDER BY b.happened_at DESC, b.seq DESC LIMIT 1), 0)",
            apart(until, JUMP),
        );
    }
    (sql, values)
}

async fn search<C: ConnectionTrait>(db: &C, filter: &AuditFilter, walk: Walk, most: u64) -> Stored<Vec<Entry>> {
    let (conditions, mut values) = conditions(filter, walk);
    values.push(limit(most));
    let sql = format!(
        "SELECT seq, seal, {} FROM audit_events WHERE {conditions} ORDER BY seq{} LIMIT ${}",
        crate::audit::COLUMNS,
        if matches!(walk, Walk::Back(_)) { " DESC" } else { "" },
        values.len()
    );
    rows(db, &sql, values).await?.iter().map(read).collect()
}

#[async_trait]
impl<C: ConnectionTrait + Send> AuditTrailView for Handle<C> {
    async fn search_audit(&mut self, filter: &AuditFilter, before: Option<i64>, most: u64) -> Stored<Vec<Entry>> {
        search(&self.0, filter, Walk::Back(before), most).await
    }

    async fn search_audit_from(&mut self, filter: &AuditFilter, after: i64, most: u64) -> Stored<Vec<Entry>> {
        search(&self.0, filter, Walk::On(after), most).await
    }

    async fn audit_chain(&mut self, after: i64, most: u64) -> Stored<Vec<Entry>> {
        let sql = format!(
            "SELECT seq, seal, {} FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2",
            crate::audit::COLUMNS
        );
        let most = i64::try_from(most.min(MOST_OF_CHAIN)).unwrap_or(i64::MAX);
        rows(&self.0, &sql, vec![after.into(), most.into()]).await?.iter().map(read).collect()
    }

    async fn last_seal(&mut self) -> Stored<Option<(i64, Digest256)>> {
        let sql = "SELECT seq, seal FROM audit_events WHERE seal IS NOT NULL ORDER BY seq DESC LIMIT 1";
        row(&self.0, sql, vec![]).await?.map(|row| Ok((row.get("seq")?, row.digest("seal")?))).transpose()
    }
}

#[async_trait]
impl AuditTrail for Handle<DatabaseTransaction> {
    async fn lock_sealing(&mut self) -> Stored<()> {
        lock(&self.0, "sealing").await
    }

    async fn seal_event(&mut self, sequence: i64, seal: &Digest256) -> Stored<bool> {
        let sql = "UPDATE audit_events SET seal = $2 WHERE seq = $1 AND seal IS NULL";
        Ok(execute(&self.0, sql, vec![sequence.into(), digest(seal)]).await? == 1)
    }
}
