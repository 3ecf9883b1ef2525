//! Set-up: the first operator is made, once and for good.

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::role::RoleId;
use portcullis_domain::secret::{Password, PasswordHash, Token};
use time::Duration;

use crate::access::{Access, link};
use crate::author::Author;
use crate::client::Client;
use crate::invitation::{refuse_link, token_for};
use crate::password::{self, ChooseError};

/// How long the printed link works.
pub const LINK_LIFETIME: Duration = Duration::DAY;

/// Makes a new set-up link and voids the older one; `None` when set-up is over.
///
/// # Errors
/// [`StorageError`].
pub async fn issue_link(access: &Access) -> Stored<Option<String>> {
    let now = access.now();
    let token = access.new_token();
    let mut unit = access.begin().await?;
    // In turn with other nodes that start, and with whoever completes set-up.
    unit.lock_super_administrators().await?;
    if unit.set_up_at().await?.is_some() {
        return Ok(None);
    }
    let back_office = access.back_office_in(unit.as_mut()).await?;
    unit.issue_token(&OneTimeToken {
        digest: token.digest(),
        purpose: Purpose::SetUp,
        account: None,
        created_at: now,
        expires_at: now + LINK_LIFETIME,
        consumed_at: None,
        opened_at: None,
    })
    .await?;
    unit.commit().await?;
    Ok(Some(link(&back_office, "setup", &token)))
}

/// Whether the form may be shown for this token. Spends nothing.
///
/// # Errors
/// [`StorageError`].
pub async fn is_open(access: &Access, token: &Token) -> Stored<bool> {
    let mut view = access.ports().storage.view().await?;
    if view.set_up_at().await?.is_some() {
        return Ok(false);
    }
    let found = view.token(&token.digest()).await?;
    Ok(found.is_some_and(|found| found.purpose == Purpose::SetUp && found.worth(access.now()) == Worth::Good))
}

/// Makes the super-administrator. Of any number of callers with the link, one succeeds.
///
/// # Errors
/// [`ChooseError`].
pub async fn complete(
    access: &Access,
    client: &Client,
    token: &Token,
    email: Email,
    name: DisplayName,
    password: Password,
) -> Result<(), ChooseError> {
    if !is_open(access, token).await? {
        return Err(refuse_link(access, client, Purpose::SetUp).await?);
    }
    let accepted = password::accept(access, password, email.as_str(), name.as_str()).await?;
    let account = first_account(access, client, email, name, Some(accepted.hash.clone()));
    let mut unit = access.begin().await?;
    unit.lock_super_administrators().await?;
    if unit.consume_token(&token.digest(), Purpose::SetUp, access.now()).await?.is_none() {
        drop(unit);
        return Err(refuse_link(access, client, Purpose::SetUp).await?);
    }
    make_first(access, unit.as_mut(), client, &account, Author::newcomer(&account)).await?;
    accepted.note(unit.as_mut(), &account).await?;
    unit.commit().await?;
    Ok(())
}

/// Makes the super-administrator from the machine's console, which needs no link. Without a password the account is
/// invited, and the link to create one is returned.
///
/// # Errors
/// [`ChooseError`]; [`ChooseError::DeadLink`] when set-up is over.
pub async fn complete_at_console(
    access: &Access,
    email: Email,
    name: DisplayName,
    password: Option<Password>,
) -> Result<Option<String>, ChooseError> {
    let client = Client::console();
    let accepted = match password {
        Some(password) => Some(password::accept(access, password, email.as_str(), name.as_str()).await?),
        None => None,
    };
    let hash = accepted.as_ref().map(|accepted| accepted.hash.clone());
    let account = first_account(access, &client, email, name, hash);
    let hours = access.parameters().await?.number("invitation.hours");
    let mut unit = access.begin().await?;
    unit.lock_super_administrators().await?;
    make_first(access, unit.as_mut(), &client, &account, Author::CONSOLE).await?;
    if let Some(accepted) = &accepted {
        accepted.note(unit.as_mut(), &account).await?;
    }
    let link = if account.status == AccountStatus::Invited {
        let token = access.new_token();
        let lifetime = Duration::hours(i64::from(hours));
        unit.issue_token(&token_for(&token, Purpose::Invitation, account.id, access.now(), lifetime)).await?;
        Some(link(&access.back_office_in(unit.as_mut()).await?, "invitation", &token))
    } else {
        None
    };
    unit.commit().await?;
    Ok(link)
}

fn first_account(
    access: &Access,
    client: &Client,
    email: Email,
    name: DisplayName,
    password: Option<PasswordHash>,
) -> Account {
    let now = access.now();
    Account {
        id: AccountId(access.new_id()),
        kind: AccountKind::Operator,
        email,
        name,
        language: client.language.unwrap_or_default(),
        status: if password.is_some() { AccountStatus::Active } else { AccountStatus::Invited },
        password_set_at: password.is_some().then_some(now),
        password,
        password_change_due: false,
        created_at: now,
    }
}

/// Closes set-up and writes the first operator: true for one caller ever, so nobody else becomes it.
async fn make_first(
    access: &Access,
    unit: &mut dyn UnitOfWork,
    client: &Client,
    account: &Account,
    author: Author,
) -> Result<(), ChooseError> {
    if !unit.complete_set_up(access.now()).await? {
        return Err(ChooseError::DeadLink);
    }
    match unit.insert_account(account).await {
        // A vendor's or a customer's account has it. Nothing is committed, so the link stays good.
        Err(StorageError::Conflict) => return Err(ChooseError::AddressTaken),
        other => other?,
    }
    unit.set_roles(account.id, &[RoleId::SUPER_ADMINISTRATOR]).await?;
    let event = access.event(author, Action::SetUpCompleted).upon(account);
    event.from(client).record(unit).await?;
    Ok(())
}
