//! The outbox: mail is written with what it tells, and leaves later.

use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailMessage, MailState, OutboxEntry};
use portcullis_domain::ports::mail::{MailError, MailTransport};
use portcullis_domain::ports::storage::{StorageError, Stored, UnitOfWork};
use time::Duration;

use crate::access::Access;

/// How long a claimed mail is this worker's. Longer than any transport takes.
const LEASE: Duration = Duration::minutes(2);
/// How long one mail may be on its way at most, whatever the transport does.
const LONGEST_SENDING: std::time::Duration = std::time::Duration::from_secs(90);
/// The pause before an outcome that storage did not take is written again.
const BETWEEN_WRITES: std::time::Duration = std::time::Duration::from_millis(500);
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

/// A mail that is this node's until its lease ends.
pub(crate) struct Claim {
    entry: OutboxEntry,
    lease: Instant,
}

/// Claims the next mail that is due.
pub(crate) async fn claim(access: &Access) -> Stored<Option<Claim>> {
    let now = access.now();
    let lease = now + LEASE;
    let mut unit = access.begin().await?;
    let Some(entry) = unit.claim_mail(now, lease, 1).await?.pop() else { return Ok(None) };
    unit.commit().await?;
    Ok(Some(Claim { entry, lease }))
}

/// Sends a claimed mail and writes what came of it; no transaction is open while it is on its way. When `give_up` resolves
/// first, it is given back: due at once, for another node or the next start.
pub(crate) async fn carry_out(
    access: &Access,
    transport: &dyn MailTransport,
    claim: Claim,
    give_up: impl Future<Output = ()> + Send,
) {
    let Claim { entry, lease } = claim;
    let outcome = match open(access, &entry) {
        Some(message) => {
            tokio::select! {
                outcome = tokio::time::timeout(LONGEST_SENDING, transport.send(entry.id, &message)) => {
                    outcome.unwrap_or_else(|_| Err(MailError::Later("it took too long".to_owned())))
                }
                () = give_up => {
                    let back = OutboxEntry { next_attempt_at: access.now(), ..entry };
                    return write(access, &back, lease).await;
                }
            }
        }
        // Another node may have the key.
        None => Err(MailError::Later("the sealed mail could not be opened with the key at hand".to_owned())),
    };
    let [chance, ..] = access.ports().secrets.bytes32();
    write(access, &after_try(entry, outcome, access.now(), chance), lease).await;
}

/// Writes what came of a try. While storage does not take it, it is told again until the lease ends: a mail that left, and
/// of which nobody knows, would leave once more.
async fn write(access: &Access, entry: &OutboxEntry, lease: Instant) {
    let written = async {
        loop {
            match write_once(access, entry, lease).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(id = %entry.id, "a mail was another's when its outcome was known; that one's counts");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, id = %entry.id, "the outcome of a mail could not be written; it is tried again");
                    if access.now() >= lease {
                        return;
                    }
                }
            }
            tokio::time::sleep(BETWEEN_WRITES).await;
        }
    };
    // By the running time as well as by the clock, which may be set back meanwhile.
    if tokio::time::timeout(LEASE.unsigned_abs(), written).await.is_err() {
        tracing::error!(id = %entry.id, "the outcome of a mail could not be written before its lease ended");
    }
}

async fn write_once(access: &Access, entry: &OutboxEntry, lease: Instant) -> Stored<bool> {
    let mut unit = access.begin().await?;
    let mine = unit.update_mail(entry, lease).await?;
    unit.commit().await?;
    Ok(mine)
}

/// Sends what is due, at most `most` mails, one after the other. Says how many were tried.
///
/// # Errors
/// [`StorageError`]: nothing more could be claimed.
pub async fn deliver_due(access: &Access, transport: &dyn MailTransport, most: u64) -> Stored<usize> {
    let mut tried = 0;
    for _ in 0..most {
        // Claimed one by one: while slow ones go before it, a claimed mail's lease would run out, and it would leave twice.
        let Some(claim) = claim(access).await? else { break };
        carry_out(access, transport, claim, std::future::pending()).await;
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
