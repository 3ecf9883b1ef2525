//! Step-up: what is dangerous asks again for a proof (ASVS 7.5.1, 7.5.3): for the password, or where there is a second
//! factor for a code. The password alone is no proof then: whoever took a session over and knows it must not remove the
//! factor with it.

use portcullis_domain::audit::Action;
use portcullis_domain::parameter::Parameters;
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::rate_limit::{BudgetKey, RateLimit};
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::SessionId;
use portcullis_domain::two_factor::{Code, RecoveryCode};
use time::Duration;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;
use crate::present::{ActError, Present};
use crate::second_step;
use crate::session::Authenticated;
use crate::sign_in::{LONGEST, give_back, refund, renew_session, spend};
use crate::two_factor::{self, CodeError};

/// The proof was refused.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// The password is wrong.
    #[error("the password is incorrect")]
    WrongPassword,
    /// The code is wrong, spent or too old; or there is no second factor.
    #[error("the code is incorrect")]
    WrongCode,
    /// The recovery code is wrong or used; or there is no second factor.
    #[error("the recovery code is incorrect")]
    WrongRecoveryCode,
    /// There is a second factor: the password alone is not enough.
    #[error("a code is asked for")]
    CodeAsked,
    /// The stored secret cannot be opened: a recovery code works, and an administrator can help.
    #[error("two-factor authentication of this account cannot be checked")]
    Unreadable,
    /// Too many tries.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Whoever asked is not signed in any more.
    #[error("the session is over")]
    Over,
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<ActError> for StepUpError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Over | ActError::Forbidden => Self::Over,
            ActError::Storage(error) => error.into(),
        }
    }
}

/// Whether the last proof is recent enough for something dangerous.
///
/// # Errors
/// [`StorageError`].
pub async fn is_fresh(access: &Access, who: &Authenticated) -> Stored<bool> {
    let window = Duration::minutes(i64::from(access.parameters().await?.number("step_up.minutes")));
    let age = access.now() - who.session.proven_at;
    // A clock that jumped back makes no proof fresher than it is.
    Ok(age >= Duration::ZERO && age < window)
}

/// What a session's tries with the present password are taken from, here and where the password is changed; and its tries
/// with codes, and with recovery codes. A signed-in session has budgets of its own: failed sign-ins behind one address
/// keep no colleague from working, and whoever took a session over gets no more tries from many addresses, nor shuts the
/// owner out, who has another session.
pub(crate) fn budgets_of(parameters: &Parameters, session: SessionId) -> [(BudgetKey, RateLimit); 3] {
    let session = session.0.to_string();
    let of_codes = parameters.rate("second_factor.per_account");
    [
        (BudgetKey::new("session/password", &[&session]), parameters.rate("sign_in.per_account_and_address")),
        (BudgetKey::new("session/code", &[&session]), of_codes),
        (BudgetKey::new("session/recovery-code", &[&session]), of_codes),
    ]
}

/// Proves the password again, where there is no second factor. The session goes on under the returned cookie.
///
/// # Errors
/// [`StepUpError`].
pub async fn with_password(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    password: Password,
) -> Result<Token, StepUpError> {
    let parameters = access.parameters().await?;
    let account = who.operator.account();
    if access.ports().storage.view().await?.two_factor(account.id).await?.is_some() {
        return Err(StepUpError::CodeAsked);
    }
    let [of_passwords, ..] = budgets_of(&parameters, who.session.id);
    let budgets = [of_passwords];
    take(access, &budgets).await?;
    let verified = if password.length() > LONGEST {
        Ok(Verification::Wrong)
    } else {
        access.ports().hasher.verify(password, account.password.clone()).await
    };
    match verified {
        Ok(Verification::Wrong) => {
            refuse(access, client, who, Action::StepUpRefused).await?;
            return Err(StepUpError::WrongPassword);
        }
        Ok(Verification::Right | Verification::RightRenewed(_)) => give_back(access, &budgets).await?,
        Err(error) => {
            give_back(access, &budgets).await?;
            return Err(error.into());
        }
    }
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    // What was proven is the present password, unless it changed while the hash was computed.
    if owner.account().password != account.password {
        return Err(StepUpError::WrongPassword);
    }
    // Or unless a second factor was added meanwhile.
    if unit.two_factor(account.id).await?.is_some() {
        return Err(StepUpError::CodeAsked);
    }
    let token = renew_session(access, unit.as_mut(), who, &owner, who.session.stage, access.now()).await?;
    let event = access.event(&owner, Action::StepUpPassed).upon(owner.account());
    event.from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(token)
}

