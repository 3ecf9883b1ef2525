//! The outbox, as the mail page and an invitation's state need it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::mail_desk::{MailDesk, MailDeskView};
use portcullis_domain::ports::storage::{Page, Stored};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::handle::Handle;
use crate::outbox;
use crate::statement::{at, count, execute, limit_offset, placeholders, rows, text};

#[async_trait]
impl<C: ConnectionTrait + Send> MailDeskView for Handle<C> {
    async fn mails(&mut self, state: Option<MailState>, page: Page) -> Stored<Vec<OutboxEntry>> {
        let Some(state) = state else { return outbox::page(&self.0, page).await };
        let sql = format!(
            "SELECT {} FROM outbox WHERE state = $1 ORDER BY created_at DESC, seq DESC LIMIT $2 OFFSET $3",
            outbox::COLUMNS
        );
        let [limit, offset] = limit_offset(page);
        rows(&self.0, &sql, vec![state.as_str().into(), limit, offset]).await?.iter().map(outbox::read).collect()
    }

    async fn count_mails(&mut self, state: Option<MailState>) -> Stored<u64> {
        match state {
            Some(state) => {
                let sql = "SELECT COUNT(*) AS counted FROM outbox WHERE state = $1";
                count(&self.0, sql, vec![state.as_str().into()]).await
            }
            None => count(&self.0, "SELECT COUNT(*) AS counted FROM outbox", vec![]).await,
        }
    }

    async fn latest_mails(&mut self, to: &[EmailKey], kind: &str) -> Stored<BTreeMap<EmailKey, OutboxEntry>> {
        if to.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT recipient_key, {} FROM outbox o WHERE kind = $1 AND recipient_key IN ({}) AND seq = \
             (SELECT seq FROM outbox l WHERE l.recipient_key = o.recipient_key AND l.kind = o.kind \
             ORDER BY l.created_at DESC, l.seq DESC LIMIT 1)",
            outbox::COLUMNS,
            placeholders(2, to.len())
        );
        let values = std::iter::once(kind).chain(to.iter().map(EmailKey::as_str)).map(text).collect();
        let found = rows(&self.0, &sql, values).await?;
        found.iter().map(|row| Ok((EmailKey::of(&row.text("recipient_key")?), outbox::read(row)?))).collect()
    }
}

#[async_trait]
impl MailDesk for Handle<DatabaseTransaction> {
    async fn retry_mail(&mut self, id: Uuid, now: Instant) -> Stored<bool> {
        let sql = "UPDATE outbox SET state = 'waiting', next_attempt_at = $2, attempts = 0, leased_until = NULL \
                   WHERE id = $1 AND (leased_until IS NULL OR leased_until <= $2) AND (state = 'waiting' OR (state = 'failed' AND body IS NOT NULL))";
        Ok(execute(&self.0, sql, vec![id.into(), at(now)]).await? == 1)
    }
}
