//! The outbox: each mail to one caller at a time.

use std::sync::Arc;

use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::secret::Sealed;
use time::Duration;
use uuid::Uuid;

use crate::fixtures::{FIRST, RACERS, email, linger, now, race, uuid};

/// A mail written `n` microseconds from now, due now.
pub(crate) fn mail(n: u32) -> OutboxEntry {
    OutboxEntry {
        id: uuid(n),
        to: email(&format!("Operator-{n}@example.com")),
        kind: "invitation".to_owned(),
        body: Some(Sealed(vec![0, 1, 255, 0])),
        state: MailState::Waiting,
        attempts: 0,
        next_attempt_at: now(),
        created_at: now() + Duration::microseconds(i64::from(n)),
        last_error: None,
    }
}

/// Puts mails there.
pub(crate) async fn written(storage: &Arc<dyn Storage>, mails: &[OutboxEntry]) {
    let mut unit = storage.begin().await.unwrap();
    for mail in mails {
        unit.insert_mail(mail).await.unwrap();
    }
    unit.commit().await.unwrap();
}

/// What is claimed for ten minutes at `after` from now, sorted.
pub(crate) async fn claim(storage: &Arc<dyn Storage>, after: Duration, most: u64) -> Vec<Uuid> {
    let at = now() + after;
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let claimed = unit.claim_mail(at, at + Duration::minutes(10), most).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
    let mut ids: Vec<Uuid> = claimed.iter().map(|mail| mail.id).collect();
    ids.sort();
    ids
}

pub(crate) async fn a_mail_is_read_back_as_it_was_written(storage: Arc<dyn Storage>) {
    let mails = [
        OutboxEntry { state: MailState::Sent, body: None, attempts: 3, ..mail(3) },
        OutboxEntry { state: MailState::Failed, last_error: Some("421 🐢".to_owned()), ..mail(2) },
        OutboxEntry { body: Some(Sealed(vec![])), ..mail(1) },
    ];
    written(&storage, &mails).await;
    assert_eq!(storage.view().await.unwrap().outbox(FIRST).await.unwrap(), mails);
}

pub(crate) async fn a_mail_goes_to_one_caller_until_its_lease_ends(storage: Arc<dyn Storage>) {
    let late = OutboxEntry { next_attempt_at: now() + Duration::MICROSECOND, ..mail(3) };
    let sent = OutboxEntry { state: MailState::Sent, ..mail(4) };
    let failed = OutboxEntry { state: MailState::Failed, ..mail(5) };
    written(&storage, &[mail(1), mail(2), late, sent, failed]).await;

    assert_eq!(claim(&storage, Duration::ZERO, 9).await, [uuid(1), uuid(2)]);
    assert!(claim(&storage, Duration::ZERO, 9).await.is_empty(), "they are claimed");
    assert_eq!(claim(&storage, Duration::MICROSECOND, 9).await, [uuid(3)], "now it is due");
    assert!(claim(&storage, Duration::minutes(10) - Duration::MICROSECOND, 9).await.is_empty());
    assert_eq!(claim(&storage, Duration::minutes(10), 9).await, [uuid(1), uuid(2)], "the lease is over");
    assert_eq!(claim(&storage, Duration::DAY, 2).await.len(), 2, "as many as were asked for");
    assert_eq!(claim(&storage, Duration::DAY, 2).await.len(), 1);

    let mut unit = storage.begin().await.unwrap();
    let later = now() + Duration::WEEK;
    assert_eq!(unit.claim_mail(later, later + Duration::HOUR, 9).await.unwrap().len(), 3);
    drop(unit);
    // A server hears of the drop a moment later, and claims pass over what is locked; an update waits for it.
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.update_mail(&mail(1), now() + Duration::DAY + Duration::minutes(10)).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(claim(&storage, Duration::WEEK, 9).await.len(), 3, "a claim that is dropped is none");
}

pub(crate) async fn of_racing_claims_each_mail_goes_to_one(storage: Arc<dyn Storage>) {
    let mails: Vec<OutboxEntry> = (0..20).map(mail).collect();
    written(&storage, &mails).await;
    let mut claimed: Vec<Uuid> =
        race(&storage, RACERS, |_, storage| async move { claim(&storage, Duration::ZERO, 2).await }).await.concat();
    claimed.extend(claim(&storage, Duration::ZERO, 100).await);
    claimed.sort();
    assert_eq!(claimed, mails.iter().map(|mail| mail.id).collect::<Vec<_>>());
}

pub(crate) async fn what_is_known_after_a_try_replaces_what_was(storage: Arc<dyn Storage>) {
    written(&storage, &[mail(1), mail(2), mail(3)]).await;
    let lease = now() + Duration::minutes(10);
    assert_eq!(claim(&storage, Duration::ZERO, 9).await.len(), 3);
    let sent = OutboxEntry { state: MailState::Sent, attempts: 1, body: None, ..mail(3) };
    let again = OutboxEntry {
        attempts: 2,
        next_attempt_at: now() + Duration::MINUTE,
        last_error: Some("450 try later".to_owned()),
        ..mail(2)
    };
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.update_mail(&sent, lease).await.unwrap());
    assert!(unit.update_mail(&again, lease).await.unwrap());
    assert!(unit.update_mail(&mail(1), lease).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(storage.view().await.unwrap().outbox(FIRST).await.unwrap(), [sent, again, mail(1)]);
    assert_eq!(claim(&storage, Duration::ZERO, 9).await, [uuid(1)]);
    assert_eq!(claim(&storage, Duration::MINUTE, 9).await, [uuid(2)]);
}

pub(crate) async fn who_is_late_overwrites_nothing(storage: Arc<dyn Storage>) {
    written(&storage, &[mail(1), mail(2)]).await;
    let lease = now() + Duration::minutes(10);
    let sent = |n: u32| OutboxEntry { state: MailState::Sent, attempts: 1, body: None, ..mail(n) };
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.update_mail(&sent(1), now()).await.unwrap(), "nobody claimed it");
    unit.commit().await.unwrap();
    assert_eq!(claim(&storage, Duration::ZERO, 9).await, [uuid(1), uuid(2)]);
    // The first claimer is slow; its lease ends, and the next one sends both.
    assert_eq!(claim(&storage, Duration::minutes(10), 9).await, [uuid(1), uuid(2)]);
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.update_mail(&mail(1), lease).await.unwrap(), "it is another's");
    assert!(unit.update_mail(&sent(1), lease + Duration::minutes(10)).await.unwrap());
    assert!(!unit.update_mail(&mail(1), lease + Duration::minutes(10)).await.unwrap(), "it has left");
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.mails(Some(MailState::Sent), FIRST).await.unwrap(), [sent(1)]);
}

pub(crate) async fn the_outbox_comes_newest_first_and_complete(storage: Arc<dyn Storage>) {
    // Three at a time in the same microsecond: what is equal must not get lost between two pages.
    let mails: Vec<OutboxEntry> =
        (0..60).map(|n| OutboxEntry { created_at: mail(n / 3).created_at, ..mail(n) }).collect();
    written(&storage, &mails).await;
    let mut view = storage.view().await.unwrap();
    let mut listed = Vec::new();
    for page in 0..10 {
        listed.extend(view.outbox(Page { offset: page * 7, limit: 7 }).await.unwrap());
    }
    assert!(listed.windows(2).all(|pair| pair[0].created_at >= pair[1].created_at));
    listed.sort_by_key(|mail| mail.id);
    assert_eq!(listed, mails);
}
