//! Passwords that people choose: judged by the policy in force, then hashed.

use portcullis_domain::account::Account;
use portcullis_domain::instant::Instant;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::parameter::Parameters;
use portcullis_domain::password_policy::{PasswordPolicy, Strength, Unmet};
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::secret::{Password, PasswordHash, Token};
use time::Duration;

use crate::access::Access;
use crate::client::Client;
use crate::invitation::{self, Inspection};
use crate::set_up;

/// The advice on something short that is said over and over.
const REPEATED: &str = "advice-repeated-pattern";

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
    if unmet.contains(&Unmet::Common) && strength.score > 0 {
        // Something short, said over and over: the estimator took the repetition for length.
        let strength = Strength { score: 0, advice: vec![REPEATED] };
        return Judgement { strength, unmet };
    }
    Judgement { strength, unmet }
}

/// A password that the policy accepted, hashed.
pub(crate) struct Accepted {
    pub(crate) hash: PasswordHash,
    /// The rules that it met.
    policy: PasswordPolicy,
}

/// Judges, and refuses what does not meet the rules. Says which rules those were.
pub(crate) async fn admit(
    access: &Access,
    password: &Password,
    email: &str,
    name: &str,
) -> Result<PasswordPolicy, ChooseError> {
    let parameters = access.parameters().await?;
    let Judgement { unmet, .. } = judge_by(access, &parameters, password, email, name);
    if unmet.is_empty() { Ok(parameters.password_policy()) } else { Err(ChooseError::Refused(unmet)) }
}

/// Refuses the present password of an account and as many earlier ones as the policy names. No transaction is open while
/// they are verified, one after the other: 25 at most.
async fn refuse_reused(
    access: &Access,
    password: &Password,
    policy: &PasswordPolicy,
    account: &Account,
) -> Result<(), ChooseError> {
    if policy.history == 0 {
        return Ok(());
    }
    let earlier = access.ports().storage.view().await?.earlier_passwords(account.id, policy.history).await?;
    for hash in account.password.iter().cloned().chain(earlier) {
        if access.ports().hasher.verify(password.clone(), Some(hash)).await? != Verification::Wrong {
            return Err(ChooseError::Refused(vec![Unmet::Reused]));
        }
    }
    Ok(())
}

/// Judges, then hashes, for somebody who has no account yet.
pub(crate) async fn accept(
    access: &Access,
    password: Password,
    email: &str,
    name: &str,
) -> Result<Accepted, ChooseError> {
    let policy = admit(access, &password, email, name).await?;
    Ok(Accepted { hash: access.ports().hasher.hash(password).await?, policy })
}

/// Judges, compares with what was used before, then hashes.
pub(crate) async fn accept_for(
    access: &Access,
    password: Password,
    account: &Account,
) -> Result<Accepted, ChooseError> {
    let policy = admit(access, &password, account.email.as_str(), account.name.as_str()).await?;
    refuse_reused(access, &password, &policy, account).await?;
    Ok(Accepted { hash: access.ports().hasher.hash(password).await?, policy })
}

impl Accepted {
    /// Replaces the password of an account, guarded as [`UnitOfWork::set_password`] is; the one of before is remembered.
    pub(crate) async fn write(&self, unit: &mut dyn UnitOfWork, account: &Account, now: Instant) -> Stored<bool> {
        if !unit.set_password(account.id, account.password.as_ref(), &self.hash, now).await? {
            return Ok(false);
        }
        if let Some(before) = &account.password {
            unit.remember_password(account.id, before, now).await?;
        }
        self.note(unit, account).await?;
        Ok(true)
    }

    /// Notes beside the password the rules that it met.
    pub(crate) async fn note(&self, unit: &mut dyn UnitOfWork, account: &Account) -> Stored<()> {
        unit.note_password_rules(account.id, &self.policy.noted()).await
    }
}

/// What would make a refused password harder to guess: keys of texts, in order of weight. Only worth saying where strength
/// is what it lacks.
pub fn advice(access: &Access, password: &Password, email: &str, name: &str) -> Vec<&'static str> {
    let own_words = [email, name, access.settings().product_name.as_str(), "portcullis"];
    let advice = access.ports().estimator.estimate(password, &own_words).advice;
    if advice.is_empty() { vec![REPEATED] } else { advice }
}

/// Whose password a link is about to set.
pub enum Whose {
    /// Nobody's: the link does not lead to a form (any more).
    Nobodys,
    /// The first operator's, who is only just saying who they are.
    TheFirst,
    /// This account's.
    Of(Box<Account>),
}

/// Whose password the link of that purpose leads to.
///
/// # Errors
/// [`StorageError`].
pub async fn whose_link(access: &Access, purpose: Purpose, token: &Token) -> Result<Whose, StorageError> {
    Ok(match purpose {
        Purpose::SetUp if set_up::is_open(access, token).await? => Whose::TheFirst,
        Purpose::SetUp => Whose::Nobodys,
        Purpose::Invitation | Purpose::PasswordReset => match invitation::inspect(access, purpose, token).await? {
            Inspection::Open(account) => Whose::Of(account),
            Inspection::Expired | Inspection::Dead => Whose::Nobodys,
        },
    })
}

/// Judges a password while it is typed, at most 100 times a minute for an address; else how long to wait.
///
/// # Errors
/// [`StorageError`].
pub async fn preview(
    access: &Access,
    client: &Client,
    password: &Password,
    (email, name): (&str, &str),
) -> Result<Result<Judgement, Duration>, StorageError> {
    let key = BudgetKey::new("password-strength/address", &[&client.address]);
    let mut unit = access.begin().await?;
    let decision = unit.spend_budget(&key, &RateLimit::new(100, Duration::MINUTE), access.now()).await?;
    unit.commit().await?;
    match decision {
        Decision::Refused { retry_after } => Ok(Err(retry_after)),
        Decision::Admitted { .. } => Ok(Ok(judge(access, password, email, name).await?)),
    }
}
