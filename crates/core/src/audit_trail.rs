//! The audit trail: searching, exporting, sealing and verifying it.

pub mod export;

use portcullis_domain::audit_seal::{Checker, Fault, Whole, origin, seal};
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use portcullis_domain::ports::storage::{StorageError, Stored, View};
use portcullis_domain::secret::Digest256;
use time::Duration;
use uuid::Uuid;

use crate::access::Access;

/// How old an event is when it is sealed. Places are drawn when an event is written and seen when its unit of work
/// commits, which is never held open across a hash or a network call: after this long no event with an earlier place can
/// still appear, and the chain need never be opened again.
const SETTLED: Duration = Duration::seconds(15);
/// How many events one unit of work seals: on an engine with one writer the others wait meanwhile.
const BATCH: u64 = 200;
/// How often the worker looks for what is due.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(5);
/// How many events are read at once to verify the trail.
const STRETCH: u64 = 2_000;

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

/// Seals what is due, at most one batch, in the order of the places. Says how many it sealed.
///
/// # Errors
/// [`StorageError`]; nothing of the batch is sealed then.
pub async fn seal_due(access: &Access) -> Stored<usize> {
    let settled = access.now() - SETTLED;
    // Looked at without the lock first: most of the time there is nothing to do, and a writer waits for nothing.
    if !is_due(access.ports().storage.view().await?.as_mut(), settled).await? {
        return Ok(0);
    }
    let mut unit = access.begin().await?;
    unit.lock_sealing().await?;
    let (mut place, mut last) = unit.last_seal().await?.unwrap_or((0, origin()));
    let mut sealed = 0;
    for entry in unit.audit_chain(place, BATCH).await? {
        if entry.event.at > settled {
            break;
        }
        last = seal(&last, entry.sequence, &entry.event);
        place = entry.sequence;
        if !unit.seal_event(place, &last).await? {
            return Err(StorageError::Corrupt(format!("the event at place {place} was sealed out of turn")));
        }
        sealed += 1;
    }
    unit.commit().await?;
    Ok(sealed)
}

async fn is_due(view: &mut dyn View, settled: Instant) -> Stored<bool> {
    let place = view.last_seal().await?.map_or(0, |(place, _)| place);
    Ok(view.audit_chain(place, 1).await?.first().is_some_and(|entry| entry.event.at <= settled))
}

/// Seals what becomes due until `stop` resolves.
pub async fn run(access: Access, stop: impl Future<Output = ()> + Send) {
    let mut stop = std::pin::pin!(stop);
    loop {
        let sealed = seal_due(&access).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the audit trail could not be sealed; it is tried again");
            0
        });
        let wait = async {
            if sealed == 0 {
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::select! {
            () = &mut stop => return,
            () = wait => {}
        }
    }
}

/// The trail does not hold, or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first event that is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// An event holds what no event can: it was altered.
    #[error("the event after place {after} was altered: {why}")]
    Unreadable {
        /// The last place that could be read.
        after: i64,
        /// What is wrong with it.
        why: String,
    },
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Reads the whole trail and checks every seal. `expected` is a place and its seal that were kept elsewhere.
///
/// # Errors
/// [`VerifyError`] with the first event that is altered, missing or inserted.
pub async fn verify(access: &Access, expected: Option<(i64, Digest256)>) -> Result<Whole, VerifyError> {
    let mut view = access.ports().storage.view().await?;
    let mut checker = Checker::default();
    if let Some((place, seal)) = expected {
        checker = checker.expect(place, seal);
    }
    let (mut after, mut stretch) = (0, STRETCH);
    loop {
        let entries = match view.audit_chain(after, stretch).await {
            Ok(entries) => entries,
            // One by one, up to the one that cannot be read.
            Err(StorageError::Corrupt(_)) if stretch > 1 => {
                stretch = 1;
                continue;
            }
            Err(StorageError::Corrupt(why)) => return Err(VerifyError::Unreadable { after, why }),
            Err(error) => return Err(error.into()),
        };
        let Some(last) = entries.last() else { return Ok(checker.finish()?) };
        after = last.sequence;
        entries.iter().try_for_each(|entry| checker.next(entry))?;
    }
}
