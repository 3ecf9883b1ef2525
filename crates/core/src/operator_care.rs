//! What is done to an operator's account by somebody else: roles, suspension, reinstatement, deletion, sessions, a reset.
//!
//! Nobody touches somebody who holds more, and the last active super-administrator is safe from all of it, also from two
//! people at once: whoever writes here passes one lock first, and counts then.

use std::collections::BTreeSet;

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::Content;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::{StorageError, UnitOfWork};
use portcullis_domain::role::{Grants, Role, RoleId};
use time::Duration;

use crate::access::{self, Access};
use crate::account_lock::LockedOperator;
use crate::authority::{Acting, Authority};
use crate::client::Client;
use crate::event::Event;
use crate::invitation::{admits, token_for};
use crate::present::ActError;
use crate::two_factor::{RemoveError, take_away, tell};

/// Something could not be done to an operator.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// The permission is missing, the other holds more, or would come to hold more.
    #[error("you may not do that to somebody who holds, or would hold, more than you")]
    Forbidden,
    /// There is no such operator (any more).
    #[error("there is no such operator")]
    Unknown,
    /// Not to oneself.
    #[error("nobody does that to themselves")]
    Yourself,
    /// Nobody would be left who holds everything.
    #[error("this is the last active super-administrator")]
    LastSuperAdministrator,
    /// A role does not exist (any more).
    #[error("one of the roles does not exist")]
    UnknownRole,
    /// Somebody else changed the roles since the form was shown: these are held now.
    #[error("somebody else changed the roles in the meantime")]
    RolesChanged(Vec<RoleId>),
    /// The account does not stand where that makes sense: somebody else was first.
    #[error("the account's status has changed")]
    NotNow,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<ActError> for CareError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Over | ActError::Forbidden => Self::Forbidden,
            ActError::Storage(error) => error.into(),
        }
    }
}

/// A unit of work in which an operator may be changed by this authority; the operator, whose account is locked; and who
/// acts.
pub(crate) async fn reach(
    access: &Access,
    by: Authority<'_>,
    id: AccountId,
) -> Result<(Box<dyn UnitOfWork>, LockedOperator, Acting), CareError> {
    let mut unit = access.begin().await?;
    unit.lock_super_administrators().await?;
    // Whoever may not manage operators learns nothing of who exists.
    let acting = by.managing(unit.as_mut(), BuiltIn::Operators).await?.ok_or(CareError::Forbidden)?;
    let target = LockedOperator::take(unit.as_mut(), id).await?.ok_or(CareError::Unknown)?;
    if !acting.covers(target.grants()) {
        return Err(CareError::Forbidden);
    }
    Ok((unit, target, acting))
}

fn not_oneself(by: Authority<'_>, id: AccountId) -> Result<(), CareError> {
    if by.id() == Some(id) { Err(CareError::Yourself) } else { Ok(()) }
}

/// Refuses when the operator is the last active one who holds everything. The lock was passed before.
async fn another_remains(unit: &mut dyn UnitOfWork, target: &Operator) -> Result<(), CareError> {
    let counts = target.is_super_administrator() && target.status() == AccountStatus::Active;
    if counts && unit.count_active_super_administrators(Some(target.id())).await? == 0 {
        return Err(CareError::LastSuperAdministrator);
    }
    Ok(())
}

pub(crate) fn event(access: &Access, acting: &Acting, client: &Client, action: Action, target: &Operator) -> Event {
    let event = access.event(acting, action).upon(target.account()).from(client);
    event.with("name", target.name().as_str())
}

pub(crate) fn names(known: &[Role], held: &[RoleId]) -> Vec<String> {
    known.iter().filter(|role| held.contains(&role.id)).map(|role| role.name.as_str().to_owned()).collect()
}

/// Gives an operator exactly these roles. `shown` is what they held when the form was shown, where that is known: of two
/// people who change them the second is told. Counts from their next request on, and is told by mail.
///
/// # Errors
/// [`CareError`].
pub async fn set_roles(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: AccountId,
    roles: &[RoleId],
    shown: Option<&[RoleId]>,
) -> Result<(), CareError> {
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let set = |roles: &[RoleId]| roles.iter().copied().collect::<BTreeSet<_>>();
    if shown.is_some_and(|shown| set(shown) != set(target.roles())) {
        return Err(CareError::RolesChanged(target.roles().to_vec()));
    }
    let known = unit.roles().await?;
    let mut grants = Grants::default();
    for id in roles {
        let role = known.iter().find(|role| role.id == *id).ok_or(CareError::UnknownRole)?;
        grants = grants.union(role.grants.clone());
    }
    if !acting.covers(&grants) {
        return Err(CareError::Forbidden);
    }
    let (before, after) = (names(&known, target.roles()), names(&known, roles));
    if before == after {
        return Ok(());
    }
    if grants != Grants::Everything {
        another_remains(unit.as_mut(), &target).await?;
    }
    let chosen: Vec<RoleId> = known.iter().map(|role| role.id).filter(|id| roles.contains(id)).collect();
    unit.set_roles(id, &chosen).await?;
    event(access, &acting, client, Action::RolesAssigned, &target)
        .with("before", before.join(", "))
        .with("after", after.join(", "))
        .record(unit.as_mut())
        .await?;
    if target.status() != AccountStatus::Invited {
        let content = Content::RolesChanged { roles: after, by: acting.name(access) };
        tell(access, unit.as_mut(), target.account(), content).await?;
    }
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}

