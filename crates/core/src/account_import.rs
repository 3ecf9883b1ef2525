//! Importing accounts from another system: operators, vendors and customers with the hashes of their passwords, from JSON
//! lines. All or nothing.

use std::collections::HashMap;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use portcullis_domain::role::Role;
use portcullis_domain::secret::PasswordHash;
use serde::Deserialize;

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;

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
    /// The names of the roles, as they were typed.
    roles: Vec<String>,
}

/// Imports the accounts in a file, a JSON object on each line: `email`, `name`, `kind` (operator, vendor, customer),
/// `password_hash` (PHC or bcrypt; operators need one, so that nobody is let in whom nobody invited) and, for operators,
/// `roles` by name. Imported operators sign in with the password they have; its hash is renewed when they do.
///
/// # Errors
/// [`ImportError`]; then nothing is imported.
pub async fn import(access: &Access, file: &[u8]) -> Result<Imported, ImportError> {
    // Read and compared before a turn to write is asked for: nobody waits while a long file is parsed, and whoever wrote a
    // bad line is told of it, whatever else keeps the file out.
    let (accepted, mut bad) = read(access, file);
    bad.extend(misfits(access, &accepted).await?);
    refuse(bad)?;
    let count = |kind| accepted.iter().filter(|one| one.account.kind == kind).count();
    let imported = Imported {
        operators: count(AccountKind::Operator),
        vendors: count(AccountKind::Vendor),
        customers: count(AccountKind::Customer),
    };
    let mut unit = access.begin().await?;
    if imported.operators > 0 && unit.set_up_at().await?.is_none() {
        return Err(ImportError::NotSetUp);
    }
    let (known, mut late) = (unit.roles().await?, Vec::new());
    for one in &accepted {
        let roles = match find_roles(&known, &one.roles) {
            Ok(roles) => roles,
            Err(why) => {
                late.push(BadLine { number: one.number, why });
                continue;
            }
        };
        match unit.insert_account(&one.account).await {
            Ok(()) => grant(access, unit.as_mut(), one, &roles).await?,
            Err(StorageError::Conflict) => late.push(taken(one)),
            Err(error) => return Err(error.into()),
        }
    }
    // Then the unit of work is dropped: nothing of it stays.
    refuse(late)?;
    let Imported { operators, vendors, customers } = imported;
    access
        .event(Author::CONSOLE, Action::AccountsImported)
        .on("accounts", "accounts")
        .from(&Client::console())
        .with("after", format!("{operators} operators, {vendors} vendors, {customers} customers"))
        .record(unit.as_mut())
        .await?;
    unit.commit().await?;
    Ok(imported)
}

/// Lines that are good in themselves, and do not fit what is there. Only reads.
async fn misfits(access: &Access, accepted: &[Accepted]) -> Stored<Vec<BadLine>> {
    let mut view = access.ports().storage.view().await?;
    let (known, mut bad) = (view.roles().await?, Vec::new());
    for one in accepted {
        if let Err(why) = find_roles(&known, &one.roles) {
            bad.push(BadLine { number: one.number, why });
        } else if view.account_by_email(&one.account.email.key()).await?.is_some() {
            bad.push(taken(one));
        }
    }
    Ok(bad)
}

fn taken(one: &Accepted) -> BadLine {
    let why = format!("an account with the address {} exists already", one.account.email);
    BadLine { number: one.number, why }
}

/// Names the bad lines in order, when there are any.
fn refuse(mut bad: Vec<BadLine>) -> Result<(), ImportError> {
    bad.sort_by_key(|line| line.number);
    if bad.is_empty() { Ok(()) } else { Err(ImportError::BadLines(bad)) }
}

/// Gives an operator the roles, and tells the trail who may come in from now on.
async fn grant(access: &Access, unit: &mut dyn UnitOfWork, one: &Accepted, roles: &[&Role]) -> Stored<()> {
    if one.account.kind != AccountKind::Operator {
        return Ok(());
    }
    unit.set_roles(one.account.id, &roles.iter().map(|role| role.id).collect::<Vec<_>>()).await?;
    let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    access
        .event(Author::CONSOLE, Action::AccountsImported)
        .upon(&one.account)
        .from(&Client::console())
        .with("name", one.account.name.as_str())
        .with("roles", names.join(", "))
        .record(unit)
        .await
}

/// The roles of these names, each once.
fn find_roles<'a>(known: &'a [Role], typed: &[String]) -> Result<Vec<&'a Role>, String> {
    let mut roles: Vec<&Role> = Vec::new();
    for typed in typed {
        let key = EmailKey::of(typed);
        let found = known.iter().find(|role| EmailKey::of(role.name.as_str()) == key);
        let found = found.ok_or_else(|| format!("roles: there is no role {typed:?}"))?;
        if !roles.iter().any(|role| role.id == found.id) {
            roles.push(found);
        }
    }
    Ok(roles)
}

/// Reads every line; says which are wrong, and which are good.
fn read(access: &Access, file: &[u8]) -> (Vec<Accepted>, Vec<BadLine>) {
    let (mut accepted, mut bad) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, usize> = HashMap::new();
    // A byte order mark is no part of the first object.
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    for (number, line) in file.split(|byte| *byte == b'\n').enumerate().map(|(at, line)| (at + 1, line)) {
        let Ok(line) = std::str::from_utf8(line) else {
            bad.push(BadLine { number, why: "it is not UTF-8: save the file in that encoding".to_owned() });
            continue;
        };
        if line.trim().is_empty() {
            continue;
        }
        match accept(access, number, line) {
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

fn accept(access: &Access, number: usize, line: &str) -> Result<Accepted, String> {
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
    Ok(Accepted { number, account, roles: line.roles })
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
