//! Step-up: what is dangerous asks again for the password, or for a code (ASVS 7.5.3).

use portcullis_domain::audit::Action;
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::rate_limit::{BudgetKey, RateLimit};
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::two_factor::{Code, matching_step};
use time::Duration;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::client::Client;
use crate::session::{Authenticated, actor};
use crate::sign_in::{LONGEST, budgets, give_back, renew_session, spend};
use crate::two_factor;

/// The proof was refused.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// The password is wrong.
    #[error("the password is incorrect")]
    WrongPassword,
    /// The code is wrong, spent or too old; or there is no second factor.
    #[error("the code is incorrect")]
    WrongCode,
    /// Too many tries.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
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

/// Proves the password again. Tries count as failed sign-ins do. The session goes on under the returned cookie.
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
    let budgets = budgets(&parameters, &account.email.key(), client);
    take(access, &budgets).await?;
    let verified = if password.length() > LONGEST {
        Ok(Verification::Wrong)
    } else {
        access.ports().hasher.verify(password, account.password.clone()).await
    };
    match verified {
        Ok(Verification::Wrong) => {
            refuse(access, client, who).await?;
            return Err(StepUpError::WrongPassword);
        }
        Ok(Verification::Right | Verification::RightRenewed(_)) => give_back(access, &budgets).await?,
        Err(error) => {
            give_back(access, &budgets).await?;
            return Err(error.into());
        }
    }
    let mut unit = access.begin().await?;
    let owner = LockedOperator::take(unit.as_mut(), account.id).await?;
    // What was proven is the present password, unless it changed while the hash was computed.
    let owner = owner.filter(|current| current.account().password == account.password);
    let Some(owner) = owner else { return Err(StepUpError::WrongPassword) };
    let token = renew_session(access, unit.as_mut(), who, &owner, who.session.stage, access.now()).await?;
    access.event(actor(&who.operator), Action::StepUpPassed).from(client).record(unit.as_mut()).await?;
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
    let parameters = access.parameters().await?;
    let (account, now) = (who.operator.id(), access.now());
    let key = BudgetKey::new("step-up/account", &[&account.0.to_string()]);
    let budgets = [(key, parameters.rate("second_factor.per_account"))];
    take(access, &budgets).await?;
    let mut unit = access.begin().await?;
    let Some(owner) = LockedOperator::take(unit.as_mut(), account).await? else {
        return Err(StepUpError::WrongCode);
    };
    let factor = unit.two_factor(account).await?;
    let step = factor.and_then(|factor| {
        let secret = two_factor::open(access, account, &factor)?;
        matching_step(access.ports().totp.as_ref(), &secret, &Code::parse(code)?, factor.last_step, now)
    });
    let spent = match step {
        Some(step) => unit.spend_totp_step(account, step).await?,
        None => false,
    };
    if !spent {
        drop(unit);
        refuse(access, client, who).await?;
        return Err(StepUpError::WrongCode);
    }
    for (key, limit) in &budgets {
        unit.refund_budget(key, limit).await?;
    }
    let token = renew_session(access, unit.as_mut(), who, &owner, who.session.stage, now).await?;
    access.event(actor(&who.operator), Action::StepUpPassed).from(client).record(unit.as_mut()).await?;
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

async fn refuse(access: &Access, client: &Client, who: &Authenticated) -> Stored<()> {
    let mut unit = access.begin().await?;
    access.event(actor(&who.operator), Action::StepUpRefused).from(client).record(unit.as_mut()).await?;
    unit.commit().await
}
