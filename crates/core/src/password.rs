//! Passwords that people choose: judged by the policy in force, then hashed.

use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::parameter::Parameters;
use portcullis_domain::password_policy::{Strength, Unmet};
use portcullis_domain::ports::credentials::HashingError;
use portcullis_domain::ports::storage::StorageError;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::secret::{Password, PasswordHash, Token};
use time::Duration;

use crate::access::Access;
use crate::client::Client;
use crate::invitation::{self, Inspection};
use crate::set_up;

/// A password could not be set.
#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    /// The policy refuses it: each rule that is not met.
    #[error("the password does not meet the rules")]
    Refused(Vec<Unmet>),
    /// The link is spent, expired, voided, foreign or mangled, or what it was for is gone.
    #[error("the link does not work any more")]
    DeadLink,
    /// Another account has the address.
    #[error("an account with that address exists already")]
    AddressTaken,
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What the policy says of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// How hard it is to guess.
    pub strength: Strength,
    /// The rules it does not meet; none: it is accepted.
    pub unmet: Vec<Unmet>,
}

/// Judges a password by the rules in force, for somebody with that address and name.
///
/// # Errors
/// [`StorageError`] when the rules cannot be read.
pub async fn judge(access: &Access, password: &Password, email: &str, name: &str) -> Result<Judgement, StorageError> {
    let parameters = access.parameters().await?;
    Ok(judge_by(access, &parameters, password, email, name))
}

fn judge_by(access: &Access, parameters: &Parameters, password: &Password, email: &str, name: &str) -> Judgement {
    let policy = parameters.password_policy();
    let own_words = [email, name, access.settings().product_name.as_str(), "portcullis"];
    let too_long = u32::try_from(password.length()).map_or(true, |length| length > policy.max_length);
    // What is over the maximum is not worth computing anything over.
    let strength = if too_long { Strength::default() } else { access.ports().estimator.estimate(password, &own_words) };
    let unmet = policy.assess(password, &strength, &own_words);
    Judgement { strength, unmet }
}

/// Judges, and refuses what does not meet the rules.
pub(crate) async fn admit(access: &Access, password: &Password, email: &str, name: &str) -> Result<(), ChooseError> {
    let Judgement { unmet, .. } = judge(access, password, email, name).await?;
    if unmet.is_empty() { Ok(()) } else { Err(ChooseError::Refused(unmet)) }
}

/// Judges, then hashes.
pub(crate) async fn accept(
    access: &Access,
    password: Password,
    email: &str,
    name: &str,
) -> Result<PasswordHash, ChooseError> {
    admit(access, &password, email, name).await?;
    Ok(access.ports().hasher.hash(password).await?)
}

/// Whether the link of that purpose still leads to a form.
///
/// # Errors
/// [`StorageError`].
pub async fn link_is_live(access: &Access, purpose: Purpose, token: &Token) -> Result<bool, StorageError> {
    match purpose {
        Purpose::SetUp => set_up::is_open(access, token).await,
        Purpose::Invitation | Purpose::PasswordReset => {
            Ok(matches!(invitation::inspect(access, purpose, token).await?, Inspection::Open(_)))
        }
    }
}

/// Judges a password while it is typed, at most 100 times a minute for an address; else how long to wait.
///
/// # Errors
/// [`StorageError`].
pub async fn preview(
    access: &Access,
    client: &Client,
    password: &Password,
    email: &str,
) -> Result<Result<Judgement, Duration>, StorageError> {
    let key = BudgetKey::new("password-strength/address", &[&client.address]);
    let mut unit = access.begin().await?;
    let decision = unit.spend_budget(&key, &RateLimit::new(100, Duration::MINUTE), access.now()).await?;
    unit.commit().await?;
    match decision {
        Decision::Refused { retry_after } => Ok(Err(retry_after)),
        Decision::Admitted { .. } => Ok(Ok(judge(access, password, email, "").await?)),
    }
}
