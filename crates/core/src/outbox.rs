//! The outbox: mail is written with what it tells, and leaves later.

use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailMessage, MailState, OutboxEntry};
use portcullis_domain::ports::mail::{MailError, MailTransport};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use time::Duration;

use crate::access::Access;

/// How long a claimed mail is this worker's. Longer than any transport takes.
const LEASE: Duration = Duration::minutes(2);
/// After how many tries a mail is given up: with doubling pauses from 10 s up to an hour, about a day.
const MOST_ATTEMPTS: u32 = 30;
const FIRST_PAUSE: Duration = Duration::seconds(10);
const LONGEST_PAUSE: Duration = Duration::HOUR;

/// Seals a mail and writes it to the outbox, in the caller's unit of work.
pub(crate) async fn enqueue(access: &Access, unit: &mut dyn UnitOfWork, message: MailMessage) -> Stored<()> {
    let id = access.new_id();
    let plain = zeroize::Zeroizing::new(
        serde_json::to_vec(&message).map_err(|error| StorageError::Corrupt(error.to_string()))?,
    );
    let now = access.now();
    unit.insert_mail(&OutboxEntry {
        id,
        kind: message.content.kind().to_owned(),
        body: Some(access.ports().sealer.seal(&plain, id.as_bytes())),
        to: message.to,
        state: MailState::Waiting,
        attempts: 0,
        next_attempt_at: now,
        created_at: now,
        last_error: None,
    })
    .await
}

/// Sends what is due, at most `most` mails, each by itself, so that a bad one holds nobody else up; no transaction is open
/// while sending. Says how many were tried.
///
/// # Errors
/// [`StorageError`]: what was claimed is tried again when its lease is over.
pub async fn deliver_due(access: &Access, transport: &dyn MailTransport, most: u64) -> Stored<usize> {
    let mut tried = 0;
    for _ in 0..most {
        // One at a time: while slow ones go before it, a claimed mail's lease would run out, and it would leave twice.
        let now = access.now();
        let mut unit = access.begin().await?;
        let Some(entry) = unit.claim_mail(now, now + LEASE, 1).await?.pop() else { break };
        unit.commit().await?;
        let outcome = match open(access, &entry) {
            Some(message) => transport.send(entry.id, &message).await,
            None => Err(MailError::Never("the sealed mail could not be opened with the key at hand".to_owned())),
        };
        let mut unit = access.begin().await?;
        let [chance, ..] = access.ports().secrets.bytes32();
        unit.update_mail(&after_try(entry, outcome, access.now(), chance)).await?;
        unit.commit().await?;
        tried += 1;
    }
    Ok(tried)
}

fn open(access: &Access, entry: &OutboxEntry) -> Option<MailMessage> {
    let plain = access.ports().sealer.unseal(entry.body.as_ref()?, entry.id.as_bytes()).ok()?;
    serde_json::from_slice(&zeroize::Zeroizing::new(plain)).ok()
}

/// What is known of a mail after a try. Its body is wiped once it has left.
fn after_try(entry: OutboxEntry, outcome: Result<(), MailError>, now: Instant, chance: u8) -> OutboxEntry {
    let attempts = entry.attempts + 1;
    match outcome {
        Ok(()) => OutboxEntry { attempts, state: MailState::Sent, body: None, last_error: None, ..entry },
        Err(MailError::Later(why)) if attempts < MOST_ATTEMPTS => {
            tracing::warn!(id = %entry.id, kind = entry.kind, attempts, why, "a mail did not leave; it is tried again");
            OutboxEntry { attempts, next_attempt_at: now + pause(attempts, chance), last_error: Some(why), ..entry }
        }
        Err(MailError::Later(why) | MailError::Never(why)) => {
            tracing::error!(id = %entry.id, kind = entry.kind, attempts, why, "a mail was given up");
            // Its body stays, sealed: somebody may mend what was wrong and try again from the mail page.
            OutboxEntry { attempts, state: MailState::Failed, last_error: Some(why), ..entry }
        }
    }
}

/// The pause after so many tries: doubling, and shorter by up to a quarter, so that what failed together does not come
/// back together.
fn pause(attempts: u32, chance: u8) -> Duration {
    let whole = (FIRST_PAUSE * 2_i32.saturating_pow(attempts.saturating_sub(1).min(12))).min(LONGEST_PAUSE);
    whole - whole * i32::from(chance) / (4 * i32::from(u8::MAX))
}
