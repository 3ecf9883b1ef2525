//! Invitations: a colleague is let in, and creates a password of their own.

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::{Content, MailMessage};
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::role::{Grants, Role, RoleId};
use portcullis_domain::secret::{Password, Token};
use time::Duration;

use crate::access::{Access, link};
use crate::account_lock::LockedOperator;
use crate::author::Author;
use crate::authority::Authority;
use crate::client::Client;
use crate::denial;
use crate::outbox;
use crate::password::{self, ChooseError};

/// Somebody could not be invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The inviter may not invite, or not with these roles: nobody grants what they do not hold.
    #[error("you may not invite somebody with these roles")]
    Forbidden,
    /// An account with that address exists.
    #[error("an account with that address exists already")]
    AddressTaken,
    /// A role does not exist (any more).
    #[error("one of the roles does not exist")]
    UnknownRole,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Invites somebody: the account, the token, the mail and the audit event are written as one. Returns the link, for
/// whoever stands at the console; pages do not show it.
///
/// # Errors
/// [`InviteError`].
pub async fn invite(
    access: &Access,
    inviter: Authority<'_>,
    client: &Client,
    email: Email,
    name: DisplayName,
    roles: &[RoleId],
) -> Result<String, InviteError> {
    let parameters = access.parameters().await?;
    let hours = parameters.number("invitation.hours");
    let now = access.now();
    let token = access.new_token();
    let mut unit = access.begin().await?;
    let acting = inviter.managing(unit.as_mut(), BuiltIn::Operators).await?.ok_or(InviteError::Forbidden)?;
    let back_office = access.back_office_in(unit.as_mut()).await?;
    let link = link(&back_office, "invitation", &token);
    let known = unit.roles().await?;
    let chosen = roles
        .iter()
        .map(|id| known.iter().find(|role| role.id == *id).ok_or(InviteError::UnknownRole))
        .collect::<Result<Vec<&Role>, _>>()?;
    let grants = chosen.iter().fold(Grants::default(), |all, role| all.union(role.grants.clone()));
    if !acting.covers(&grants) {
        return Err(InviteError::Forbidden);
    }
    let account = Account {
        id: AccountId(access.new_id()),
        kind: AccountKind::Operator,
        email,
        name,
        // Until they come with a browser of their own: what the inviter reads is the best guess.
        language: acting.language().or(client.language).unwrap_or_default(),
        status: AccountStatus::Invited,
        password: None,
        password_set_at: None,
        password_change_due: false,
        created_at: now,
    };
    match unit.insert_account(&account).await {
        Err(StorageError::Conflict) => return Err(InviteError::AddressTaken),
        other => other?,
    }
    unit.set_roles(account.id, roles).await?;
    let lifetime = Duration::hours(i64::from(hours));
    unit.issue_token(&token_for(&token, Purpose::Invitation, account.id, now, lifetime)).await?;
    let content = Content::Invitation {
        inviter: acting.name(access),
        back_office,
        roles: chosen.iter().map(|role| role.name.as_str().to_owned()).collect(),
        link: link.clone(),
        hours,
    };
    outbox::enqueue(
        access,
        unit.as_mut(),
        MailMessage {
            to: account.email.clone(),
            name: account.name.clone(),
            language: account.language,
            at: now,
            content,
        },
    )
    .await?;
    access
        .event(&acting, Action::OperatorInvited)
        .upon(&account)
        .from(client)
        .with("roles", chosen.iter().map(|role| role.name.as_str()).collect::<Vec<_>>().join(", "))
        .with("hours", hours.to_string())
        .record(unit.as_mut())
        .await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(link)
}

pub(crate) fn token_for(
    token: &Token,
    purpose: Purpose,
    account: AccountId,
    now: portcullis_domain::instant::Instant,
    lifetime: Duration,
) -> OneTimeToken {
    OneTimeToken {
        digest: token.digest(),
        purpose,
        account: Some(account),
        created_at: now,
        expires_at: now + lifetime,
        consumed_at: None,
        opened_at: None,
    }
}

/// What an account link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspection {
    /// The form may be shown, for this account.
    Open(Box<Account>),
    /// It was good once; its time is over.
    Expired,
    /// It was spent, voided, is another purpose's, or never was.
    Dead,
}

/// What the token leads to, for the page before the form. Spends nothing.
///
/// # Errors
/// [`StorageError`].
pub async fn inspect(access: &Access, purpose: Purpose, token: &Token) -> Stored<Inspection> {
    let mut view = access.ports().storage.view().await?;
    let Some(found) = view.token(&token.digest()).await?.filter(|found| found.purpose == purpose) else {
        return Ok(Inspection::Dead);
    };
    match (found.worth(access.now()), found.account) {
        (Worth::Good, Some(id)) => Ok(match view.account(id).await? {
            Some(account) if admits(purpose, &account) => Inspection::Open(Box::new(account)),
            _ => Inspection::Dead,
        }),
        (Worth::Expired, _) => Ok(Inspection::Expired),
        _ => Ok(Inspection::Dead),
    }
}

