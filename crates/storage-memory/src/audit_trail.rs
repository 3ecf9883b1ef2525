//! Searching the audit trail, and sealing it.

use async_trait::async_trait;
use portcullis_domain::audit::{Actor, AuditEvent};
use portcullis_domain::audit_seal::Head;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, AuditTrail, AuditTrailView, Entry};
use portcullis_domain::secret::{Digest256, Sealed};

use crate::state::{Numbered, State};
use crate::transaction::Transaction;

/// The most that one search gives.
const MAX_FOUND: u64 = 500;

/// The most that one stretch of the chain gives.
const MAX_CHAIN: u64 = 5_000;

/// The actor as a filter names it.
fn actor_key(actor: &Actor) -> String {
    match actor {
        Actor::Stranger => "stranger".to_owned(),
        Actor::Operator(id, _) => id.0.to_string(),
        Actor::CommandLine => "command-line".to_owned(),
        Actor::System => "system".to_owned(),
    }
}

/// Whether an event is asked for.
fn matches(filter: &AuditFilter, event: &AuditEvent) -> bool {
    filter.actor.as_ref().is_none_or(|actor| actor_key(&event.actor) == *actor)
        && filter.action.is_none_or(|action| event.action == action)
        && filter.target.as_ref().is_none_or(|target| event.target.as_ref().is_some_and(|(id, _)| id == target))
        && filter.since.is_none_or(|since| event.at >= since)
        && filter.until.is_none_or(|until| event.at < until)
}

/// An event's place in the trail.
fn sequence(event: &Numbered<AuditEvent>) -> i64 {
    i64::try_from(event.number).unwrap_or(i64::MAX)
}

/// What is asked for, in the order of the trail.
fn entries(state: &State, asked: impl Fn(i64, &AuditEvent) -> bool) -> Vec<Entry> {
    let mut found: Vec<Entry> = state
        .audit_events
        .values()
        .map(|event| (sequence(event), &event.row))
        .filter(|(sequence, event)| asked(*sequence, event))
        .map(|(sequence, event)| Entry { sequence, event: event.clone(), seal: state.seals.get(&sequence).copied() })
        .collect();
    found.sort_by_key(|entry| entry.sequence);
    found
}

/// At most as many as asked for, and as there may be.
fn first(most: u64, max: u64, entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    entries.take(usize::try_from(most.min(max)).unwrap_or(usize::MAX)).collect()
}

#[async_trait]
impl AuditTrailView for Transaction {
    async fn search_audit(&mut self, filter: &AuditFilter, before: Option<i64>, most: u64) -> Stored<Vec<Entry>> {
        let found = entries(self.state(), |sequence, event| {
            before.is_none_or(|before| sequence < before) && matches(filter, event)
        });
        Ok(first(most, MAX_FOUND, found.into_iter().rev()))
    }

    async fn search_audit_from(&mut self, filter: &AuditFilter, after: i64, most: u64) -> Stored<Vec<Entry>> {
        let found = entries(self.state(), |sequence, event| sequence > after && matches(filter, event));
        Ok(first(most, MAX_FOUND, found.into_iter()))
    }

    async fn audit_chain(&mut self, after: Option<i64>, most: u64) -> Stored<Vec<Entry>> {
        let found = entries(self.state(), |sequence, _| after.is_none_or(|after| sequence > after));
        Ok(first(most, MAX_CHAIN, found.into_iter()))
    }

    async fn last_seal(&mut self) -> Stored<Option<Head>> {
        Ok(self.state().seals.last_key_value().map(|(sequence, seal)| Head { sequence: *sequence, seal: *seal }))
    }

    async fn audit_head(&mut self) -> Stored<Option<Sealed>> {
        Ok(self.state().audit_head.clone())
    }
}

#[async_trait]
impl AuditTrail for Transaction {
    async fn lock_sealing(&mut self) -> Stored<bool> {
        // There is one writer at a time.
        Ok(true)
    }

    async fn seal_event(&mut self, sequence_asked: i64, seal: &Digest256) -> Stored<bool> {
        let state = self.state();
        let there = state.audit_events.values().any(|event| sequence(event) == sequence_asked);
        if !there || state.seals.contains_key(&sequence_asked) {
            return Ok(false);
        }
        self.own().seals.insert(sequence_asked, *seal);
        Ok(true)
    }

    async fn set_audit_head(&mut self, head: &Sealed) -> Stored<()> {
        self.own().audit_head = Some(head.clone());
        Ok(())
    }
}
