//! Signing in with a password.

use portcullis_domain::account::{Account, AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::Content;
use portcullis_domain::parameter::Parameters;
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::{StorageError, UnitOfWork};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::secret::{Digest256, Password, Token};
use portcullis_domain::session::{Session, SessionId, Stage};
use time::Duration;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::author::Author;
use crate::client::Client;
use crate::denial;
use crate::session::Authenticated;
use crate::two_factor;

/// No password is longer than the highest maximum that the policy can be given; more is refused before hashing.
pub(crate) const LONGEST: usize = 1024;

/// Signing in did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown, vendor, customer, invited, suspended or wrong password: nobody learns which.
    #[error("email address or password is incorrect")]
    Refused,
    /// A limit holds.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// Storage failed: nobody gets in.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A sign-in that came as far as `stage`.
#[derive(Debug)]
pub struct Opened {
    /// The new cookie.
    pub token: Token,
    /// How far it came.
    pub stage: Stage,
    /// The cookie for a device that was not known to the account, once the sign-in is complete.
    pub device: Option<Token>,
    /// Whether a second factor is asked for, and there is none yet: the operator is led to adding one.
    pub enrolment_asked: bool,
}

/// The budgets that an attempt is taken from, in order.
pub(crate) fn budgets(parameters: &Parameters, email: &EmailKey, client: &Client) -> Vec<(BudgetKey, RateLimit)> {
    vec![
        (BudgetKey::new("sign-in/address", &[&client.address]), parameters.rate("sign_in.per_address")),
        (
            BudgetKey::new("sign-in/account-and-address", &[email.as_str(), &client.address]),
            parameters.rate("sign_in.per_account_and_address"),
        ),
    ]
}

/// The one budget of a device that completed a sign-in of this account: what others do at other devices does not use it
/// up. It is no larger than a stranger's.
fn device_budget(parameters: &Parameters, email: &EmailKey, device: &Digest256) -> Vec<(BudgetKey, RateLimit)> {
    let device = data_encoding::HEXLOWER.encode(device.as_bytes());
    vec![(
        BudgetKey::new("sign-in/device", &[email.as_str(), &device]),
        parameters.rate("sign_in.per_account_and_address"),
    )]
}

/// Takes one from each budget. When one refuses, nothing was taken if the unit of work is dropped.
pub(crate) async fn spend(
    unit: &mut dyn UnitOfWork,
    budgets: &[(BudgetKey, RateLimit)],
    now: Instant,
) -> Result<Option<Duration>, StorageError> {
    for (key, limit) in budgets {
        if let Decision::Refused { retry_after } = unit.spend_budget(key, limit, now).await? {
            return Ok(Some(retry_after));
        }
    }
    Ok(None)
}

/// Gives back what a right password should not have cost.
pub(crate) async fn refund(unit: &mut dyn UnitOfWork, budgets: &[(BudgetKey, RateLimit)]) -> Result<(), StorageError> {
    for (key, limit) in budgets {
        unit.refund_budget(key, limit).await?;
    }
    Ok(())
}

/// [`refund`] in a unit of work of its own.
pub(crate) async fn give_back(access: &Access, budgets: &[(BudgetKey, RateLimit)]) -> Result<(), StorageError> {
    let mut unit = access.begin().await?;
    refund(unit.as_mut(), budgets).await?;
    unit.commit().await
}

/// Signs in. The attempt is counted first, before the expensive work and in the same transaction as the look-up; then the
/// password is verified, for whoever may not sign in against a decoy; then all that follows is written once.
/// `replaced` is the session of the cookie that came with the request: it ends.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(
    access: &Access,
    client: &Client,
    email: &str,
    password: Password,
    replaced: Option<Digest256>,
) -> Result<Opened, SignInError> {
    let parameters = access.parameters().await?;
    let key = EmailKey::of(email);

    let mut unit = access.begin().await?;
    let found = unit.account_by_email(&key).await?;
    let device = match (&found, client.device_cookie) {
        (Some(account), Some(device)) if unit.is_known_device(account.id, &device).await? => Some(device),
        _ => None,
    };
    let budgets = match &device {
        Some(device) => device_budget(&parameters, &key, device),
        None => budgets(&parameters, &key, client),
    };
    if let Some(retry_after) = spend(unit.as_mut(), &budgets, access.now()).await? {
        drop(unit);
        denial::refused(access, client, Action::SignInLimited, None).await?;
        return Err(SignInError::Limited { retry_after });
    }
    unit.commit().await?;

    let known = found.clone().filter(may_sign_in);
    let hash = known.as_ref().and_then(|account| account.password.clone());
    let too_long = password.length() > LONGEST;
    let verification = if too_long {
        Verification::Wrong
    } else {
        match access.ports().hasher.verify(password, hash.clone()).await {
            Ok(verification) => verification,
            Err(error) => {
                // Nothing was verified, so nothing was guessed: a flood of others must not use up the owner's budget.
                give_back(access, &budgets).await?;
                return Err(error.into());
            }
        }
    };

    let mut unit = access.begin().await?;
    let current = match (&verification, &known) {
        (Verification::Wrong, _) | (_, None) => None,
        // Read again: password, status, roles or factor may have changed while the hash was computed.
        (_, Some(account)) => LockedOperator::take(unit.as_mut(), account.id)
            .await?
            .filter(|current| may_sign_in(current.account()) && current.account().password == hash),
    };
    let Some(operator) = current else {
        let reason = if too_long { "too-long" } else { why_refused(found.as_ref(), &verification) };
        let mut event = access.event(Author::STRANGER, Action::SignInRefused).from(client).with("reason", reason);
        // What matches no account is not kept: people type their password into that field.
        if let Some(found) = &found {
            event = event.upon(found);
        }
        event.record(unit.as_mut()).await?;
        unit.commit().await?;
        return Err(SignInError::Refused);
    };
    refund(unit.as_mut(), &budgets).await?;
    let account = operator.account();
    if let (Verification::RightRenewed(renewed), Some(old)) = (&verification, &hash)
        && unit.renew_hash(account.id, old, renewed).await?
    {
        let event = access.event(&operator, Action::PasswordRehashed).upon(account);
        event.from(client).record(unit.as_mut()).await?;
    }
    if let Some(replaced) = replaced
        && let Some(old) = unit.session(&replaced).await?
    {
        unit.end_session(old.id).await?;
    }
    let now = access.now();
    let stage = two_factor::progress(unit.as_mut(), &parameters, &operator, false, now).await?.stage();
    let token = open_session(access, unit.as_mut(), &operator, client, stage, now).await?;
    let device = arrive(access, unit.as_mut(), client, account, stage, now).await?;
    let mut enrolment_asked = false;
    if stage != Stage::SecondStepDue {
        enrolment_asked = two_factor::is_asked(unit.as_mut(), &parameters, &operator, now).await?;
    }
    let event = access.event(&operator, Action::SignedIn).upon(account);
    event.from(client).with("stage", stage.as_str()).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(Opened { token, stage, device, enrolment_asked })
}

