//! Exporting the audit trail, page by page: however long it is, a page of it is in memory.

use portcullis_domain::account::{AccountId, AccountStatus};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use portcullis_domain::ports::storage::{StorageError, View};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::role::Level;
use portcullis_domain::session::{Lifetime, Session, Stage};
use serde_json::json;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;
use crate::present::{ActError, Present};
use crate::session::Authenticated;

/// How many events are read at once.
const PAGE: u64 = 500;
/// How many exports an operator begins in an hour: each reads as much as thousands of pages.
const PER_HOUR: u32 = 20;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, a header line first. What a spreadsheet would run as a formula is made harmless.
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

impl Format {
    /// Reads `csv` or `jsonl`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// What [`Format::parse`] reads, and the ending of the file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// The media type (RFC 7111, and what JSON lines are called in practice).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }
}

/// Who exports.
#[derive(Debug, Clone, Copy)]
pub enum Exporter<'a> {
    /// Somebody who is signed in.
    Operator(&'a Authenticated, &'a Client),
    /// Whoever sits at the machine.
    CommandLine,
}

/// An export cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Too many were begun.
    #[error("too many exports")]
    Limited {
        /// When the next one may begin.
        retry_after: Duration,
    },
    /// Whoever asked may not (any more), or storage failed.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StorageError> for ExportError {
    fn from(error: StorageError) -> Self {
        Self::Act(error.into())
    }
}

/// An export that goes on while somebody reads it.
pub struct Export {
    access: Access,
    filter: AuditFilter,
    format: Format,
    /// Who reads it; nobody in particular at the console.
    reader: Option<Reader>,
    after: i64,
    begun: bool,
    done: bool,
}

/// Somebody who reads an export, in the sign-in that it was begun in.
struct Reader {
    account: AccountId,
    /// When they signed in. A session that is renewed changes its name and its cookie; this stays.
    since: Instant,
}

/// Begins an export, oldest first. The trail says that it was made, by whom, and of what.
///
/// # Errors
/// [`ExportError`].
pub async fn begin(
    access: &Access,
    exporter: Exporter<'_>,
    filter: AuditFilter,
    format: Format,
) -> Result<Export, ExportError> {
    let mut unit = access.begin().await?;
    let (event, reader) = match exporter {
        Exporter::CommandLine => (access.event(Author::CONSOLE, Action::AuditExported), None),
        Exporter::Operator(who, client) => {
            let present = Present::holding(unit.as_mut(), who, BuiltIn::Audit, Level::View).await?;
            let id = present.id();
            let key = BudgetKey::new("audit-export/account", &[&id.0.to_string()]);
            let limit = RateLimit::new(PER_HOUR, Duration::HOUR);
            if let Decision::Refused { retry_after } = unit.spend_budget(&key, &limit, access.now()).await? {
                return Err(ExportError::Limited { retry_after });
            }
            let reader = Reader { account: id, since: who.session.created_at };
            (access.event(&present, Action::AuditExported).from(client), Some(reader))
        }
    };
    let moment = |instant: Option<time::OffsetDateTime>| instant.and_then(|at| at.format(&Rfc3339).ok());
    let parts = [
        ("actor", filter.actor.clone()),
        ("action", filter.action.map(|action| action.code().to_owned())),
        ("target", filter.target.clone()),
        ("since", moment(filter.since)),
        ("until", moment(filter.until)),
    ];
    let asked = parts.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let event = asked.fold(event.with("format", format.as_str()), |event, (key, value)| event.with(key, value));
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(Export { access: access.clone(), filter, format, reader, after: 0, begun: false, done: false })
}

impl Export {
    /// The next part of the file; `None` when it is complete.
    ///
    /// # Errors
    /// [`ActError`], when its reader may not read on, or storage failed: the file ends in the middle, and whoever sends it
    /// must not let it look complete.
    pub async fn next(&mut self) -> Result<Option<String>, ActError> {
        if self.done {
            return Ok(None);
        }
        let lifetime = self.access.parameters().await?.session_lifetime();
        let mut view = self.access.ports().storage.view().await?;
        if let Some(reader) = &self.reader {
            reader.may_read_on(view.as_mut(), &lifetime, self.access.now()).await?;
        }
        let entries = view.search_audit_from(&self.filter, self.after, PAGE).await?;
        self.done = entries.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        if let Some(last) = entries.last() {
            self.after = last.sequence;
        }
        let mut part = String::new();
        if !self.begun && self.format == Format::Csv {
            part.push_str(&csv_line(&COLUMNS.map(str::to_owned)));
        }
        self.begun = true;
        for entry in &entries {
            match self.format {
                Format::Csv => part.push_str(&csv_line(&cells(entry))),
                Format::JsonLines => {
                    part.push_str(&json_object(entry).to_string());
                    part.push('\n');
                }
            }
        }
        Ok(Some(part))
    }
}

