//! The port out of the house.

use async_trait::async_trait;
use uuid::Uuid;

use crate::mail_message::MailMessage;

/// A mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It may leave later: the server is away, slow, or said 4xx.
    #[error("{0}")]
    Later(String),
    /// It will never leave: the server said 5xx, or it cannot be written.
    #[error("{0}")]
    Never(String),
}

/// Sends mail.
#[async_trait]
pub trait MailTransport: Send + Sync {
    /// Hands a mail to the next server. `id` makes the Message-ID, which is the same at every try.
    ///
    /// # Errors
    /// [`MailError`] says whether to try again, in words fit for the mail page: no address, no link.
    async fn send(&self, id: Uuid, message: &MailMessage) -> Result<(), MailError>;
}
