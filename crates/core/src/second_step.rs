//! The second step of a sign-in: a one-time code, or a recovery code where the device is lost.

use portcullis_domain::account::Account;
use portcullis_domain::audit::Action;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::Content;
use portcullis_domain::parameter::Parameters;
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::secret::Digest256;
use portcullis_domain::session::Stage;
use portcullis_domain::two_factor::{Code, RecoveryCode};
use time::Duration;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::client::Client;
use crate::session::Authenticated;
use crate::sign_in::{Opened, arrive, renew_session};
use crate::two_factor::{self, CodeError};

/// The second step was not passed.
#[derive(Debug, thiserror::Error)]
pub enum SecondStepError {
    /// The code is wrong, spent, too old, or none. The challenge goes on.
    #[error("the code is incorrect")]
    Refused,
    /// Too many wrong codes: the challenge is over, and one begins again with the password.
    #[error("too many wrong codes")]
    Over,
    /// Too many wrong codes for this operator, in several challenges.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// The stored secret cannot be opened: an administrator can help.
    #[error("two-factor authentication of this account cannot be checked")]
    Unreadable,
    /// Storage failed: nobody gets in.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What somebody shows at the second step; `None` for what cannot be one at all.
enum Shown {
    Code(Option<Code>),
    RecoveryCode(Option<RecoveryCode>),
}

impl Shown {
    /// What is no code is no guess: it costs the challenge a try, and the operator nothing.
    const fn is_a_guess(&self) -> bool {
        matches!(self, Self::Code(Some(_)) | Self::RecoveryCode(Some(_)))
    }
}

/// How many wrong codes a day are nobody's business: people mistype. More are told, however slowly they come and
/// however many challenges they are spread over.
const UNTOLD: u32 = 5;

/// Passes the second step with a one-time code. A step is spent once, on whatever node (RFC 6238 §5.2).
///
/// # Errors
/// [`SecondStepError`].
pub async fn with_code(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    code: &str,
) -> Result<Opened, SecondStepError> {
    pass(access, client, who, &Shown::Code(Code::parse(code))).await
}

/// Passes the second step with a recovery code, which is then used up; told by mail with how many are left.
///
/// # Errors
/// [`SecondStepError`].
pub async fn with_recovery_code(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    code: &str,
) -> Result<Opened, SecondStepError> {
    pass(access, client, who, &Shown::RecoveryCode(RecoveryCode::parse(code))).await
}

/// The budgets of wrong codes, apart from those of passwords (ASVS 6.3.1): one of the challenge, one of the operator. A
/// known device has budgets of its own, and recovery codes, which nobody guesses, have others than codes: knowing the
/// password is not enough to shut the owner out.
fn budgets(
    parameters: &Parameters,
    who: &Authenticated,
    known_device: Option<&Digest256>,
    shown: &Shown,
) -> [(BudgetKey, RateLimit); 2] {
    let account = who.operator.id().0.to_string();
    let device = known_device.map(|device| data_encoding::HEXLOWER.encode(device.as_bytes())).unwrap_or_default();
    let whose = match shown {
        Shown::RecoveryCode(_) => format!("recovery-code{device}"),
        Shown::Code(_) => device,
    };
    let challenge = RateLimit::new(parameters.number("second_factor.per_challenge"), Duration::DAY);
    [
        (BudgetKey::new("second-step/challenge", &[&who.session.id.0.to_string()]), challenge),
        (BudgetKey::new("second-step/account", &[&account, &whose]), parameters.rate("second_factor.per_account")),
    ]
}

async fn pass(access: &Access, client: &Client, who: &Authenticated, shown: &Shown) -> Result<Opened, SecondStepError> {
    let parameters = access.parameters().await?;
    let now = access.now();
    let mut unit = access.begin().await?;
    let owner = LockedOperator::take(unit.as_mut(), who.operator.id()).await?.ok_or(SecondStepError::Over)?;
    let account = owner.account();
    // The session may have ended, or moved on, since the gate read it.
    let current = unit.session(&who.session.digest).await?;
    if current.is_none_or(|current| current.stage != Stage::SecondStepDue) {
        return Err(SecondStepError::Over);
    }
    let known = match client.device_cookie {
        Some(device) if unit.is_known_device(account.id, &device).await? => Some(device),
        _ => None,
    };
    let budgets = budgets(&parameters, who, known.as_ref(), shown);
    let [(challenge, per_challenge), (of_account, per_account)] = &budgets;
    let Decision::Admitted { tat } = unit.spend_budget(challenge, per_challenge, now).await? else {
        return Err(end_challenge(access, unit, client, who, &owner).await?);
    };
    if shown.is_a_guess()
        && let Decision::Refused { retry_after } = unit.spend_budget(of_account, per_account, now).await?
    {
        end_challenge(access, unit, client, who, &owner).await?;
        return Err(SecondStepError::Limited { retry_after });
    }
    let passed = match shown {
        Shown::Code(Some(code)) => match two_factor::spend_code(access, unit.as_mut(), account.id, code).await {
            Err(CodeError::Unreadable) => {
                unit.refund_budget(of_account, per_account).await?;
                record(access, unit.as_mut(), client, &owner, Action::TwoFactorUnreadable).await?;
                unit.commit().await?;
                return Err(SecondStepError::Unreadable);
            }
            Err(CodeError::Storage(error)) => return Err(error.into()),
            Ok(passed) => passed,
        },
        Shown::RecoveryCode(Some(code)) => {
            spend_recovery_code(access, unit.as_mut(), client, &owner, code, now).await?
        }
        Shown::Code(None) | Shown::RecoveryCode(None) => false,
    };
    if !passed {
        let key = BudgetKey::new("second-step/untold", &[&account.id.0.to_string()]);
        if shown.is_a_guess()
            && let Decision::Refused { .. } =
                unit.spend_budget(&key, &RateLimit::new(UNTOLD, Duration::DAY), now).await?
        {
            tell_of_wrong_codes(access, unit.as_mut(), client, account, now).await?;
        }
        let last = per_challenge.is_spent(tat, now);
        if last {
            return Err(end_challenge(access, unit, client, who, &owner).await?);
        }
        record(access, unit.as_mut(), client, &owner, Action::SecondStepRefused).await?;
        unit.commit().await?;
        access.mail_waits().ring();
        return Err(SecondStepError::Refused);
    }
    unit.refund_budget(of_account, per_account).await?;
    let progress = two_factor::progress(unit.as_mut(), &parameters, &owner, true, now).await?;
    let token = renew_session(access, unit.as_mut(), who, &owner, progress.stage(), now).await?;
    record(access, unit.as_mut(), client, &owner, Action::SecondStepPassed).await?;
    let device = arrive(access, unit.as_mut(), client, account, progress.stage(), now).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(Opened { token, stage: progress.stage(), device, enrolment_asked: false })
}

/// Uses a recovery code up, and tells its owner by mail how many are left.
pub(crate) async fn spend_recovery_code(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    owner: &LockedOperator,
    code: &RecoveryCode,
    now: Instant,
) -> Stored<bool> {
    let account = owner.account();
    if !unit.spend_recovery_code(account.id, &code.digest(), now).await? {
        return Ok(false);
    }
    let left = u32::try_from(unit.recovery_codes_left(account.id).await?).unwrap_or(u32::MAX);
    let content = Content::RecoveryCodeUsed { left, device: client.device.clone(), address: client.address.clone() };
    two_factor::tell(access, unit, account, content).await?;
    let event = access.event(owner, Action::RecoveryCodeUsed).upon(account).from(client).with("left", left.to_string());
    event.record(unit).await?;
    Ok(true)
}

/// Ends the challenge: the session goes, and the owner is told that somebody knows the password (ASVS 6.3.5).
async fn end_challenge(
    access: &Access,
    mut unit: Box<dyn UnitOfWork>,
    client: &Client,
    who: &Authenticated,
    owner: &LockedOperator,
) -> Stored<SecondStepError> {
    if unit.end_session(who.session.id).await? {
        tell_of_wrong_codes(access, unit.as_mut(), client, owner.account(), access.now()).await?;
        record(access, unit.as_mut(), client, owner, Action::SecondStepLimited).await?;
        unit.commit().await?;
        access.mail_waits().ring();
    }
    Ok(SecondStepError::Over)
}

/// Tells the owner of wrong codes, once an hour at most: whoever knows the password cannot fill the owner's mailbox.
async fn tell_of_wrong_codes(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    account: &Account,
    now: Instant,
) -> Stored<()> {
    let key = BudgetKey::new("second-step/told", &[&account.id.0.to_string()]);
    if let Decision::Admitted { .. } = unit.spend_budget(&key, &RateLimit::new(1, Duration::HOUR), now).await? {
        let content = Content::WrongCodes { device: client.device.clone(), address: client.address.clone() };
        two_factor::tell(access, unit, account, content).await?;
    }
    Ok(())
}

async fn record(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    owner: &LockedOperator,
    action: Action,
) -> Stored<()> {
    let event = access.event(owner, action).upon(owner.account());
    event.from(client).record(unit).await
}
