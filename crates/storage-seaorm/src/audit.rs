//! Audit events. They are appended and read; nothing here changes one.

use portcullis_domain::account::AccountId;
use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::statement::{Row, at, corrupt, execute, limit_offset, maybe_text, rows, text};

/// The advisory lock of the trail on `PostgreSQL`: whoever writes an event shares it from before the event gets its place to
/// the end of the unit of work, so that whoever has it alone knows that no place before the last one is still to appear.
/// Two installations in one database share it too, which costs them a moment and no more.
pub(crate) const WRITING: i64 = 0x706f_7274_6175_6469;

pub(crate) const COLUMNS: &str =
    "id, happened_at, actor, actor_id, actor_name, action, target_id, target_name, address, details";

/// The actor in the columns `actor`, `actor_id` and `actor_name`.
pub(crate) fn actor(row: &Row) -> Stored<Actor> {
    Ok(match row.text("actor")?.as_str() {
        "stranger" => Actor::Stranger,
        "operator" => Actor::Operator(AccountId(row.uuid("actor_id")?), row.text("actor_name")?),
        "command-line" => Actor::CommandLine,
        "system" => Actor::System,
        _ => return Err(corrupt("actor")),
    })
}

pub(crate) fn read(row: &Row) -> Stored<AuditEvent> {
    Ok(AuditEvent {
        id: row.uuid("id")?,
        at: row.instant("happened_at")?,
        actor: actor(row)?,
        action: row.parsed("action", Action::parse)?,
        target: row.get::<Option<String>>("target_id")?.zip(row.get("target_name")?),
        address: row.get("address")?,
        details: row.parsed("details", |text| serde_json::from_str(text).ok())?,
    })
}

/// An actor as the three columns hold it.
pub(crate) fn spelled(actor: &Actor) -> (&'static str, Option<Uuid>, Option<&str>) {
    match actor {
        Actor::Stranger => ("stranger", None, None),
        Actor::Operator(id, name) => ("operator", Some(id.0), Some(name)),
        Actor::CommandLine => ("command-line", None, None),
        Actor::System => ("system", None, None),
    }
}

pub(crate) async fn page<C: ConnectionTrait>(db: &C, page: Page) -> Stored<Vec<AuditEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM audit_events ORDER BY happened_at DESC, seq DESC LIMIT $1 OFFSET $2");
    rows(db, &sql, limit_offset(page).to_vec()).await?.iter().map(read).collect()
}

pub(crate) async fn append<C: ConnectionTrait>(db: &C, event: &AuditEvent) -> Stored<()> {
    let (actor, id, name) = spelled(&event.actor);
    let details = serde_json::to_string(&event.details).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let values = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10";
    let sql = if db.get_database_backend() == DbBackend::Postgres {
        format!(
            "WITH shared AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({WRITING})) \
             INSERT INTO audit_events ({COLUMNS}) SELECT {values} FROM shared ON CONFLICT DO NOTHING"
        )
    } else {
        format!("INSERT INTO audit_events ({COLUMNS}) VALUES ({values}) ON CONFLICT DO NOTHING")
    };
    let values = vec![
        event.id.into(),
        at(event.at),
        actor.into(),
        id.into(),
        maybe_text(name),
        event.action.code().into(),
        maybe_text(event.target.as_ref().map(|(id, _)| id.as_str())),
        maybe_text(event.target.as_ref().map(|(_, words)| words.as_str())),
        maybe_text(event.address.as_deref()),
        text(&details),
    ];
    if execute(db, &sql, values).await? == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}
