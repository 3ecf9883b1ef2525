//! Accounts, and the operators among them.

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus, Operator};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::instant::Instant;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::{Page, StorageError, Stored, search_key};
use portcullis_domain::role::{Grants, RoleId};
use portcullis_domain::secret::PasswordHash;
use sea_orm::{ConnectionTrait, Value};

use crate::roles;
use crate::statement::{Row, at, execute, limit_offset, maybe_at, maybe_text, row, row_lock, rows, text};

pub(crate) const COLUMNS: &str =
    "id, kind, email, name, language, status, password, password_set_at, password_change_due, created_at";

pub(crate) fn read(row: &Row) -> Stored<Account> {
    Ok(Account {
        id: AccountId(row.uuid("id")?),
        kind: row.parsed("kind", AccountKind::parse)?,
        email: row.parsed("email", |text| Email::parse(text).ok())?,
        name: row.parsed("name", |text| DisplayName::parse(text).ok())?,
        language: row.parsed("language", Language::from_tag)?,
        status: row.parsed("status", AccountStatus::parse)?,
        password: row.get::<Option<String>>("password")?.map(PasswordHash::new),
        password_set_at: row.maybe_instant("password_set_at")?,
        password_change_due: row.get("password_change_due")?,
        created_at: row.instant("created_at")?,
    })
}

pub(crate) async fn set_up_at<C: ConnectionTrait>(db: &C) -> Stored<Option<Instant>> {
    row(db, "SELECT set_up_at FROM installation", vec![]).await?.map(|row| row.instant("set_up_at")).transpose()
}

pub(crate) async fn complete_set_up<C: ConnectionTrait>(db: &C, now: Instant) -> Stored<bool> {
    let sql = "INSERT INTO installation (id, set_up_at) VALUES (1, $1) ON CONFLICT DO NOTHING";
    Ok(execute(db, sql, vec![at(now)]).await? == 1)
}

pub(crate) async fn by_id<C: ConnectionTrait>(db: &C, id: AccountId) -> Stored<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE id = $1");
    row(db, &sql, vec![id.0.into()]).await?.as_ref().map(read).transpose()
}

pub(crate) async fn by_email<C: ConnectionTrait>(db: &C, email: &EmailKey) -> Stored<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE email_key = $1");
    row(db, &sql, vec![text(email.as_str())]).await?.as_ref().map(read).transpose()
}

pub(crate) async fn operator<C: ConnectionTrait>(db: &C, id: AccountId) -> Stored<Option<Operator>> {
    let Some(account) = by_id(db, id).await?.filter(|account| account.kind == AccountKind::Operator) else {
        return Ok(None);
    };
    Ok(with_roles(db, vec![account]).await?.into_iter().next())
}

pub(crate) async fn operators<C: ConnectionTrait>(db: &C, search: &str, page: Page) -> Stored<Vec<Operator>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM accounts WHERE kind = 'operator' AND search LIKE $1 ESCAPE '\\' \
         ORDER BY name_key, id LIMIT $2 OFFSET $3"
    );
    let [limit, offset] = limit_offset(page);
    let found = rows(db, &sql, vec![pattern(search), limit, offset]).await?;
    with_roles(db, found.iter().map(read).collect::<Stored<_>>()?).await
}

pub(crate) async fn count_operators<C: ConnectionTrait>(db: &C, search: &str) -> Stored<u64> {
    let sql = "SELECT COUNT(*) AS operators FROM accounts WHERE kind = 'operator' AND search LIKE $1 ESCAPE '\\'";
    let counted = row(db, sql, vec![pattern(search)]).await?.map(|row| row.get::<i64>("operators")).transpose()?;
    Ok(counted.and_then(|counted| u64::try_from(counted).ok()).unwrap_or(0))
}

/// The operators behind accounts, with all their roles and grants from one query, however many they are.
pub(crate) async fn with_roles<C: ConnectionTrait>(db: &C, accounts: Vec<Account>) -> Stored<Vec<Operator>> {
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut held = roles::held_by(db, &ids).await?;
    Ok(accounts
        .into_iter()
        .filter_map(|account| {
            let roles = held.remove(&account.id).unwrap_or_default();
            let ids: Vec<RoleId> = roles.iter().map(|(id, _)| *id).collect();
            let grants = roles.into_iter().fold(Grants::default(), |all, (_, grants)| all.union(grants));
            Operator::from_account(account, ids, grants)
        })
        .collect())
}

/// More characters than a name and an address have together: what is as long is found nowhere, and what is longer need
/// not be looked for at full length. It keeps a pattern shorter than what `SQLite` takes.
const LONGEST_SEARCH: usize = 4096;

