//! Roles, what they grant, and who holds them.

use std::collections::{BTreeMap, HashMap};

use portcullis_domain::account::AccountId;
use portcullis_domain::email::EmailKey;
use portcullis_domain::functionality::FunctionalityId;
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use sea_orm::{ConnectionTrait, Value};

use crate::accounts;
use crate::role_book::lock;
use crate::statement::{Row, corrupt, execute, placeholders, row_lock, rows, text};

/// Takes the permission of a joined row into the grants of its role.
fn add(grants: &mut Grants, row: &Row) -> Stored<()> {
    if let Some(functionality) = row.get::<Option<String>>("functionality")?
        && let Grants::Some(permissions) = grants
    {
        let id = FunctionalityId::parse(&functionality).map_err(|_| corrupt("functionality"))?;
        permissions.insert(id, row.parsed("level", Level::parse)?);
    }
    Ok(())
}

fn none_or_everything(row: &Row) -> Stored<Grants> {
    Ok(if row.get("everything")? { Grants::Everything } else { Grants::default() })
}

pub(crate) async fn all<C: ConnectionTrait>(db: &C) -> Stored<Vec<Role>> {
    let sql = "SELECT r.id, r.name, r.description, r.everything, r.version, p.functionality, p.level \
               FROM roles r LEFT JOIN role_permissions p ON p.role_id = r.id \
               ORDER BY CASE WHEN r.id = $1 THEN 0 ELSE 1 END, r.name_key, r.id";
    let mut roles: Vec<Role> = Vec::new();
    for row in rows(db, sql, vec![RoleId::SUPER_ADMINISTRATOR.0.into()]).await? {
        let id = RoleId(row.uuid("id")?);
        if roles.last().is_none_or(|last| last.id != id) {
            roles.push(Role {
                id,
                name: row.parsed("name", |text| RoleName::parse(text).ok())?,
                description: row.text("description")?,
                grants: none_or_everything(&row)?,
                version: row.get("version")?,
            });
        }
        if let Some(role) = roles.last_mut() {
            add(&mut role.grants, &row)?;
        }
    }
    Ok(roles)
}

/// The roles of each account, with what each grants, by one query.
pub(crate) async fn held_by<C: ConnectionTrait>(
    db: &C,
    accounts: &[AccountId],
) -> Stored<HashMap<AccountId, Vec<(RoleId, Grants)>>> {
    let mut held: HashMap<AccountId, Vec<(RoleId, Grants)>> = HashMap::new();
    if accounts.is_empty() {
        return Ok(held);
    }
    let sql = format!(
        "SELECT ar.account_id, r.id, r.everything, p.functionality, p.level FROM account_roles ar \
         JOIN roles r ON r.id = ar.role_id LEFT JOIN role_permissions p ON p.role_id = r.id \
         WHERE ar.account_id IN ({}) ORDER BY ar.account_id, r.id",
        placeholders(1, accounts.len())
    );
    for row in rows(db, &sql, accounts.iter().map(|id| id.0.into()).collect()).await? {
        let id = RoleId(row.uuid("id")?);
        let roles = held.entry(AccountId(row.uuid("account_id")?)).or_default();
        if roles.last().is_none_or(|(last, _)| *last != id) {
            roles.push((id, none_or_everything(&row)?));
        }
        if let Some((_, grants)) = roles.last_mut() {
            add(grants, &row)?;
        }
    }
    Ok(held)
}

pub(crate) async fn insert<C: ConnectionTrait>(db: &C, role: &Role) -> Stored<()> {
    // In turn with those who rename a role: it would break on a name that is taken here but not committed yet.
    lock(db, "roles").await?;
    let sql = "INSERT INTO roles (id, name, name_key, description, everything, version) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values = vec![
        role.id.0.into(),
        text(role.name.as_str()),
        text(EmailKey::of(role.name.as_str()).as_str()),
        text(&role.description),
        matches!(role.grants, Grants::Everything).into(),
        role.version.into(),
    ];
    if execute(db, sql, values).await? == 0 {
        return Err(StorageError::Conflict);
    }
    grant(db, role).await
}

/// Writes what a role grants.
pub(crate) async fn grant<C: ConnectionTrait>(db: &C, role: &Role) -> Stored<()> {
    let none = BTreeMap::new();
    let permissions = match &role.grants {
        Grants::Everything => &none,
        Grants::Some(permissions) => permissions,
    };
    for (functionality, level) in permissions {
        let sql = "INSERT INTO role_permissions (role_id, functionality, level) VALUES ($1, $2, $3)";
        execute(db, sql, vec![role.id.0.into(), functionality.as_str().into(), level.as_str().into()]).await?;
    }
    Ok(())
}

pub(crate) async fn assign<C: ConnectionTrait>(db: &C, account: AccountId, roles: &[RoleId]) -> Stored<()> {
    // Locks the account, so that of two who replace its roles the later one's stay, and only those; and the roles, so
    // that none goes between here and the insertion. Found out before anything is changed: after a conflict the unit
    // of work goes on as if nothing had been asked.
    if !accounts::lock(db, account).await? {
        return Err(StorageError::Conflict);
    }
    let mut wanted = roles.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    if !wanted.is_empty() {
        let lock = row_lock(db, " FOR KEY SHARE");
        let sql = format!("SELECT id FROM roles WHERE id IN ({}){lock}", placeholders(1, wanted.len()));
        let values: Vec<Value> = wanted.iter().map(|id| id.0.into()).collect();
        if rows(db, &sql, values).await?.len() != wanted.len() {
            return Err(StorageError::Conflict);
        }
    }
    execute(db, "DELETE FROM account_roles WHERE account_id = $1", vec![account.0.into()]).await?;
    for role in wanted {
        let sql = "INSERT INTO account_roles (account_id, role_id, name_key) \
                   SELECT id, $2, CASE WHEN kind = 'operator' THEN name_key END FROM accounts WHERE id = $1";
        execute(db, sql, vec![account.0.into(), role.0.into()]).await?;
    }
    Ok(())
}
