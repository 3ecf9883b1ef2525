//! Whom a filter means: people type addresses and names, and the trail knows identities, also of who is deleted.

use std::collections::BTreeMap;

use portcullis_domain::audit::Action;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::parameter::{ALIAS, parameter};
use portcullis_domain::ports::storage::audit_trail::AuditFilter;
use portcullis_domain::ports::storage::{Stored, View};
use uuid::Uuid;

use crate::access::Access;

/// How many deletions of operators and of roles are read: of what was deleted before these the identity must be known.
const DELETIONS: u64 = 500;
/// How many who are called the same are told apart.
const NAMESAKES: u64 = 50;

/// Whom or what somebody means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nobody in particular.
    Anybody,
    /// This one, as the filter names it. What nobody has finds nothing.
    One(String),
    /// One of these, who are called the same.
    Several(Vec<Known>),
}

/// Somebody or something by that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As the filter names it.
    pub id: String,
    /// What tells it from the others: an address where there is one, else the name.
    pub words: String,
    /// Whether it is deleted.
    pub deleted: bool,
}

/// Finds out whom or what somebody means: an identity, one of the names that stand for no operator, a parameter's key, an
/// account's address, or the name of an operator or a role. Who is there comes before who is deleted.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn subject(access: &Access, typed: &str) -> Stored<Subject> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Subject::Anybody);
    }
    if let Ok(id) = Uuid::parse_str(typed) {
        return Ok(Subject::One(id.to_string()));
    }
    // What stands for one thing for good is not up to what somebody calls themselves, or a role.
    if ["stranger", "command-line", "system", ALIAS].contains(&typed) || parameter(typed).is_ok() {
        return Ok(Subject::One(typed.to_owned()));
    }
    let key = EmailKey::of(typed);
    let mut view = access.ports().storage.view().await?;
    let mut found = present(view.as_mut(), typed, &key).await?;
    if found.is_empty() {
        found = deleted(view.as_mut(), &key).await?;
    }
    let mut found: Vec<Known> = found.into_values().collect();
    Ok(match (found.pop(), found.is_empty()) {
        // A word that finds nothing.
        (None, _) => Subject::One(typed.to_owned()),
        (Some(only), true) => Subject::One(only.id),
        (Some(last), false) => {
            found.push(last);
            Subject::Several(found)
        }
    })
}

/// Who and what is there by that address or name.
async fn present(view: &mut dyn View, typed: &str, key: &EmailKey) -> Stored<BTreeMap<String, Known>> {
    let mut found = BTreeMap::new();
    let mut add = |id: Uuid, words: &str| {
        let id = id.to_string();
        found.insert(id.clone(), Known { id, words: words.to_owned(), deleted: false });
    };
    if Email::parse(typed).is_ok() {
        if let Some(account) = view.account_by_email(key).await? {
            add(account.id.0, account.email.as_str());
        }
        return Ok(found);
    }
    for operator in view.operators_named(key, NAMESAKES).await? {
        add(operator.id().0, operator.email().as_str());
    }
    for role in view.roles().await?.iter().filter(|role| EmailKey::of(role.name.as_str()) == *key) {
        add(role.id.0, role.name.as_str());
    }
    Ok(found)
}

/// Who and what was deleted by that address or name, as the trail tells of it.
async fn deleted(view: &mut dyn View, key: &EmailKey) -> Stored<BTreeMap<String, Known>> {
    let mut found = BTreeMap::new();
    for action in [Action::OperatorDeleted, Action::RoleDeleted] {
        let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
        for event in view.search_audit(&filter, None, DELETIONS).await?.into_iter().map(|entry| entry.event) {
            let Some((id, words)) = event.target else { continue };
            let name = event.details.get("name").map_or("", String::as_str);
            if [words.as_str(), name].into_iter().any(|said| EmailKey::of(said) == *key) {
                found.insert(id.clone(), Known { id, words, deleted: true });
            }
        }
    }
    Ok(found)
}
