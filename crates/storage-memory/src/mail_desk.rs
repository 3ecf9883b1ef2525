//! The outbox, as the mail page and an invitation's state need it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::mail_desk::{MailDesk, MailDeskView};
use portcullis_domain::ports::storage::{Page, Stored};
use uuid::Uuid;

use crate::state::{State, cut, newest_first};
use crate::transaction::Transaction;

/// The mails in a state, newest first.
fn mails(state: &State, wanted: Option<MailState>) -> impl Iterator<Item = &OutboxEntry> {
    newest_first(&state.outbox, |mail| mail.created_at)
        .into_iter()
        .filter(move |mail| wanted.is_none_or(|wanted| mail.state == wanted))
}

#[async_trait]
impl MailDeskView for Transaction {
    async fn mails(&mut self, state: Option<MailState>, page: Page) -> Stored<Vec<OutboxEntry>> {
        Ok(cut(mails(self.state(), state).cloned().collect(), page))
    }

    async fn count_mails(&mut self, state: Option<MailState>) -> Stored<u64> {
        Ok(u64::try_from(mails(self.state(), state).count()).unwrap_or(u64::MAX))
    }

    async fn latest_mails(&mut self, to: &[EmailKey], kind: &str) -> Stored<BTreeMap<EmailKey, OutboxEntry>> {
        let mut found = BTreeMap::new();
        for mail in mails(self.state(), None).filter(|mail| mail.kind == kind && to.contains(&mail.to.key())) {
            found.entry(mail.to.key()).or_insert_with(|| mail.clone());
        }
        Ok(found)
    }
}

#[async_trait]
impl MailDesk for Transaction {
    async fn retry_mail(&mut self, id: Uuid, now: Instant) -> Stored<bool> {
        if self.state().leases.get(&id).is_some_and(|until| now < *until) {
            return Ok(false);
        }
        let Some(mail) = self.own().outbox.get_mut(&id).map(|mail| &mut mail.row) else { return Ok(false) };
        let again = match mail.state {
            MailState::Waiting => true,
            MailState::Failed => mail.body.is_some(),
            MailState::Sent => false,
        };
        if again {
            mail.state = MailState::Waiting;
            mail.next_attempt_at = now;
            mail.attempts = 0;
        }
        if again {
            self.own().leases.remove(&id);
        }
        Ok(again)
    }
}