impl Reader {
    /// A file may take its reader minutes. Meanwhile they may be suspended, lose the permission, or be signed out where they
    /// read it, because the device is in other hands: that they are signed in elsewhere does not count.
    async fn may_read_on(&self, view: &mut dyn View, lifetime: &Lifetime, now: Instant) -> Result<(), ActError> {
        let present = view.operator(self.account).await?.filter(|now| now.status() == AccountStatus::Active);
        let Some(present) = present else { return Err(ActError::Over) };
        let own = |session: &Session| {
            session.created_at == self.since && session.stage == Stage::SignedIn && session.is_live(lifetime, now)
        };
        if !view.sessions(self.account).await?.iter().any(own) {
            return Err(ActError::Over);
        }
        if present.grants().allow(&BuiltIn::Audit.id(), Level::View) { Ok(()) } else { Err(ActError::Forbidden) }
    }
}

const COLUMNS: [&str; 12] = [
    "place",
    "id",
    "at",
    "actor",
    "actor_id",
    "actor_name",
    "action",
    "target_id",
    "target_name",
    "address",
    "details",
    "seal",
];

/// An actor in three words: the kind, the identity, the name.
fn actor(actor: &Actor) -> (&'static str, Option<String>, Option<&str>) {
    match actor {
        Actor::Stranger => ("stranger", None, None),
        Actor::Operator(id, name) => ("operator", Some(id.0.to_string()), Some(name)),
        Actor::CommandLine => ("command-line", None, None),
        Actor::System => ("system", None, None),
    }
}

fn seal(entry: &Entry) -> Option<String> {
    entry.seal.map(|seal| data_encoding::HEXLOWER.encode(seal.as_bytes()))
}

fn json_object(entry: &Entry) -> serde_json::Value {
    let event = &entry.event;
    let (kind, actor_id, actor_name) = actor(&event.actor);
    json!({
        "place": entry.sequence,
        "id": event.id.to_string(),
        "at": event.at.format(&Rfc3339).unwrap_or_default(),
        "actor": kind,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "action": event.action.code(),
        "target_id": event.target.as_ref().map(|(id, _)| id),
        "target_name": event.target.as_ref().map(|(_, words)| words),
        "address": event.address,
        "details": event.details,
        "seal": seal(entry),
    })
}

fn cells(entry: &Entry) -> [String; 12] {
    let event = &entry.event;
    let (kind, actor_id, actor_name) = actor(&event.actor);
    let (target_id, target_name) = event.target.clone().unwrap_or_default();
    [
        entry.sequence.to_string(),
        event.id.to_string(),
        event.at.format(&Rfc3339).unwrap_or_default(),
        kind.to_owned(),
        actor_id.unwrap_or_default(),
        actor_name.unwrap_or_default().to_owned(),
        event.action.code().to_owned(),
        target_id,
        target_name,
        event.address.clone().unwrap_or_default(),
        serde_json::to_string(&event.details).unwrap_or_default(),
        seal(entry).unwrap_or_default(),
    ]
}

/// A line of RFC 4180: every cell quoted, so that line breaks and commas in it stay in it.
fn csv_line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", harmless(cell).replace('"', "\"\""))).collect();
    format!("{}\r\n", quoted.join(","))
}

/// What a spreadsheet would take for a formula gets an apostrophe before it (ASVS 1.2.10).
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_or_leaves_its_line() {
        for evil in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            let line = csv_line(&[evil.to_owned()]);
            assert!(line.starts_with("\"'"), "{line:?}");
        }
        assert_eq!(csv_line(&["a\",\r\n=b".to_owned(), "c".to_owned()]), "\"a\"\",\r\n=b\",\"c\"\r\n");
    }
}