/// Proves the second factor again; the step is spent. The session goes on under the returned cookie.
///
/// # Errors
/// [`StepUpError`].
pub async fn with_code(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    code: &str,
) -> Result<Token, StepUpError> {
    let Some(code) = Code::parse(code) else {
        refuse(access, client, who, Action::StepUpRefused).await?;
        return Err(StepUpError::WrongCode);
    };
    let account = who.operator.id();
    let [_, of_codes, _] = budgets_of(&*access.parameters().await?, who.session.id);
    let budgets = [of_codes];
    take(access, &budgets).await?;
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    let spent = match two_factor::spend_code(access, unit.as_mut(), account, &code).await {
        Err(CodeError::Unreadable) => {
            drop(unit);
            give_back(access, &budgets).await?;
            refuse(access, client, who, Action::TwoFactorUnreadable).await?;
            return Err(StepUpError::Unreadable);
        }
        Err(CodeError::Storage(error)) => return Err(error.into()),
        Ok(spent) => spent,
    };
    if !spent {
        drop(unit);
        refuse(access, client, who, Action::StepUpRefused).await?;
        return Err(StepUpError::WrongCode);
    }
    pass(access, unit, client, who, &owner, &budgets).await
}

/// Proves oneself with a recovery code, where the device is lost or its secret cannot be read; the code is used up, which
/// is told by mail. The session goes on under the returned cookie.
///
/// # Errors
/// [`StepUpError`].
pub async fn with_recovery_code(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    code: &str,
) -> Result<Token, StepUpError> {
    let Some(code) = RecoveryCode::parse(code) else {
        refuse(access, client, who, Action::StepUpRefused).await?;
        return Err(StepUpError::WrongRecoveryCode);
    };
    let [.., of_recovery_codes] = budgets_of(&*access.parameters().await?, who.session.id);
    let budgets = [of_recovery_codes];
    take(access, &budgets).await?;
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    if !second_step::spend_recovery_code(access, unit.as_mut(), client, &owner, &code, access.now()).await? {
        drop(unit);
        refuse(access, client, who, Action::StepUpRefused).await?;
        return Err(StepUpError::WrongRecoveryCode);
    }
    let token = pass(access, unit, client, who, &owner, &budgets).await?;
    access.mail_waits().ring();
    Ok(token)
}

/// A code was right: the try is given back, and the session renewed with what the unit of work has spent.
async fn pass(
    access: &Access,
    mut unit: Box<dyn UnitOfWork>,
    client: &Client,
    who: &Authenticated,
    owner: &Present,
    budgets: &[(BudgetKey, RateLimit)],
) -> Result<Token, StepUpError> {
    refund(unit.as_mut(), budgets).await?;
    let token = renew_session(access, unit.as_mut(), who, owner, who.session.stage, access.now()).await?;
    let event = access.event(owner, Action::StepUpPassed).upon(owner.account());
    event.from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(token)
}

async fn take(access: &Access, budgets: &[(BudgetKey, RateLimit)]) -> Result<(), StepUpError> {
    let mut unit = access.begin().await?;
    if let Some(retry_after) = spend(unit.as_mut(), budgets, access.now()).await? {
        return Err(StepUpError::Limited { retry_after });
    }
    Ok(unit.commit().await?)
}

async fn refuse(access: &Access, client: &Client, who: &Authenticated, action: Action) -> Stored<()> {
    let mut unit = access.begin().await?;
    let event = access.event(Author::refused(who), action).upon(who.operator.account());
    event.from(client).record(unit.as_mut()).await?;
    unit.commit().await
}
