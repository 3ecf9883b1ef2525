//! Passwords that people choose: judged by the policy in force, then hashed.

use portcullis_domain::parameter::Parameters;
use portcullis_domain::password_policy::{Strength, Unmet};
use portcullis_domain::ports::credentials::HashingError;
use portcullis_domain::ports::storage::StorageError;
use portcullis_domain::secret::{Password, PasswordHash};

use crate::access::Access;

/// A password could not be set.
#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    /// The policy refuses it: each rule that is not met.
    #[error("the password does not meet the rules")]
    Refused(Vec<Unmet>),
    /// The link is spent, expired, voided, foreign or mangled, or what it was for is gone.
    #[error("the link does not work any more")]
    DeadLink,
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

/// Judges, then hashes.
pub(crate) async fn accept(
    access: &Access,
    password: Password,
    email: &str,
    name: &str,
) -> Result<PasswordHash, ChooseError> {
    let judgement = judge(access, &password, email, name).await?;
    if !judgement.unmet.is_empty() {
        return Err(ChooseError::Refused(judgement.unmet));
    }
    Ok(access.ports().hasher.hash(password).await?)
}