/// When a sign-in is complete, its device is known from then on. The first device of an account is no news; another is told
/// by mail. Returns the cookie for a device that was not known to this account: always a fresh one, because a value that
/// the browser brought may have been planted there by somebody who holds a copy of it.
pub(crate) async fn arrive(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    account: &Account,
    stage: Stage,
    now: Instant,
) -> Result<Option<Token>, StorageError> {
    if stage != Stage::SignedIn {
        return Ok(None);
    }
    let known = match &client.device_cookie {
        Some(device) if unit.is_known_device(account.id, device).await? => Some(*device),
        _ => None,
    };
    if known.is_none() && unit.has_known_devices(account.id).await? {
        let content = Content::NewDevice { device: client.device.clone(), address: client.address.clone() };
        two_factor::tell(access, unit, account, content).await?;
    }
    let fresh = if known.is_none() { Some(access.new_token()) } else { None };
    if let Some(device) = known.or(fresh.as_ref().map(Token::digest)) {
        unit.remember_device(account.id, &device, now).await?;
    }
    Ok(fresh)
}

/// Moves a session on to another stage, or to a fresh proof: under a new name and a new cookie, and the old one is dead
/// (ASVS 7.2.4). Its beginning stays: the absolute end does not move. Its owner's account was locked before, so that nobody
/// who is ending sessions misses the new one.
pub(crate) async fn renew_session(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    who: &Authenticated,
    owner: &LockedOperator,
    stage: Stage,
    now: Instant,
) -> Result<Token, StorageError> {
    if owner.id() != who.session.account || owner.status() != AccountStatus::Active {
        return Err(StorageError::Conflict);
    }
    if !unit.end_session(who.session.id).await? {
        // It was ended, or moved on in another tab, since the gate read it: nothing of this request may count.
        return Err(StorageError::Conflict);
    }
    let token = access.new_token();
    unit.insert_session(&Session {
        id: SessionId(access.new_id()),
        digest: token.digest(),
        stage,
        last_seen_at: now,
        proven_at: now,
        ..who.session.clone()
    })
    .await?;
    Ok(token)
}

/// Why a sign-in was refused, for the audit trail alone.
fn why_refused(found: Option<&Account>, verification: &Verification) -> &'static str {
    match found {
        None => "unknown",
        Some(account) if account.kind != AccountKind::Operator => account.kind.as_str(),
        Some(account) if !may_sign_in(account) => account.status.as_str(),
        Some(_) if *verification == Verification::Wrong => "wrong-password",
        Some(_) => "changed-meanwhile",
    }
}

/// The only accounts that a password opens.
fn may_sign_in(account: &Account) -> bool {
    account.kind == AccountKind::Operator && account.status == AccountStatus::Active && account.password.is_some()
}

/// Whether a new password must be chosen: somebody else chose this one, or the policy's maximum age is reached.
pub(crate) fn password_due(account: &Account, parameters: &Parameters, now: Instant) -> bool {
    let days = i64::from(parameters.password_policy().max_age_days);
    let too_old = days > 0 && account.password_set_at.is_none_or(|set| now >= set + Duration::days(days));
    account.password_change_due || too_old
}

/// Opens a session with a fresh 256-bit cookie (ASVS 7.2.4), for an operator whose account was locked before.
pub(crate) async fn open_session(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    owner: &LockedOperator,
    client: &Client,
    stage: Stage,
    now: Instant,
) -> Result<Token, StorageError> {
    let token = access.new_token();
    unit.insert_session(&Session {
        id: SessionId(access.new_id()),
        digest: token.digest(),
        account: owner.id(),
        stage,
        created_at: now,
        last_seen_at: now,
        proven_at: now,
        address: client.address.clone(),
        device: client.device.clone(),
    })
    .await?;
    Ok(token)
}
