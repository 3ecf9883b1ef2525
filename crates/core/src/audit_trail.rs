//! The audit trail: searching and exporting it.

pub mod export;
pub mod subject;

use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};

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
/// [`portcullis_domain::ports::storage::StorageError`].
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
