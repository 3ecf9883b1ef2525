//! Searching the audit trail, and sealing it into a hash chain.

use async_trait::async_trait;

use super::Stored;
use crate::audit::{Action, AuditEvent};
use crate::audit_seal::Head;
use crate::instant::Instant;
use crate::secret::{Digest256, Sealed};

/// What events are asked for. What is `None` does not narrow the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// The actor: an operator's identity as text, or `stranger`, `command-line`, `system`.
    pub actor: Option<String>,
    /// What was decided.
    pub action: Option<Action>,
    /// The target's identity.
    pub target: Option<String>,
    /// Not before.
    pub since: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
}

/// An event with its place in the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: rises by one or more from event to event.
    pub sequence: i64,
    /// The event.
    pub event: AuditEvent,
    /// The seal over it and all before it, once it is sealed.
    pub seal: Option<Digest256>,
}

/// Reads the trail.
#[async_trait]
pub trait AuditTrailView: Send {
    /// Events that match, newest first, from before the place `before` on (`None`: from the newest). At most 500. Costs the
    /// same however many events there are: every filter has an index.
    async fn search_audit(&mut self, filter: &AuditFilter, before: Option<i64>, most: u64) -> Stored<Vec<Entry>>;

    /// Events that match, oldest first, from after the place `after` on. At most 500, at the same cost.
    async fn search_audit_from(&mut self, filter: &AuditFilter, after: i64, most: u64) -> Stored<Vec<Entry>>;

    /// Events in their order, from after the place `after` on (`None`: from the first). At most 5,000.
    async fn audit_chain(&mut self, after: Option<i64>, most: u64) -> Stored<Vec<Entry>>;

    /// The last event that has a seal.
    async fn last_seal(&mut self) -> Stored<Option<Head>>;

    /// The signed end of the sealed trail, as [`AuditTrail::set_audit_head`] wrote it last.
    async fn audit_head(&mut self) -> Stored<Option<Sealed>>;
}

/// Seals the trail.
#[async_trait]
pub trait AuditTrail: AuditTrailView {
    /// Until this unit of work ends nobody else seals, and no event appears at a place before one that is there. False when
    /// that cannot be had in a moment, because somebody is writing events or sealing them: this unit of work is of no more
    /// use then, and another one may try.
    async fn lock_sealing(&mut self) -> Stored<bool>;

    /// Writes the seal of an event that has none. False when it has one.
    async fn seal_event(&mut self, sequence: i64, seal: &Digest256) -> Stored<bool>;

    /// Writes the signed end of the sealed trail over the one before.
    async fn set_audit_head(&mut self, head: &Sealed) -> Stored<()>;
}
