//! Sealing the audit trail into a hash chain, and verifying it.

use std::cmp::Ordering;

use portcullis_domain::audit::Action;
use portcullis_domain::audit_seal::{Checker, Fault, Head, Whole, seal};
use portcullis_domain::ports::storage::audit_trail::Entry;
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork, View};

use crate::access::Access;
use crate::author::Author;
use crate::client::Client;

/// How many events one unit of work seals: whoever writes an event waits meanwhile.
const BATCH: u64 = 200;
/// How often the worker looks for what is due.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(5);
/// How long others may write events between two batches.
const BREATH: std::time::Duration = std::time::Duration::from_millis(50);
/// How often the lock of the trail is tried for when somebody waits for it at the console.
const LOCK_TRIES: u32 = 20;
/// How many events are read at once to verify the trail.
const STRETCH: u64 = 2_000;

/// The trail could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Its end is not the one that was signed. Nothing more is sealed, so that nothing covers what was done to it.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Storage failed; nothing of the batch is sealed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whoever seals, batch by batch. It remembers the end that it saw last, so that as long as it lives no older end can be put
/// back under it, nor another trail.
#[derive(Debug, Default)]
pub struct TrailSealer {
    seen: Option<Head>,
}

impl TrailSealer {
    /// Seals what waits, at most one batch, in the order of the places, and signs the new end. Says how many it sealed: none
    /// also when others are writing events or sealing them, and it is to be tried again.
    ///
    /// # Errors
    /// [`SealError`].
    pub async fn seal_due(&mut self, access: &Access) -> Result<usize, SealError> {
        // Looked at without the lock first: most of the time there is nothing to do, and a writer waits for nothing.
        if !is_due(access.ports().storage.view().await?.as_mut()).await? {
            return Ok(0);
        }
        let mut unit = access.begin().await?;
        if !unit.lock_sealing().await? {
            return Ok(0);
        }
        let mut head = agreed_head(access, unit.as_mut()).await?;
        self.recognise(unit.as_mut()).await?;
        let due = unit.audit_chain(Some(head.sequence), BATCH).await?;
        for Entry { sequence, event, .. } in &due {
            head = Head { sequence: *sequence, seal: seal(&head.seal, *sequence, event) };
            if !unit.seal_event(head.sequence, &head.seal).await? {
                return Err(Fault::Inserted(head.sequence).into());
            }
        }
        unit.set_audit_head(&head.sealed(access.ports().sealer.as_ref())).await?;
        unit.commit().await?;
        self.seen = Some(head);
        Ok(due.len())
    }

    /// Whether the end that was seen last is still in the trail.
    async fn recognise(&self, unit: &mut dyn UnitOfWork) -> Result<(), SealError> {
        let Some(seen) = self.seen.filter(|seen| *seen != Head::origin()) else { return Ok(()) };
        let there = unit.audit_chain(Some(seen.sequence - 1), 1).await?.pop();
        let same = there.is_some_and(|entry| entry.sequence == seen.sequence && entry.seal == Some(seen.seal));
        if same { Ok(()) } else { Err(Fault::Remade(seen.sequence).into()) }
    }
}

async fn is_due(view: &mut dyn View) -> Stored<bool> {
    let sealed = view.last_seal().await?.map_or(0, |head| head.sequence);
    Ok(!view.audit_chain(Some(sealed), 1).await?.is_empty())
}

/// The signed end, which must be the end that the trail itself shows. There is one from the first start on: that of a trail
/// without events, see [`Access::start`].
async fn agreed_head(access: &Access, unit: &mut dyn UnitOfWork) -> Result<Head, SealError> {
    let signed = signed_head(access, unit).await?.ok_or(Fault::Headless)?;
    let found = unit.last_seal().await?.unwrap_or_else(Head::origin);
    if signed == found {
        return Ok(signed);
    }
    Err(SealError::Fault(match signed.sequence.cmp(&found.sequence) {
        Ordering::Less => Fault::Inserted(found.sequence),
        Ordering::Equal => Fault::Remade(signed.sequence),
        Ordering::Greater => Fault::Truncated(signed.sequence),
    }))
}

async fn signed_head(access: &Access, view: &mut dyn View) -> Result<Option<Head>, SealError> {
    let sealed = view.audit_head().await?;
    Ok(sealed.map(|sealed| Head::opened(&sealed, access.ports().sealer.as_ref())).transpose()?)
}

/// Whether the present key, or the one of before, opens what is signed: another key opens no second factor either, and no
/// mail that waits.
///
/// # Errors
/// [`SealError::Fault`] when it does not.
pub async fn check_key(access: &Access) -> Result<(), SealError> {
    signed_head(access, access.ports().storage.view().await?.as_mut()).await.map(drop)
}

