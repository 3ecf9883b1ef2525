//! Forgotten passwords: a link by mail, and a new password by the link.
//!
//! Asking writes the same row for every address and answers at once; who has an account is looked up later, by the
//! worker. So neither bytes nor time tell anybody (ASVS 6.3.8), also when mail is down.

use portcullis_domain::audit::Action;
use portcullis_domain::email::EmailKey;
use portcullis_domain::mail_message::Content;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::{RecoveryRequest, StorageError, Stored};
use portcullis_domain::rate_limit::BudgetKey;
use portcullis_domain::secret::{Password, Token};
use time::Duration;

use crate::access::{self, Access};
use crate::account_lock::LockedOperator;
use crate::author::Author;
use crate::client::Client;
use crate::denial;
use crate::invitation::{admits, choose_by_link, token_for};
use crate::invitation_care::handed_over;
use crate::password::ChooseError;
use crate::sign_in::spend;
use crate::two_factor::tell;

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
        denial::refused(access, client, Action::ResetLimited, None).await?;
        return Err(RequestError::Limited { retry_after });
    }
    // A random pause keeps the worker's own load from telling, in the time of the next answer, what it found.
    let [first, ..] = access.ports().secrets.bytes32();
    let due_at = now + Duration::milliseconds(50 + i64::from(first));
    let request =
        RecoveryRequest { id: access.new_id(), email: key, address: client.address.clone(), requested_at: now, due_at };
    unit.insert_recovery_request(&request).await?;
    access.event(Author::STRANGER, Action::ResetRequested).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}

/// Works off what was asked for and is due: each active operator gets one fresh link, older ones die. Says how many
/// requests were taken.
///
/// # Errors
/// [`StorageError`]: what could not be taken waits.
pub async fn work_off(access: &Access, most: u64) -> Stored<usize> {
    let minutes = access.parameters().await?.number("reset_link.minutes");
    let mut taken = 0;
    // One at a time: whoever holds one account and waits for another may be waited for.
    for _ in 0..most {
        let worked_off = match work_off_next(access, minutes).await {
            Err(StorageError::BrokenOff(_)) => work_off_next(access, minutes).await?,
            other => other?,
        };
        if !worked_off {
            break;
        }
        taken += 1;
    }
    Ok(taken)
}

/// Works off the next request that is due; false when there is none.
async fn work_off_next(access: &Access, minutes: u32) -> Stored<bool> {
    let now = access.now();
    let mut unit = access.begin().await?;
    let Some(request) = unit.take_recovery_requests(now, 1).await?.pop() else { return Ok(false) };
    // Whether the account may have a link is asked once it is locked: a suspension that is being written voids every link,
    // and must not miss this one.
    let locked = match unit.account_by_email(&request.email).await? {
        Some(found) => LockedOperator::take(unit.as_mut(), found.id).await?,
        None => None,
    };
    if let Some(operator) = locked.filter(|operator| admits(Purpose::PasswordReset, operator.account())) {
        let token = access.new_token();
        let lifetime = Duration::minutes(i64::from(minutes));
        unit.issue_token(&token_for(&token, Purpose::PasswordReset, operator.id(), now, lifetime)).await?;
        let link = access::link(&access.back_office_in(unit.as_mut()).await?, "password/reset", &token);
        tell(access, unit.as_mut(), operator.account(), Content::PasswordReset { link, minutes }).await?;
        access.event(Author::SYSTEM, Action::ResetIssued).upon(operator.account()).record(unit.as_mut()).await?;
    }
    unit.commit().await?;
    Ok(true)
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
    let Some(found) = unit.account_by_email(email).await? else { return Ok(None) };
    let Some(operator) = LockedOperator::take(unit.as_mut(), found.id).await? else { return Ok(None) };
    let account = operator.account();
    let (purpose, page, lifetime) = if admits(Purpose::Invitation, account) {
        (Purpose::Invitation, "invitation", Duration::hours(i64::from(parameters.number("invitation.hours"))))
    } else if admits(Purpose::PasswordReset, account) {
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
    // What is done is the same as on an operator's page, and so is what is told of it.
    let event = match purpose {
        Purpose::Invitation => {
            let event = access.event(Author::CONSOLE, Action::InvitationResent);
            event.with("hours", lifetime.whole_hours().to_string())
        }
        Purpose::PasswordReset | Purpose::SetUp => access.event(Author::CONSOLE, Action::ResetIssued),
    };
    let event = event.upon(account).from(&Client::console());
    handed_over(event.with("name", account.name.as_str())).record(unit.as_mut()).await?;
    let link = access::link(&access.back_office_in(unit.as_mut()).await?, page, &token);
    unit.commit().await?;
    Ok(Some(link))
}