/// What finds `search` anywhere, and takes what was typed literally.
pub(crate) fn pattern(search: &str) -> Value {
    let mut pattern = String::from("%");
    for c in EmailKey::of(search).as_str().chars().take(LONGEST_SEARCH) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    text(&pattern)
}

/// Waits for the account's row, and holds it until the unit of work ends; false when there is none.
pub(crate) async fn lock<C: ConnectionTrait>(db: &C, id: AccountId) -> Stored<bool> {
    let sql = format!("SELECT id FROM accounts WHERE id = $1{}", row_lock(db, " FOR NO KEY UPDATE"));
    Ok(row(db, &sql, vec![id.0.into()]).await?.is_some())
}

pub(crate) async fn insert<C: ConnectionTrait>(db: &C, account: &Account) -> Stored<()> {
    let sql = "INSERT INTO accounts (id, kind, email, email_key, name, name_key, search, language, status, password, \
               password_set_at, password_change_due, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let values = vec![
        account.id.0.into(),
        account.kind.as_str().into(),
        text(account.email.as_str()),
        text(account.email.key().as_str()),
        text(account.name.as_str()),
        text(EmailKey::of(account.name.as_str()).as_str()),
        text(&search_key(&account.email, &account.name)),
        account.language.tag().into(),
        account.status.as_str().into(),
        maybe_text(account.password.as_ref().map(PasswordHash::expose)),
        maybe_at(account.password_set_at),
        account.password_change_due.into(),
        at(account.created_at),
    ];
    if execute(db, sql, values).await? == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

pub(crate) async fn set_password<C: ConnectionTrait>(
    db: &C,
    id: AccountId,
    expected: Option<&PasswordHash>,
    hash: &PasswordHash,
    now: Instant,
) -> Stored<bool> {
    let mut values = vec![id.0.into(), text(hash.expose()), at(now)];
    let guard = match expected {
        Some(expected) => {
            values.push(text(expected.expose()));
            "password = $4"
        }
        None => "password IS NULL",
    };
    let sql = format!(
        "UPDATE accounts SET password = $2, password_set_at = $3, password_change_due = FALSE, password_rules = '', status = 'active' \
         WHERE id = $1 AND status <> 'suspended' AND {guard}"
    );
    Ok(execute(db, &sql, values).await? == 1)
}

pub(crate) async fn renew_hash<C: ConnectionTrait>(
    db: &C,
    id: AccountId,
    expected: &PasswordHash,
    hash: &PasswordHash,
) -> Stored<bool> {
    let sql = "UPDATE accounts SET password = $2 WHERE id = $1 AND status <> 'suspended' AND password = $3";
    Ok(execute(db, sql, vec![id.0.into(), text(hash.expose()), text(expected.expose())]).await? == 1)
}

pub(crate) async fn set_profile<C: ConnectionTrait>(
    db: &C,
    id: AccountId,
    name: &DisplayName,
    language: Language,
) -> Stored<bool> {
    // The address is part of what is searched, and stays as it is while the row is locked.
    let sql = format!("SELECT email FROM accounts WHERE id = $1{}", row_lock(db, " FOR NO KEY UPDATE"));
    let Some(found) = row(db, &sql, vec![id.0.into()]).await? else {
        return Ok(false);
    };
    let email = found.parsed("email", |text| Email::parse(text).ok())?;
    let sql = "UPDATE accounts SET name = $2, language = $3, search = $4, name_key = $5 WHERE id = $1";
    let values = vec![
        id.0.into(),
        text(name.as_str()),
        language.tag().into(),
        text(&search_key(&email, name)),
        text(EmailKey::of(name.as_str()).as_str()),
    ];
    let changed = execute(db, sql, values).await? == 1;
    // The lists of who holds a role are sorted by it.
    let sql = "UPDATE account_roles SET name_key = $2 WHERE account_id = $1 AND name_key IS NOT NULL";
    execute(db, sql, vec![id.0.into(), text(EmailKey::of(name.as_str()).as_str())]).await?;
    Ok(changed)
}

pub(crate) async fn set_status<C: ConnectionTrait>(
    db: &C,
    id: AccountId,
    from: AccountStatus,
    to: AccountStatus,
) -> Stored<bool> {
    let sql = "UPDATE accounts SET status = $3 WHERE id = $1 AND status = $2";
    Ok(execute(db, sql, vec![id.0.into(), from.as_str().into(), to.as_str().into()]).await? == 1)
}

pub(crate) async fn delete<C: ConnectionTrait>(db: &C, id: AccountId) -> Stored<bool> {
    // Roles, sessions and tokens go with it: their tables say so.
    Ok(execute(db, "DELETE FROM accounts WHERE id = $1", vec![id.0.into()]).await? == 1)
}
