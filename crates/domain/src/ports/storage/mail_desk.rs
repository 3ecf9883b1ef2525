//! The outbox, as the mail page and an invitation's state need it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Page, Stored};
use crate::email::EmailKey;
use crate::instant::Instant;
use crate::mail_message::{MailState, OutboxEntry};

/// Reads the outbox.
#[async_trait]
pub trait MailDeskView: Send {
    /// Mails in a state (`None`: all), newest first.
    async fn mails(&mut self, state: Option<MailState>, page: Page) -> Stored<Vec<OutboxEntry>>;

    /// How many are in a state (`None`: all).
    async fn count_mails(&mut self, state: Option<MailState>) -> Stored<u64>;

    /// The newest mail of a kind to each address; an address without one is left out. At most 500 are asked for.
    async fn latest_mails(&mut self, to: &[EmailKey], kind: &str) -> Stored<BTreeMap<EmailKey, OutboxEntry>>;
}

/// Writes the outbox.
#[async_trait]
pub trait MailDesk: MailDeskView {
    /// Makes a waiting mail due at once, and a failed one whose body is still there waiting again, with all its tries before
    /// it. False otherwise; also while it is leased, because it is on its way.
    async fn retry_mail(&mut self, id: Uuid, now: Instant) -> Stored<bool>;
}