/// Whether a link of that purpose still means something for the account: a suspended one is not let back in by a link,
/// and an expired invitation is not revived by a reset.
pub(crate) fn admits(purpose: Purpose, account: &Account) -> bool {
    let status = match purpose {
        Purpose::Invitation => AccountStatus::Invited,
        Purpose::PasswordReset => AccountStatus::Active,
        Purpose::SetUp => return false,
    };
    account.kind == AccountKind::Operator && account.status == status
}

/// Notes, the first time, that the colleague came with the invitation: when something is typed into its form, not when the
/// page is fetched. Mail scanners fetch links, and some run what is on the page; a form that is filled in and sent with the
/// browser's own cookie and CSRF token shows somebody at work.
///
/// # Errors
/// [`StorageError`].
pub async fn note_opened(access: &Access, client: &Client, token: &Token) -> Stored<()> {
    let digest = token.digest();
    // Looked at without a writer's turn first: it is typed letter by letter.
    let found = access.ports().storage.view().await?.token(&digest).await?;
    if found.is_none_or(|found| found.opened_at.is_some()) {
        return Ok(());
    }
    let Inspection::Open(account) = inspect(access, Purpose::Invitation, token).await? else { return Ok(()) };
    let mut unit = access.begin().await?;
    if unit.note_opened(&digest, access.now()).await? {
        let event = access.event(Author::STRANGER, Action::InvitationOpened).from(client);
        event.upon(&account).record(unit.as_mut()).await?;
        unit.commit().await?;
    }
    Ok(())
}

/// Creates the invited colleague's password. Does not sign in.
///
/// # Errors
/// [`ChooseError`].
pub async fn accept(access: &Access, client: &Client, token: &Token, password: Password) -> Result<(), ChooseError> {
    note_opened(access, client, token).await?;
    choose_by_link(access, client, Purpose::Invitation, Action::InvitationAccepted, token, password).await
}

/// What invitation and reset share: the token is spent and the password is written in one guarded transaction (ASVS
/// 2.3.4), other sessions and links end with it.
pub(crate) async fn choose_by_link(
    access: &Access,
    client: &Client,
    purpose: Purpose,
    action: Action,
    token: &Token,
    password: Password,
) -> Result<(), ChooseError> {
    let Inspection::Open(account) = inspect(access, purpose, token).await? else {
        return Err(refuse_link(access, client, purpose).await?);
    };
    let accepted = password::accept_for(access, password, &account).await?;
    let now = access.now();
    let mut unit = access.begin().await?;
    // The account before the token, as whoever issues one does: the other way round they would wait for one another.
    let current = LockedOperator::take(unit.as_mut(), account.id).await?;
    let current = current.filter(|current| admits(purpose, current.account()));
    let spent = unit.consume_token(&token.digest(), purpose, now).await?;
    let Some(current) = current.filter(|_| spent.is_some()) else {
        drop(unit);
        return Err(refuse_link(access, client, purpose).await?);
    };
    if !accepted.write(unit.as_mut(), &account, now).await? {
        drop(unit);
        return Err(refuse_link(access, client, purpose).await?);
    }
    unit.void_tokens(account.id, None, now).await?;
    unit.end_sessions(account.id, None).await?;
    if purpose == Purpose::Invitation
        && let Some(language) = client.language
    {
        // The inviter's language was a guess; here is somebody who says theirs.
        unit.set_profile(current.id(), current.name(), language).await?;
    }
    if purpose == Purpose::PasswordReset {
        // Whoever resets may do so because a device is in other hands.
        unit.forget_devices(account.id).await?;
        tell_of_change(access, unit.as_mut(), &account, client).await?;
    }
    access.event(&current, action).upon(&account).from(client).record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(())
}

/// Notes that somebody came with a link that does not work any more.
pub(crate) async fn refuse_link(access: &Access, client: &Client, purpose: Purpose) -> Stored<ChooseError> {
    denial::refused(access, client, Action::LinkRefused, Some(("purpose", purpose.as_str()))).await?;
    Ok(ChooseError::DeadLink)
}

/// Every change of a password is told by mail (ASVS 6.3.7).
pub(crate) async fn tell_of_change(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    account: &Account,
    client: &Client,
) -> Stored<()> {
    let content = Content::PasswordChanged { address: client.address.clone() };
    let message = MailMessage {
        to: account.email.clone(),
        name: account.name.clone(),
        language: account.language,
        at: access.now(),
        content,
    };
    outbox::enqueue(access, unit, message).await
}
