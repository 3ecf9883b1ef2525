//! The mail page: what waits, what failed and why, trying again, and a test to oneself.

use portcullis_domain::audit::Action;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::{Content, MailMessage, MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::role::Level;
use time::Duration;
use uuid::Uuid;

use crate::access::Access;
use crate::client::Client;
use crate::outbox;
use crate::present::{ActError, Present};
use crate::session::Authenticated;

/// How many test mails an operator sends in ten minutes.
const TESTS: u32 = 5;

/// A page of the outbox.
#[derive(Debug)]
pub struct Desk {
    /// The mails, newest first.
    pub mails: Vec<OutboxEntry>,
    /// Whether older ones follow.
    pub more: bool,
    /// How many wait.
    pub waiting: u64,
    /// How many were given up.
    pub failed: u64,
}

/// Shows the mails in a state (`None`: all).
///
/// # Errors
/// [`StorageError`].
pub async fn show(access: &Access, state: Option<MailState>, page: Page) -> Stored<Desk> {
    let mut view = access.ports().storage.view().await?;
    let mut mails = view.mails(state, Page { limit: page.limit + 1, ..page }).await?;
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = mails.len() > wanted;
    mails.truncate(wanted);
    let waiting = view.count_mails(Some(MailState::Waiting)).await?;
    let failed = view.count_mails(Some(MailState::Failed)).await?;
    Ok(Desk { mails, more, waiting, failed })
}

/// Tries a mail again at once. False when there is none, or none that can still leave.
///
/// # Errors
/// [`ActError`].
pub async fn retry(access: &Access, client: &Client, who: &Authenticated, id: Uuid) -> Result<bool, ActError> {
    let mut unit = access.begin().await?;
    let present = Present::holding(unit.as_mut(), who, BuiltIn::Mail, Level::Manage).await?;
    if !unit.retry_mail(id, access.now()).await? {
        return Ok(false);
    }
    let event = access.event(&present, Action::MailRetried).on(id.to_string(), id.to_string());
    event.from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(true)
}

/// A test mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// Too many were sent.
    #[error("too many test mails")]
    Limited {
        /// When the next one may be sent.
        retry_after: Duration,
    },
    /// Whoever asked may not (any more), or storage failed.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StorageError> for TestError {
    fn from(error: StorageError) -> Self {
        Self::Act(error.into())
    }
}

/// Sends a test mail to whoever asks.
///
/// # Errors
/// [`TestError`].
pub async fn test(access: &Access, client: &Client, who: &Authenticated) -> Result<(), TestError> {
    let now = access.now();
    let mut unit = access.begin().await?;
    let operator = Present::holding(unit.as_mut(), who, BuiltIn::Mail, Level::Manage).await?;
    let key = BudgetKey::new("mail-test/account", &[&operator.id().0.to_string()]);
    let limit = RateLimit::new(TESTS, Duration::minutes(10));
    if let Decision::Refused { retry_after } = unit.spend_budget(&key, &limit, now).await? {
        return Err(TestError::Limited { retry_after });
    }
    let message = MailMessage {
        to: operator.email().clone(),
        name: operator.name().clone(),
        language: operator.account().language,
        at: now,
        content: Content::Test,
    };
    outbox::enqueue(access, unit.as_mut(), message).await?;
    access.event(&operator, Action::MailTested).upon(operator.account()).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}
