//! Storage of roles: who holds them, changes, deletions; and the lock that keeps one super-administrator.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Page, Stored};
use crate::account::{AccountId, Operator};
use crate::role::{Role, RoleId};

/// Reads roles.
#[async_trait]
pub trait RoleBookView: Send {
    /// The role of an identity.
    async fn role(&mut self, id: RoleId) -> Stored<Option<Role>>;

    /// How many operators hold each role; roles that nobody holds are left out.
    async fn role_counts(&mut self) -> Stored<BTreeMap<RoleId, u64>>;

    /// Who holds a role, by name, then identity.
    async fn role_holders(&mut self, id: RoleId, page: Page) -> Stored<Vec<Operator>>;

    /// How many active super-administrators there are, without `except`.
    async fn count_active_super_administrators(&mut self, except: Option<AccountId>) -> Stored<u64>;
}

/// Writes roles.
#[async_trait]
pub trait RoleBook: RoleBookView {
    /// Replaces name, description and grants, and raises the version by one: only while the stored version is
    /// `role.version` and the role is not built in. False otherwise: somebody else was first.
    ///
    /// # Errors
    /// [`super::StorageError::Conflict`] when another role has the name; the unit of work can go on.
    async fn update_role(&mut self, role: &Role) -> Stored<bool>;

    /// Deletes a role that nobody holds and that is not built in: one guarded write. False otherwise.
    async fn delete_role(&mut self, id: RoleId) -> Stored<bool>;

    /// Until this unit of work ends nobody else passes here. Whoever takes a super-administrator away passes it first and
    /// counts then, so that two who do it at once cannot both find another one left.
    async fn lock_super_administrators(&mut self) -> Stored<()>;
}
