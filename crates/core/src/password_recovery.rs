//! Forgotten passwords: a link by mail, and a new password by the link.
//!
//! Asking writes the same row for every address and answers at once; who has an account is looked up later, by the
//! worker. So neither bytes nor time tell anybody (ASVS 6.3.8), also when mail is down.

use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::email::EmailKey;
use portcullis_domain::mail_message::{Content, MailMessage};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::{RecoveryRequest, StorageError, Stored};
use portcullis_domain::rate_limit::BudgetKey;
use portcullis_domain::secret::{Password, Token};
use time::Duration;

use crate::access::Access;
use crate::client::Client;
use crate::invitation::{admits, choose_by_link, token_for};
use crate::outbox;
use crate::password::ChooseError;
use crate::sign_in::spend;

/// Asking for a link did not work.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// A limit holds, for known and unknown addresses alike.
    #[error("several links were asked for")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Notes that somebody asks for a link.
///
/// # Errors
/// [`RequestError`].
pub async fn request(access: &Access, client: &Client, email: &str) -> Result<(), RequestError> {
    let parameters = access.parameters().await?;
    let key = EmailKey::of(email);
    let budgets = [
        (BudgetKey::new("password-reset/address", &[&client.address]), parameters.rate("password_reset.per_address")),
        (BudgetKey::new("password-reset/account", &[key.as_str()]), parameters.rate("password_reset.per_account")),
    ];
    let now = access.now();
    let mut unit = access.begin().await?;
    if let Some(retry_after) = spend(unit.as_mut(), &budgets, now).await? {
        drop(unit);
        let mut unit = access.begin().await?;
        access.event(Actor::Stranger, Action::ResetLimited).from(client).record(unit.as_mut()).await?;
        unit.commit().await?;
        return Err(RequestError::Limited { retry_after });
    }
    // A random pause keeps the worker's own load from telling, in the time of the next answer, what it found.
    let [first, ..] = access.ports().secrets.bytes32();
    let due_at = now + Duration::milliseconds(50 + i64::from(first));
    let request =
        RecoveryRequest { id: access.new_id(), email: key, address: client.address.clone(), requested_at: now, due_at };
    unit.insert_recovery_request(&request).await?;
    access.event(Actor::Stranger, Action::ResetRequested).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().notify_one();
    Ok(())
}

/// Works off what was asked for and is due: each active operator gets one fresh link, older ones die. Says how many
/// requests were taken.
///
/// # Errors
/// [`StorageError`]: nothing was taken.
pub async fn work_off(access: &Access, most: u64) -> Stored<usize> {
    let minutes = access.parameters().await?.number("reset_link.minutes");
    let now = access.now();
    let mut unit = access.begin().await?;
    let requests = unit.take_recovery_requests(now, most).await?;
    for request in &requests {
        let found = unit.account_by_email(&request.email).await?;
        let Some(account) = found.filter(|account| admits(Purpose::PasswordReset, account)) else { continue };
        let token = access.new_token();
        let lifetime = Duration::minutes(i64::from(minutes));
        unit.issue_token(&token_for(&token, Purpose::PasswordReset, account.id, now, lifetime)).await?;
        let content = Content::PasswordReset { link: access.link("password/reset", &token).await, minutes };
        let message = MailMessage {
            to: account.email.clone(),
            name: account.name.clone(),
            language: account.language,
            at: now,
            content,
        };
        outbox::enqueue(access, unit.as_mut(), message).await?;
        access
            .event(Actor::System, Action::ResetIssued)
            .on(account.id.0.to_string(), account.email.as_str())
            .record(unit.as_mut())
            .await?;
    }
    if !requests.is_empty() {
        unit.commit().await?;
    }
    Ok(requests.len())
}

/// Replaces the forgotten password. Ends every session, does not sign in (ASVS 6.4.3).
///
/// # Errors
/// [`ChooseError`].
pub async fn complete(access: &Access, client: &Client, token: &Token, password: Password) -> Result<(), ChooseError> {
    choose_by_link(access, client, Purpose::PasswordReset, Action::PasswordReset, token, password).await
}

/// A fresh link for whoever stands at the console when mail is down: an invitation's or a reset's, as the account needs.
/// `None` when no operator with that address may have one.
///
/// # Errors
/// [`StorageError`].
pub async fn rescue_link(access: &Access, email: &EmailKey) -> Stored<Option<String>> {
    let parameters = access.parameters().await?;
    let now = access.now();
    let mut unit = access.begin().await?;
    let Some(account) = unit.account_by_email(email).await? else { return Ok(None) };
    let (purpose, page, lifetime) = if admits(Purpose::Invitation, &account) {
        (Purpose::Invitation, "invitation", Duration::hours(i64::from(parameters.number("invitation.hours"))))
    } else if admits(Purpose::PasswordReset, &account) {
        (
            Purpose::PasswordReset,
            "password/reset",
            Duration::minutes(i64::from(parameters.number("reset_link.minutes"))),
        )
    } else {
        return Ok(None);
    };
    let token = access.new_token();
    unit.issue_token(&token_for(&token, purpose, account.id, now, lifetime)).await?;
    access
        .event(Actor::CommandLine, Action::ResetIssued)
        .on(account.id.0.to_string(), account.email.as_str())
        .record(unit.as_mut())
        .await?;
    unit.commit().await?;
    Ok(Some(access.link(page, &token).await))
}
