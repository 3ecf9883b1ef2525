//! Set-up: the first operator is made, once and for good.

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::role::RoleId;
use portcullis_domain::secret::{Password, Token};
use time::Duration;

use crate::access::Access;
use crate::client::Client;
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
    if unit.set_up_at().await?.is_some() {
        return Ok(None);
    }
    unit.issue_token(&OneTimeToken {
        digest: token.digest(),
        purpose: Purpose::SetUp,
        account: None,
        created_at: now,
        expires_at: now + LINK_LIFETIME,
        consumed_at: None,
    })
    .await?;
    unit.commit().await?;
    Ok(Some(access.link("setup", &token).await))
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
        return Err(ChooseError::DeadLink);
    }
    let hash = password::accept(access, password, email.as_str(), name.as_str()).await?;
    let now = access.now();
    let account = Account {
        id: AccountId(access.new_id()),
        kind: AccountKind::Operator,
        email,
        name,
        language: client.language,
        status: AccountStatus::Active,
        password: Some(hash),
        password_set_at: Some(now),
        password_change_due: false,
        created_at: now,
    };
    let mut unit = access.begin().await?;
    let spent = unit.consume_token(&token.digest(), Purpose::SetUp, now).await?;
    if spent.is_none() || !unit.complete_set_up(now).await? {
        return Err(ChooseError::DeadLink);
    }
    match unit.insert_account(&account).await {
        // A vendor's or a customer's account has that address. The link stays good: nothing was committed.
        Err(StorageError::Conflict) => return Err(ChooseError::DeadLink),
        other => other?,
    }
    unit.set_roles(account.id, &[RoleId::SUPER_ADMINISTRATOR]).await?;
    let actor = Actor::Operator(account.id, account.name.as_str().to_owned());
    let event =
        access.event(actor, Action::SetUpCompleted).on(account.id.0.to_string(), account.email.as_str()).from(client);
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(())
}
