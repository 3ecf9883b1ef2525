//! Searching the audit trail, and sealing it.

use async_trait::async_trait;
use portcullis_domain::audit_seal::Head;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, AuditTrail, AuditTrailView, Entry};
use portcullis_domain::secret::{Digest256, Sealed};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Value};
use time::Duration;
use uuid::Uuid;

use crate::audit::WRITING;
use crate::error::is_held_by_others;
use crate::handle::Handle;
use crate::statement::{Row, at, digest, execute, in_time, limit, read_digest, row, rows, text};

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

    async fn audit_chain(&mut self, after: Option<i64>, most: u64) -> Stored<Vec<Entry>> {
        let (condition, after) = match after {
            Some(after) => ("seq > $1", after),
            None => ("seq >= $1", i64::MIN),
        };
        let sql = format!(
            "SELECT seq, seal, {} FROM audit_events WHERE {condition} ORDER BY seq LIMIT $2",
            crate::audit::COLUMNS
        );
        let most = i64::try_from(most.min(MOST_OF_CHAIN)).unwrap_or(i64::MAX);
        rows(&self.0, &sql, vec![after.into(), most.into()]).await?.iter().map(read).collect()
    }

    async fn last_seal(&mut self) -> Stored<Option<Head>> {
        let sql = "SELECT seq, seal FROM audit_events WHERE seal IS NOT NULL ORDER BY seq DESC LIMIT 1";
        let found = row(&self.0, sql, vec![]).await?;
        found.map(|row| Ok(Head { sequence: row.get("seq")?, seal: row.digest("seal")? })).transpose()
    }

    async fn audit_head(&mut self) -> Stored<Option<Sealed>> {
        let found = row(&self.0, "SELECT sealed FROM audit_head", vec![]).await?;
        found.map(|row| row.get("sealed").map(Sealed)).transpose()
    }
}

#[async_trait]
impl AuditTrail for Handle<DatabaseTransaction> {
    async fn lock_sealing(&mut self) -> Stored<bool> {
        if self.0.get_database_backend() != DbBackend::Postgres {
            // A unit of work is the only writer: places come in the order in which they are committed.
            return Ok(true);
        }
        // Whoever wants to write an event waits behind this one, so it is not patient; what waits here for somebody who in
        // turn waits for it ends by that, too.
        let statement = format!("SET LOCAL lock_timeout = '200ms'; SELECT pg_advisory_xact_lock({WRITING})");
        let locked = async {
            match self.0.execute_unprepared(&statement).await {
                Ok(_) => Ok(true),
                Err(error) if is_held_by_others(&error) => Ok(false),
                Err(error) => Err(error),
            }
        };
        in_time(locked).await
    }

    async fn seal_event(&mut self, sequence: i64, seal: &Digest256) -> Stored<bool> {
        let sql = "UPDATE audit_events SET seal = $2 WHERE seq = $1 AND seal IS NULL";
        Ok(execute(&self.0, sql, vec![sequence.into(), digest(seal)]).await? == 1)
    }

    async fn set_audit_head(&mut self, head: &Sealed) -> Stored<()> {
        let sql = "INSERT INTO audit_head (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed";
        execute(&self.0, sql, vec![head.0.clone().into()]).await.map(drop)
    }
}
