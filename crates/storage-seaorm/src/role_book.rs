//! Who holds roles, their changes and deletions, and the lock that keeps one super-administrator.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::email::EmailKey;
use portcullis_domain::ports::storage::role_book::{RoleBook, RoleBookView};
use portcullis_domain::ports::storage::{Page, StorageError, Stored};
use portcullis_domain::role::{Role, RoleId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::handle::Handle;
use crate::statement::{count, execute, keeps_counts, limit_offset, row, row_lock, rows, text};
use crate::{accounts, roles};

#[async_trait]
impl<C: ConnectionTrait + Send> RoleBookView for Handle<C> {
    async fn role(&mut self, id: RoleId) -> Stored<Option<Role>> {
        Ok(roles::all(&self.0).await?.into_iter().find(|role| role.id == id))
    }

    async fn role_counts(&mut self) -> Stored<BTreeMap<RoleId, u64>> {
        let sql = if keeps_counts(&self.0) {
            "SELECT r.id AS role_id, c.counted FROM roles r \
             JOIN counters c ON c.subject = 'role' AND c.of = hex(r.id) WHERE c.counted > 0"
        } else {
            "SELECT role_id, COUNT(*) AS counted FROM account_roles WHERE name_key IS NOT NULL GROUP BY role_id"
        };
        let counted = rows(&self.0, sql, vec![]).await?;
        let read = |row: &crate::statement::Row| {
            Ok((RoleId(row.uuid("role_id")?), u64::try_from(row.get::<i64>("counted")?).unwrap_or(0)))
        };
        counted.iter().map(read).collect()
    }

    async fn role_holders(&mut self, id: RoleId, page: Page) -> Stored<Vec<Operator>> {
        let sql = format!(
            "SELECT {} FROM (SELECT account_id, name_key AS held_name FROM account_roles \
             WHERE role_id = $1 AND name_key IS NOT NULL ORDER BY name_key, account_id LIMIT $2 OFFSET $3) held \
             JOIN accounts ON accounts.id = held.account_id ORDER BY held_name, id",
            accounts::COLUMNS
        );
        let [limit, offset] = limit_offset(page);
        let found = rows(&self.0, &sql, vec![id.0.into(), limit, offset]).await?;
        accounts::with_roles(&self.0, found.iter().map(accounts::read).collect::<Stored<_>>()?).await
    }

    async fn count_active_super_administrators(&mut self, except: Option<AccountId>) -> Stored<u64> {
        // From the roles on, which are few: it is counted while others wait.
        let sql = "SELECT COUNT(DISTINCT a.id) AS counted FROM roles r JOIN account_roles ar ON ar.role_id = r.id \
                   JOIN accounts a ON a.id = ar.account_id \
                   WHERE r.everything = TRUE AND a.kind = 'operator' AND a.status = 'active' AND a.id <> $1";
        count(&self.0, sql, vec![except.map_or(Uuid::nil(), |id| id.0).into()]).await
    }
}

#[async_trait]
impl RoleBook for Handle<DatabaseTransaction> {
    async fn update_role(&mut self, role: &Role) -> Stored<bool> {
        let key = EmailKey::of(role.name.as_str());
        // One change at a time: of two that take the same name the second must find it taken, not break on it.
        lock(&self.0, "roles").await?;
        let sql = "SELECT id FROM roles WHERE name_key = $1 AND id <> $2";
        if row(&self.0, sql, vec![text(key.as_str()), role.id.0.into()]).await?.is_some() {
            return Err(StorageError::Conflict);
        }
        let sql = "UPDATE roles SET name = $3, name_key = $4, description = $5, version = version + 1 \
                   WHERE id = $1 AND version = $2 AND everything = FALSE";
        let values = vec![
            role.id.0.into(),
            role.version.into(),
            text(role.name.as_str()),
            text(key.as_str()),
            text(&role.description),
        ];
        if execute(&self.0, sql, values).await? == 0 {
            return Ok(false);
        }
        execute(&self.0, "DELETE FROM role_permissions WHERE role_id = $1", vec![role.id.0.into()]).await?;
        roles::grant(&self.0, role).await?;
        Ok(true)
    }

    async fn delete_role(&mut self, id: RoleId) -> Stored<bool> {
        // Whoever is giving the role to somebody holds a share of this lock; the deletion looks again after them.
        let sql = format!("SELECT id FROM roles WHERE id = $1{}", row_lock(&self.0, " FOR UPDATE"));
        row(&self.0, &sql, vec![id.0.into()]).await?;
        let sql = "DELETE FROM roles WHERE id = $1 AND everything = FALSE \
                   AND NOT EXISTS (SELECT 1 FROM account_roles WHERE role_id = $1)";
        Ok(execute(&self.0, sql, vec![id.0.into()]).await? == 1)
    }

    async fn lock_super_administrators(&mut self) -> Stored<()> {
        lock(&self.0, "super-administrators").await
    }
}

/// Waits for the row of `locks`, and holds it until the unit of work ends.
pub(crate) async fn lock<C: ConnectionTrait>(db: &C, name: &'static str) -> Stored<()> {
    let sql = format!("SELECT name FROM locks WHERE name = $1{}", row_lock(db, " FOR UPDATE"));
    row(db, &sql, vec![name.into()]).await.map(drop)
}
