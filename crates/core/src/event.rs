//! Telling the audit trail.

use std::collections::BTreeMap;

use portcullis_domain::account::Account;
use portcullis_domain::audit::{Action, AuditEvent};
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::{StorageError, UnitOfWork};
use uuid::Uuid;

use crate::author::Author;
use crate::client::Client;
use crate::tally::Tally;

/// An audit event in the making.
pub(crate) struct Event {
    event: AuditEvent,
    tally: Tally,
}

impl Event {
    pub(crate) fn new(id: Uuid, at: Instant, author: &Author, action: Action, tally: Tally) -> Self {
        let actor = author.actor();
        let event = AuditEvent { id, at, actor, action, target: None, address: None, details: BTreeMap::new() };
        Self { event, tally }
    }

    pub(crate) fn on(mut self, id: impl Into<String>, words: impl Into<String>) -> Self {
        self.event.target = Some((id.into(), words.into()));
        self
    }

    /// Upon somebody's account.
    pub(crate) fn upon(self, account: &Account) -> Self {
        self.on(account.id.0.to_string(), account.email.as_str())
    }

    pub(crate) fn from(mut self, client: &Client) -> Self {
        self.event.address = Some(client.address.clone());
        self.event.details.insert("device".to_owned(), client.device.clone());
        self
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.event.details.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) async fn record(self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        unit.append_audit_event(&self.event).await?;
        self.tally.count(self.event.action);
        Ok(())
    }
}
