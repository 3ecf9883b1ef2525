//! The audit trail: searching and exporting it.

pub mod export;

use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use uuid::Uuid;

use crate::access::Access;

/// Where to read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The newest.
    Newest,
    /// Those before this place: older ones.
    Before(i64),
    /// Those after this place: newer ones.
    After(i64),
}

/// A page of the trail, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The events.
    pub entries: Vec<Entry>,
    /// Whether there are newer ones.
    pub newer: bool,
    /// Whether there are older ones.
    pub older: bool,
}

/// Finds a page of at most `most` events, at most 499. Costs the same however many there are.
///
/// # Errors
/// [`StorageError`].
pub async fn search(access: &Access, filter: &AuditFilter, from: From, most: u64) -> Stored<Found> {
    let mut view = access.ports().storage.view().await?;
    let wanted = usize::try_from(most).unwrap_or(usize::MAX);
    // One more than asked for tells whether the walk goes on.
    let mut entries = match from {
        From::Newest => view.search_audit(filter, None, most + 1).await?,
        From::Before(place) => view.search_audit(filter, Some(place), most + 1).await?,
        From::After(place) => view.search_audit_from(filter, place, most + 1).await?,
    };
    let more = entries.len() > wanted;
    entries.truncate(wanted);
    let (newer, older) = match from {
        From::Newest => (false, more),
        From::Before(_) => (true, more),
        From::After(_) => {
            entries.reverse();
            (more, true)
        }
    };
    Ok(Found { entries, newer, older })
}

/// The filter's name for an actor or a target that somebody typed: an identity, one of the names that stand for no
/// operator, or an address, for which the account's identity stands. What nobody has finds nothing.
///
/// # Errors
/// [`StorageError`].
pub async fn subject(access: &Access, typed: &str) -> Stored<Option<String>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = Uuid::parse_str(typed) {
        return Ok(Some(id.to_string()));
    }
    if Email::parse(typed).is_ok() {
        let account = access.ports().storage.view().await?.account_by_email(&EmailKey::of(typed)).await?;
        if let Some(account) = account {
            return Ok(Some(account.id.0.to_string()));
        }
    }
    Ok(Some(typed.to_owned()))
}