/// Suspends an operator: sessions end, links die, nothing lets them in until they are reinstated.
///
/// # Errors
/// [`CareError`].
pub async fn suspend(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    not_oneself(by, id)?;
    let (mut unit, target, acting) = reach(access, by, id).await?;
    another_remains(unit.as_mut(), &target).await?;
    let before = target.status();
    if before == AccountStatus::Suspended || !unit.set_status(id, before, AccountStatus::Suspended).await? {
        return Err(CareError::NotNow);
    }
    unit.end_sessions(id, None).await?;
    unit.forget_devices(id).await?;
    unit.void_tokens(id, None, access.now()).await?;
    event(access, &acting, client, Action::OperatorSuspended, &target)
        .with("before", before.as_str())
        .with("after", AccountStatus::Suspended.as_str())
        .record(unit.as_mut())
        .await?;
    if before == AccountStatus::Active {
        tell(access, unit.as_mut(), target.account(), Content::Suspended).await?;
    }
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}

/// Lets a suspended operator in again; one who had no password yet needs a new invitation.
///
/// # Errors
/// [`CareError`].
pub async fn reinstate(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let to = if target.account().password.is_some() { AccountStatus::Active } else { AccountStatus::Invited };
    if !unit.set_status(id, AccountStatus::Suspended, to).await? {
        return Err(CareError::NotNow);
    }
    event(access, &acting, client, Action::OperatorReinstated, &target)
        .with("before", AccountStatus::Suspended.as_str())
        .with("after", to.as_str())
        .record(unit.as_mut())
        .await?;
    Ok(unit.commit().await?)
}

/// Deletes an operator with all sessions and links. The audit trail keeps name and address.
///
/// # Errors
/// [`CareError`].
pub async fn delete(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    not_oneself(by, id)?;
    let (mut unit, target, acting) = reach(access, by, id).await?;
    another_remains(unit.as_mut(), &target).await?;
    let roles = names(&unit.roles().await?, target.roles());
    if !unit.delete_account(id).await? {
        return Err(CareError::Unknown);
    }
    event(access, &acting, client, Action::OperatorDeleted, &target)
        .with("before", format!("{}: {}", target.status().as_str(), roles.join(", ")))
        .record(unit.as_mut())
        .await?;
    Ok(unit.commit().await?)
}

/// Ends all of an operator's sessions; says how many.
///
/// # Errors
/// [`CareError`].
pub async fn end_sessions(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: AccountId,
) -> Result<u64, CareError> {
    not_oneself(by, id)?;
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let ended = unit.end_sessions(id, None).await?;
    let event = event(access, &acting, client, Action::SessionsEnded, &target).with("ended", ended.to_string());
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(ended)
}

/// Mails an operator a link to a new password. Nobody but its reader sees it (ASVS 6.4.6).
///
/// # Errors
/// [`CareError`].
pub async fn send_reset(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    let minutes = access.parameters().await?.number("reset_link.minutes");
    let token = access.new_token();
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let link = access::link(&access.back_office_in(unit.as_mut()).await?, "password/reset", &token);
    if !admits(Purpose::PasswordReset, target.account()) {
        return Err(CareError::NotNow);
    }
    let lifetime = Duration::minutes(i64::from(minutes));
    unit.issue_token(&token_for(&token, Purpose::PasswordReset, id, access.now(), lifetime)).await?;
    tell(access, unit.as_mut(), target.account(), Content::PasswordReset { link, minutes }).await?;
    event(access, &acting, client, Action::ResetIssued, &target).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}

/// Removes an operator's second factor, for one who lost the device. Told to both by mail; all sessions end.
///
/// # Errors
/// [`CareError`]; [`CareError::NotNow`] when there is none.
pub async fn remove_two_factor(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: AccountId,
) -> Result<(), CareError> {
    not_oneself(by, id)?;
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let remover = Some(acting.name(access));
    match take_away(access, unit.as_mut(), client, &target, acting.author(), remover, None).await {
        Err(RemoveError::Off) => return Err(CareError::NotNow),
        Err(RemoveError::Act(error)) => return Err(error.into()),
        Ok(()) => {}
    }
    if let Some(operator) = acting.operator() {
        let content = Content::TwoFactorRemovedFor { whose: target.name().as_str().to_owned() };
        tell(access, unit.as_mut(), operator.account(), content).await?;
    }
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}
