//! Changing one's own password, by choice or because a new one is due.

use portcullis_domain::audit::Action;
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::StorageError;
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::{Progress, Stage};
use time::Duration;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;
use crate::invitation::tell_of_change;
use crate::password::{self, Accepted, ChooseError};
use crate::present::{ActError, Present};
use crate::session::Authenticated;
use crate::sign_in::{LONGEST, Opened, arrive, give_back, renew_session, spend};
use crate::{step_up, two_factor};

/// The password stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The present password is wrong.
    #[error("the current password is incorrect")]
    WrongCurrent,
    /// The new one is the old one.
    #[error("choose a password that differs from the present one")]
    Unchanged,
    /// Too many tries with the present password.
    #[error("too many attempts")]
    Limited {
        /// How long until one more is admitted.
        retry_after: Duration,
    },
    /// Whoever asked is not signed in any more.
    #[error("the session is over")]
    Over,
    /// The new one was refused, or could not be hashed or stored.
    #[error(transparent)]
    Choose(#[from] ChooseError),
}

impl From<StorageError> for ChangeError {
    fn from(error: StorageError) -> Self {
        Self::Choose(error.into())
    }
}

impl From<ActError> for ChangeError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Over | ActError::Forbidden => Self::Over,
            ActError::Storage(error) => error.into(),
        }
    }
}

impl From<HashingError> for ChangeError {
    fn from(error: HashingError) -> Self {
        Self::Choose(error.into())
    }
}

/// Changes the password of whoever knows the present one (ASVS 6.2.3). Tries share the session's budget with those of
/// step-up, so that this is no other door for guessing. Ends every other session; this one goes on under a new cookie, which is returned.
///
/// # Errors
/// [`ChangeError`].
pub async fn change(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    current: Password,
    new: Password,
) -> Result<Token, ChangeError> {
    // A half-signed-in session has not shown enough to be replaced by a whole one.
    if who.session.stage != Stage::SignedIn {
        return Err(ChangeError::WrongCurrent);
    }
    let parameters = access.parameters().await?;
    let account = who.operator.account();
    let [of_passwords, ..] = step_up::budgets_of(&parameters, who.session.id);
    let budgets = [of_passwords];
    let mut unit = access.begin().await?;
    if let Some(retry_after) = spend(unit.as_mut(), &budgets, access.now()).await? {
        drop(unit);
        record_refusal(access, client, who, Action::SignInLimited).await?;
        return Err(ChangeError::Limited { retry_after });
    }
    unit.commit().await?;
    let verification = if current.length() > LONGEST {
        Verification::Wrong
    } else {
        match access.ports().hasher.verify(current.clone(), account.password.clone()).await {
            Ok(verification) => verification,
            Err(error) => {
                give_back(access, &budgets).await?;
                return Err(error.into());
            }
        }
    };
    if verification == Verification::Wrong {
        record_refusal(access, client, who, Action::SignInRefused).await?;
        return Err(ChangeError::WrongCurrent);
    }
    give_back(access, &budgets).await?;
    if current.expose() == new.expose() {
        return Err(ChangeError::Unchanged);
    }
    let accepted = password::accept_for(access, new, account).await?;
    Ok(replace(access, client, who, &accepted).await?.token)
}

/// Sets the new password that is due, without asking for the present one: the sign-in proved it a moment ago.
///
/// # Errors
/// [`ChangeError`].
pub async fn replace_due(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    new: Password,
) -> Result<Opened, ChangeError> {
    if who.session.stage != Stage::NewPasswordDue {
        return Err(ChangeError::WrongCurrent);
    }
    let account = who.operator.account();
    // Judged before it is compared: what is over the maximum is refused before hashing.
    password::admit(access, &new, account.email.as_str(), account.name.as_str()).await?;
    if access.ports().hasher.verify(new.clone(), account.password.clone()).await? != Verification::Wrong {
        return Err(ChangeError::Unchanged);
    }
    let accepted = password::accept_for(access, new, account).await?;
    replace(access, client, who, &accepted).await
}

/// A wrong or limited try with the present password shows as a sign-in's does.
async fn record_refusal(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    action: Action,
) -> Result<(), StorageError> {
    let mut unit = access.begin().await?;
    access
        .event(Author::refused(who), action)
        .upon(who.operator.account())
        .from(client)
        .with("reason", "password-change")
        .record(unit.as_mut())
        .await?;
    unit.commit().await
}

async fn replace(
    access: &Access,
    client: &Client,
    who: &Authenticated,
    accepted: &Accepted,
) -> Result<Opened, ChangeError> {
    let account = who.operator.account();
    let parameters = access.parameters().await?;
    let now = access.now();
    let mut unit = access.begin().await?;
    let owner = Present::take(unit.as_mut(), who).await?;
    if !accepted.write(unit.as_mut(), account, now).await? {
        // Changed elsewhere in the meantime: what was proven here is not the present password any more.
        return Err(ChangeError::WrongCurrent);
    }
    unit.void_tokens(account.id, None, now).await?;
    unit.end_sessions(account.id, Some(who.session.id)).await?;
    let due = two_factor::progress(unit.as_mut(), &parameters, &owner, true, now).await?;
    let stage = Progress { password_due: false, ..due }.stage();
    let token = renew_session(access, unit.as_mut(), who, &owner, stage, now).await?;
    let (mut device, mut enrolment_asked) = (None, false);
    if who.session.stage != Stage::SignedIn {
        // The sign-in goes on, or is complete only now.
        device = arrive(access, unit.as_mut(), client, account, stage, now).await?;
        enrolment_asked = two_factor::is_asked(unit.as_mut(), &parameters, &who.operator, now).await?;
    }
    tell_of_change(access, unit.as_mut(), account, client).await?;
    access.event(&owner, Action::PasswordChanged).upon(account).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(Opened { token, stage, device, enrolment_asked })
}
