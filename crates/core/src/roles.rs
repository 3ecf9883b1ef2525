//! Roles: what can be granted, bundled under a name.

use std::collections::BTreeMap;

use portcullis_domain::audit::Action;
use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::ports::storage::{Page, StorageError, Stored, UnitOfWork};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};

use crate::access::Access;
use crate::authority::{Acting, Authority};
use crate::client::Client;
use crate::event::Event;

/// The longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 300;
/// How many holders are named when a role cannot be deleted.
const NAMED: u64 = 10;

/// A role could not be made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The permission is missing, or the role grants (or granted) what its editor does not hold.
    #[error("you may not grant or change what you do not hold yourself")]
    Forbidden,
    /// There is no such role (any more).
    #[error("there is no such role")]
    Unknown,
    /// The super-administrator stays what it is.
    #[error("the built-in role cannot be changed")]
    BuiltIn,
    /// Another role has the name.
    #[error("another role has that name")]
    NameTaken,
    /// The description is too long or has control characters.
    #[error("use at most 300 characters for the description")]
    Description,
    /// A functionality that there is not, and that the role did not grant before.
    #[error("there is no functionality {0}")]
    UnknownFunctionality(FunctionalityId),
    /// Somebody else changed it in the meantime: this is how it stands now.
    #[error("somebody else changed the role in the meantime")]
    Changed(Box<Role>),
    /// Somebody holds it.
    #[error("{count} operators hold the role")]
    Held {
        /// How many.
        count: u64,
        /// The names of the first ten.
        names: Vec<String>,
    },
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a role shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: String,
    /// What it grants.
    pub permissions: BTreeMap<FunctionalityId, Level>,
}

/// What can be granted: the built-in functionalities, then those of the installation.
pub fn functionalities(access: &Access) -> Vec<FunctionalityId> {
    let named = access.settings().functionalities.iter().map(|functionality| functionality.id.clone());
    BuiltIn::ALL.into_iter().map(BuiltIn::id).chain(named).collect()
}

/// What of `grants` means something here: of a functionality that is gone a permission lets nobody do anything.
fn in_force(access: &Access, grants: &Grants) -> Grants {
    let Grants::Some(permissions) = grants else { return Grants::Everything };
    let there = functionalities(access);
    let held = permissions.iter().filter(|(id, _)| there.contains(id));
    Grants::Some(held.map(|(id, level)| (id.clone(), *level)).collect())
}

/// Whether whoever holds `held` may change or delete a role that grants `asked`: they hold all of it that means something
/// here. A permission of a functionality that is gone may be kept or taken away, never given: what is gone on this node
/// may count on another, whose configuration is newer or older.
pub fn may_change(access: &Access, held: &Grants, asked: &Grants) -> bool {
    held.cover(&in_force(access, asked))
}

/// Every role with how many hold it; the built-in first, then by name.
///
/// # Errors
/// [`StorageError`].
pub async fn list(access: &Access) -> Stored<Vec<(Role, u64)>> {
    let mut view = access.ports().storage.view().await?;
    let (roles, counts) = (view.roles().await?, view.role_counts().await?);
    Ok(roles
        .into_iter()
        .map(|role| (counts.get(&role.id).copied().unwrap_or(0), role))
        .map(|(n, role)| (role, n))
        .collect())
}

/// A role.
///
/// # Errors
/// [`StorageError`].
pub async fn find(access: &Access, id: RoleId) -> Stored<Option<Role>> {
    access.ports().storage.view().await?.role(id).await
}

/// Makes a role.
///
/// # Errors
/// [`RoleError`].
pub async fn create(access: &Access, by: Authority<'_>, client: &Client, draft: Draft) -> Result<RoleId, RoleError> {
    let unit = access.begin().await?;
    let role = Role {
        id: RoleId(access.new_id()),
        name: draft.name,
        description: described(&draft.description)?,
        grants: known(access, draft.permissions, &Grants::default())?,
        version: 1,
    };
    insert(access, unit, by, client, role, None).await
}

/// Makes a copy of a role under another name. Permissions of functionalities that are gone stay behind.
///
/// # Errors
/// [`RoleError`].
pub async fn duplicate(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: RoleId,
    name: impl Fn(u32) -> Option<RoleName>,
) -> Result<RoleId, RoleError> {
    let mut unit = access.begin().await?;
    let original = unit.role(id).await?.ok_or(RoleError::Unknown)?;
    let Grants::Some(mut permissions) = original.grants.clone() else { return Err(RoleError::BuiltIn) };
    let there = functionalities(access);
    permissions.retain(|functionality, _| there.contains(functionality));
    let taken: Vec<RoleName> = unit.roles().await?.into_iter().map(|role| role.name).collect();
    let free = (1..=1_000).find_map(|n| name(n).filter(|name| !taken.contains(name)));
    let copy = Role {
        id: RoleId(access.new_id()),
        name: free.ok_or(RoleError::NameTaken)?,
        grants: Grants::Some(permissions),
        version: 1,
        ..original.clone()
    };
    insert(access, unit, by, client, copy, Some(&original)).await
}

