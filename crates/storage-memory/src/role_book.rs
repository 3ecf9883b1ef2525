//! Roles: who holds them, changes, deletions.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::email::EmailKey;
use portcullis_domain::ports::storage::role_book::{RoleBook, RoleBookView};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::role::{Role, RoleId};

use crate::state::cut;
use crate::transaction::Transaction;

#[async_trait]
impl RoleBookView for Transaction {
    async fn role(&mut self, id: RoleId) -> Stored<Option<Role>> {
        Ok(self.state().roles.get(&id).cloned())
    }

    async fn role_counts(&mut self) -> Stored<BTreeMap<RoleId, u64>> {
        let mut counts = BTreeMap::new();
        for operator in self.state().operators_matching("") {
            for role in operator.roles() {
                *counts.entry(*role).or_default() += 1;
            }
        }
        Ok(counts)
    }

    async fn role_holders(&mut self, id: RoleId, page: Page) -> Stored<Vec<Operator>> {
        let mut operators = self.state().operators_matching("");
        operators.retain(|operator| operator.roles().contains(&id));
        Ok(cut(operators, page))
    }

    async fn count_active_super_administrators(&mut self, except: Option<AccountId>) -> Stored<u64> {
        let operators = self.state().operators_matching("");
        let counted = operators.iter().filter(|operator| {
            operator.roles().contains(&RoleId::SUPER_ADMINISTRATOR)
                && operator.status() == AccountStatus::Active
                && Some(operator.id()) != except
        });
        Ok(u64::try_from(counted.count()).unwrap_or(u64::MAX))
    }
}

#[async_trait]
impl RoleBook for Transaction {
    async fn update_role(&mut self, role: &Role) -> Stored<bool> {
        let state = self.state();
        let current = state.roles.get(&role.id).is_some_and(|stored| stored.version == role.version);
        if !current || role.id == RoleId::SUPER_ADMINISTRATOR {
            return Ok(false);
        }
        let name = EmailKey::of(role.name.as_str());
        if state.roles.values().any(|other| other.id != role.id && EmailKey::of(other.name.as_str()) == name) {
            return Err(StorageError::Conflict);
        }
        self.own().roles.insert(role.id, Role { version: role.version + 1, ..role.clone() });
        Ok(true)
    }

    async fn delete_role(&mut self, id: RoleId) -> Stored<bool> {
        let held = self.state().roles_held.values().any(|roles| roles.contains(&id));
        if held || id == RoleId::SUPER_ADMINISTRATOR {
            return Ok(false);
        }
        Ok(self.own().roles.remove(&id).is_some())
    }

    async fn lock_super_administrators(&mut self) -> Stored<()> {
        // There is one writer at a time, and it began with what the one before it left.
        Ok(())
    }
}
