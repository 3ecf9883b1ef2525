//! Importing accounts from another system: operators, vendors and customers with the hashes of their passwords, from JSON
//! lines. All or nothing.

use std::collections::HashMap;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::role::{Role, RoleId};
use portcullis_domain::secret::PasswordHash;
use serde::Deserialize;

use crate::access::Access;
use crate::author::Author;

/// The most bytes of a line: an address, a name, a hash and some roles are far less.
const LONGEST_LINE: usize = 16 * 1024;

/// A line as it stands in the file. An unknown key is refused: it would be somebody's wish that nobody fulfils.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    email: String,
    name: String,
    kind: String,
    #[serde(default)]
    password_hash: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What is wrong, in English; never the hash.
    pub why: String,
}

/// Nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// These lines are wrong: all of them, in order.
    #[error("{} of the lines cannot be imported", .0.len())]
    BadLines(Vec<BadLine>),
    /// There is an operator in the file, and no first operator yet.
    #[error("no operator exists yet; make the first one with `portcullis init`")]
    NotSetUp,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Operators.
    pub operators: usize,
    /// Vendors.
    pub vendors: usize,
    /// Customers.
    pub customers: usize,
}

/// One line that may be imported.
struct Accepted {
    number: usize,
    account: Account,
    roles: Vec<RoleId>,
    role_names: String,
}

/// Imports the accounts in `text`, a JSON object on each line: `email`, `name`, `kind` (operator, vendor, customer),
/// `password_hash` (PHC or bcrypt; operators need one, so that nobody is let in whom nobody invited) and, for operators,
/// `roles` by name. Imported operators sign in with the password they have; its hash is renewed when they do.
///
/// # Errors
/// [`ImportError`]; then nothing is imported.
pub async fn import(access: &Access, text: &str) -> Result<Imported, ImportError> {
    let mut unit = access.begin().await?;
    let known = unit.roles().await?;
    let (accepted, mut bad) = read(access, &known, text);
    let mut imported = Imported::default();
    for one in &accepted {
        match one.account.kind {
            AccountKind::Operator => imported.operators += 1,
            AccountKind::Vendor => imported.vendors += 1,
            AccountKind::Customer => imported.customers += 1,
        }
    }
    if imported.operators > 0 && unit.set_up_at().await?.is_none() {
        return Err(ImportError::NotSetUp);
    }
    for one in &accepted {
        match unit.insert_account(&one.account).await {
            Ok(()) => grant(access, unit.as_mut(), one).await?,
            Err(StorageError::Conflict) => {
                bad.push(BadLine {
                    number: one.number,
                    why: format!("an account with the address {} exists already", one.account.email),
                });
            }
            Err(error) => return Err(error.into()),
        }
    }
    if !bad.is_empty() {
        // The unit of work is dropped: nothing of it stays.
        bad.sort_by_key(|line| line.number);
        return Err(ImportError::BadLines(bad));
    }
    access
        .event(Author::CONSOLE, Action::AccountsImported)
        .with("operators", imported.operators.to_string())
        .with("vendors", imported.vendors.to_string())
        .with("customers", imported.customers.to_string())
        .record(unit.as_mut())
        .await?;
    unit.commit().await?;
    Ok(imported)
}

/// Gives an operator the roles, and tells the trail who may come in from now on.
async fn grant(access: &Access, unit: &mut dyn UnitOfWork, one: &Accepted) -> Stored<()> {
    if one.account.kind != AccountKind::Operator {
        return Ok(());
    }
    unit.set_roles(one.account.id, &one.roles).await?;
    access
        .event(Author::CONSOLE, Action::AccountsImported)
        .on(one.account.id.0.to_string(), one.account.email.as_str())
        .with("roles", one.role_names.as_str())
        .record(unit)
        .await
}

/// Reads every line; says which are wrong, and which are good.
fn read(access: &Access, known: &[Role], text: &str) -> (Vec<Accepted>, Vec<BadLine>) {
    let (mut accepted, mut bad) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, usize> = HashMap::new();
    // A byte order mark is no part of the first object.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        if line.trim().is_empty() {
            continue;
        }
        match accept(access, known, number, line) {
            Err(why) => bad.push(BadLine { number, why }),
            Ok(one) => {
                let key = one.account.email.key().as_str().to_owned();
                if let Some(first) = seen.get(&key) {
                    let why = format!("the address {} stands on line {first} already", one.account.email);
                    bad.push(BadLine { number, why });
                } else {
                    seen.insert(key, number);
                    accepted.push(one);
                }
            }
        }
    }
    (accepted, bad)
}

fn accept(access: &Access, known: &[Role], number: usize, line: &str) -> Result<Accepted, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("it is longer than {LONGEST_LINE} bytes"));
    }
    // The parser's words quote what it met, which may be a hash: its place and kind must do.
    let line: Line = serde_json::from_str(line).map_err(|error| said(&error))?;
    let email = Email::parse(&line.email).map_err(|error| format!("email: {error}"))?;
    let name = DisplayName::parse(&line.name).map_err(|error| format!("name: {error}"))?;
    let kind = AccountKind::parse(&line.kind).ok_or("kind: use operator, vendor or customer")?;
    let password = line.password_hash.map(PasswordHash::new);
    if let Some(hash) = &password
        && !access.ports().hasher.understands(hash)
    {
        return Err("password_hash: it is no argon2, scrypt, PBKDF2 or bcrypt hash that can be checked".to_owned());
    }
    if kind == AccountKind::Operator && password.is_none() {
        return Err("an operator needs a password_hash; whoever has none is invited with `portcullis operator invite`"
            .to_owned());
    }
    if kind != AccountKind::Operator && !line.roles.is_empty() {
        return Err("roles: only operators have roles".to_owned());
    }
    let mut roles: Vec<&Role> = Vec::new();
    for typed in &line.roles {
        let key = EmailKey::of(typed);
        let found = known.iter().find(|role| EmailKey::of(role.name.as_str()) == key);
        let found = found.ok_or_else(|| format!("roles: there is no role {typed:?}"))?;
        if !roles.iter().any(|role| role.id == found.id) {
            roles.push(found);
        }
    }
    let now = access.now();
    let account = Account {
        id: AccountId(access.new_id()),
        kind,
        email,
        name,
        language: Language::default(),
        status: AccountStatus::Active,
        password_set_at: password.is_some().then_some(now),
        password,
        password_change_due: false,
        created_at: now,
    };
    let role_names = roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>().join(", ");
    Ok(Accepted { number, account, roles: roles.iter().map(|role| role.id).collect(), role_names })
}

/// What the JSON parser found, without what stands in the line but for the names of keys.
fn said(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if error.is_data() && (words.starts_with("unknown field") || words.starts_with("missing field")) {
        return words.split(" at line").next().unwrap_or_default().to_owned();
    }
    if error.is_data() && words.starts_with("duplicate field") {
        return words.split(" at line").next().unwrap_or_default().to_owned();
    }
    if error.is_data() {
        "a value has another type than it should".to_owned()
    } else {
        "it is not a JSON object".to_owned()
    }
}