/// Signs the end of the trail with the present key, after the key that signed it was lost: else nothing is sealed any more.
/// Only the seals are checked first; whether the end was another one before is not seen any more.
///
/// # Errors
/// [`VerifyError`]; nothing was signed then. [`StorageError::Unavailable`] also when somebody else is sealing.
pub async fn sign_anew(access: &Access) -> Result<Whole, VerifyError> {
    // Read without the lock: whoever writes an event would wait for all of it.
    let whole = walk(access.ports().storage.view().await?.as_mut(), Checker::default()).await?;
    let head = whole.end.unwrap_or_else(Head::origin);
    for _ in 0..LOCK_TRIES {
        let mut unit = access.begin().await?;
        if !unit.lock_sealing().await? {
            continue;
        }
        if unit.last_seal().await?.unwrap_or_else(Head::origin) != head {
            break;
        }
        unit.set_audit_head(&head.sealed(access.ports().sealer.as_ref())).await?;
        let event =
            access.event(Author::CONSOLE, Action::AuditSignedAnew).on("audit", "audit").from(&Client::console());
        event.with("place", head.sequence.to_string()).record(unit.as_mut()).await?;
        unit.commit().await?;
        return Ok(whole);
    }
    Err(StorageError::Unavailable("others seal events at this moment; try again".to_owned()).into())
}

/// Seals what becomes due until `stop` resolves. The end that it begins with goes to the log, where it serves as an anchor.
pub async fn run(access: Access, stop: impl Future<Output = ()> + Send) {
    let mut stop = std::pin::pin!(stop);
    let mut trail = TrailSealer::default();
    if let Ok(mut view) = access.ports().storage.view().await
        && let Ok(Some(head)) = signed_head(&access, view.as_mut()).await
    {
        let seal = data_encoding::HEXLOWER.encode(head.seal.as_bytes());
        tracing::info!(anchor = format!("{}:{seal}", head.sequence), "the audit trail is sealed up to here");
        trail.seen = Some(head);
    }
    let mut told = None;
    loop {
        let sealed = match trail.seal_due(&access).await {
            Ok(sealed) => {
                told = None;
                sealed
            }
            Err(error) => {
                // What stays wrong is told once, and not every few seconds.
                let words = error.to_string();
                if told.as_ref() != Some(&words) {
                    tracing::error!(error = %words, "the audit trail could not be sealed; `portcullis audit verify` tells more");
                    told = Some(words);
                }
                0
            }
        };
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(if sealed == 0 { PAUSE } else { BREATH }) => {}
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

impl From<SealError> for VerifyError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Fault(fault) => Self::Fault(fault),
            SealError::Storage(error) => Self::Storage(error),
        }
    }
}

/// Reads the whole trail, and checks every seal and the signed end. `anchor` is an end that was kept elsewhere.
///
/// # Errors
/// [`VerifyError`] with the first event that is altered, missing or inserted.
pub async fn verify(access: &Access, anchor: Option<Head>) -> Result<Whole, VerifyError> {
    let mut view = access.ports().storage.view().await?;
    let mut doubted = None;
    loop {
        let before = signed_head(access, view.as_mut()).await?;
        let expected = anchor.iter().chain(&before).filter(|end| **end != Head::origin());
        let checker = expected.fold(Checker::default(), |checker, end| checker.expect(*end));
        let whole = match walk(view.as_mut(), checker).await {
            // It may have been read just before it was sealed, and the one after it just after. Then it is not so again.
            Err(VerifyError::Fault(fault @ Fault::Inserted(_))) if doubted != Some(fault) => {
                doubted = Some(fault);
                continue;
            }
            walked => walked?,
        };
        let Some(before) = before else {
            // Nothing was ever begun here; or what was signed then was taken away.
            let begun = whole.sealed + whole.waiting > 0 || view.set_up_at().await?.is_some();
            return if begun { Err(Fault::Headless.into()) } else { Ok(whole) };
        };
        let Some(end) = whole.end else {
            let set_up = view.set_up_at().await?.is_some();
            return if set_up && whole.waiting == 0 { Err(Fault::Emptied.into()) } else { Ok(whole) };
        };
        // While the trail was read more of it may have been sealed, the first of it included.
        let after = signed_head(access, view.as_mut()).await?.ok_or(Fault::Headless)?;
        if after.sequence < end.sequence {
            let beyond = view.audit_chain(Some(after.sequence), 1).await?;
            return Err(Fault::Inserted(beyond.first().map_or(end.sequence, |entry| entry.sequence)).into());
        }
        if before != Head::origin() {
            return Ok(whole);
        }
    }
}

async fn walk(view: &mut dyn View, mut checker: Checker) -> Result<Whole, VerifyError> {
    let (mut after, mut stretch) = (None, STRETCH);
    loop {
        let entries = match view.audit_chain(after, stretch).await {
            Ok(entries) => entries,
            // One by one, up to the one that cannot be read.
            Err(StorageError::Corrupt(_)) if stretch > 1 => {
                stretch = 1;
                continue;
            }
            Err(StorageError::Corrupt(why)) => {
                return Err(VerifyError::Unreadable { after: after.unwrap_or(0), why });
            }
            Err(error) => return Err(error.into()),
        };
        let Some(last) = entries.last() else { return Ok(checker.finish()?) };
        after = Some(last.sequence);
        entries.iter().try_for_each(|entry| checker.next(entry))?;
    }
}