async fn insert(
    access: &Access,
    mut unit: Box<dyn UnitOfWork>,
    by: Authority<'_>,
    client: &Client,
    role: Role,
    original: Option<&Role>,
) -> Result<RoleId, RoleError> {
    let acting = manager(unit.as_mut(), by).await?;
    if !acting.covers(&role.grants) {
        return Err(RoleError::Forbidden);
    }
    match unit.insert_role(&role).await {
        Err(StorageError::Conflict) => return Err(RoleError::NameTaken),
        other => other?,
    }
    let mut event = event(access, &acting, client, Action::RoleCreated, &role).with("after", in_words(&role));
    if let Some(original) = original {
        event = event.with("copy of", original.name.as_str());
    }
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(role.id)
}

/// Changes a role. `version` is the one that the editor saw: of two people who edit it the second is told. Whoever changes
/// it holds what it granted and what it will grant. Counts for everybody who holds the role from their next request on.
///
/// # Errors
/// [`RoleError`].
pub async fn edit(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: RoleId,
    version: Option<i64>,
    draft: Draft,
) -> Result<(), RoleError> {
    let mut unit = access.begin().await?;
    // Whoever may not manage roles learns nothing of them.
    let acting = manager(unit.as_mut(), by).await?;
    let before = changeable(unit.as_mut(), id).await?;
    if version.is_some_and(|seen| seen != before.version) {
        return Err(RoleError::Changed(Box::new(before)));
    }
    let after = Role {
        name: draft.name,
        description: described(&draft.description)?,
        grants: known(access, draft.permissions, &before.grants)?,
        ..before.clone()
    };
    if !acting.may_change(access, &before.grants) || !acting.may_change(access, &after.grants) {
        return Err(RoleError::Forbidden);
    }
    if after == before {
        return Ok(());
    }
    match unit.update_role(&after).await {
        Err(StorageError::Conflict) => return Err(RoleError::NameTaken),
        Ok(true) => {}
        Ok(false) => {
            let present = unit.role(id).await?.ok_or(RoleError::Unknown)?;
            return Err(RoleError::Changed(Box::new(present)));
        }
        Err(error) => return Err(error.into()),
    }
    let event = event(access, &acting, client, Action::RoleChanged, &after);
    event.with("before", in_words(&before)).with("after", in_words(&after)).record(unit.as_mut()).await?;
    Ok(unit.commit().await?)
}

/// Deletes a role that nobody holds.
///
/// # Errors
/// [`RoleError`].
pub async fn delete(access: &Access, by: Authority<'_>, client: &Client, id: RoleId) -> Result<(), RoleError> {
    let mut unit = access.begin().await?;
    let acting = manager(unit.as_mut(), by).await?;
    let role = changeable(unit.as_mut(), id).await?;
    if !acting.may_change(access, &role.grants) {
        return Err(RoleError::Forbidden);
    }
    if !unit.delete_role(id).await? {
        let holders = unit.role_holders(id, Page { offset: 0, limit: NAMED }).await?;
        let count = unit.role_counts().await?.get(&id).copied().unwrap_or(0);
        if count == 0 {
            return Err(RoleError::Unknown);
        }
        let names = holders.iter().map(|operator| operator.name().as_str().to_owned()).collect();
        return Err(RoleError::Held { count, names });
    }
    let event = event(access, &acting, client, Action::RoleDeleted, &role).with("before", in_words(&role));
    event.record(unit.as_mut()).await?;
    Ok(unit.commit().await?)
}

async fn manager(unit: &mut dyn UnitOfWork, by: Authority<'_>) -> Result<Acting, RoleError> {
    by.managing(unit, BuiltIn::Roles).await?.ok_or(RoleError::Forbidden)
}

async fn changeable(unit: &mut dyn UnitOfWork, id: RoleId) -> Result<Role, RoleError> {
    let role = unit.role(id).await?.ok_or(RoleError::Unknown)?;
    if role.id == RoleId::SUPER_ADMINISTRATOR { Err(RoleError::BuiltIn) } else { Ok(role) }
}

fn described(text: &str) -> Result<String, RoleError> {
    // Browsers send line breaks as CR LF; the rest of the control characters have no business here.
    let text = text.trim().replace("\r\n", "\n");
    let good = text.chars().count() <= LONGEST_DESCRIPTION && !text.chars().any(|c| c.is_control() && c != '\n');
    if good { Ok(text) } else { Err(RoleError::Description) }
}

/// The permissions, when each is of a functionality that there is. What the role granted already of one that is gone may
/// stay, no higher: it means nothing until that functionality is there again.
fn known(access: &Access, asked: BTreeMap<FunctionalityId, Level>, before: &Grants) -> Result<Grants, RoleError> {
    let there = functionalities(access);
    match asked.iter().find(|(id, level)| !there.contains(id) && !before.allow(id, **level)) {
        Some((id, _)) => Err(RoleError::UnknownFunctionality(id.clone())),
        None => Ok(Grants::Some(asked)),
    }
}

fn event(access: &Access, acting: &Acting, client: &Client, action: Action, role: &Role) -> Event {
    access.event(acting, action).on(role.id.0.to_string(), role.name.as_str()).from(client)
}

/// A role on one line, for the audit trail.
fn in_words(role: &Role) -> String {
    let permissions = match &role.grants {
        Grants::Everything => "everything".to_owned(),
        Grants::Some(map) => {
            map.iter().map(|(id, level)| format!("{id}:{}", level.as_str())).collect::<Vec<_>>().join(", ")
        }
    };
    format!("{} ({}): {permissions}", role.name.as_str(), role.description)
}
