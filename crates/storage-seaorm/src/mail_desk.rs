//! The outbox, as the mail page and an invitation's state need it.

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
use crate::statement::{at, count, execute, limit_offset, row, rows, text};

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

    async fn latest_mail(&mut self, to: &EmailKey, kind: &str) -> Stored<Option<OutboxEntry>> {
        let sql = format!(
            "SELECT {} FROM outbox WHERE recipient_key = $1 AND kind = $2 ORDER BY created_at DESC, seq DESC LIMIT 1",
            outbox::COLUMNS
        );
        row(&self.0, &sql, vec![text(to.as_str()), text(kind)]).await?.as_ref().map(outbox::read).transpose()
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
