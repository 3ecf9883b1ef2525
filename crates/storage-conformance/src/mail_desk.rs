//! The outbox as the mail page sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_domain::email::EmailKey;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Page, Storage};
use time::Duration;

use crate::fixtures::{FIRST, email, now, uuid};
use crate::outbox::{claim, mail, written};

const STATES: [MailState; 3] = [MailState::Waiting, MailState::Sent, MailState::Failed];

pub(crate) async fn mails_of_a_state_come_newest_first_and_complete(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().count_mails(None).await.unwrap(), 0);
    // Four at a time in the same microsecond: what is equal must not get lost between two pages.
    let mails: Vec<OutboxEntry> = (0..70)
        .map(|n| OutboxEntry {
            state: STATES[usize::try_from(n % 7).unwrap().min(2)],
            created_at: mail(n / 4).created_at,
            ..mail(n)
        })
        .collect();
    written(&storage, &mails).await;
    let mut view = storage.view().await.unwrap();
    for state in [None, Some(STATES[0]), Some(STATES[1]), Some(STATES[2])] {
        let expected: Vec<OutboxEntry> =
            mails.iter().filter(|mail| state.is_none_or(|state| mail.state == state)).cloned().collect();
        assert_eq!(view.count_mails(state).await.unwrap(), expected.len() as u64, "{state:?}");
        let mut listed = Vec::new();
        for page in 0..11 {
            listed.extend(view.mails(state, Page { offset: page * 7, limit: 7 }).await.unwrap());
        }
        assert!(listed.windows(2).all(|pair| pair[0].created_at >= pair[1].created_at), "{state:?}");
        listed.sort_by_key(|mail| mail.id);
        assert_eq!(listed, expected, "{state:?}");
    }
    assert_eq!(view.mails(None, FIRST).await.unwrap(), view.outbox(FIRST).await.unwrap());
}

pub(crate) async fn the_latest_mails_are_of_a_kind_and_of_the_addresses_asked_for(storage: Arc<dyn Storage>) {
    let to = |n: u32, address: &str, kind: &str| OutboxEntry { to: email(address), kind: kind.to_owned(), ..mail(n) };
    let mails = [
        to(5, "bea@example.com", "invitation"),
        to(9, "Bea@Example.com", "password-reset"),
        OutboxEntry { state: MailState::Sent, body: None, ..to(7, "BEA@example.com", "invitation") },
        to(6, "bea@example.com", "invitation"),
        to(8, "anna@example.com", "invitation"),
    ];
    written(&storage, &mails).await;
    let mut view = storage.view().await.unwrap();
    for (address, kind, latest) in [
        ("bEa@example.com", "invitation", Some(&mails[2])),
        ("bea@example.com", "password-reset", Some(&mails[1])),
        ("anna@example.com", "invitation", Some(&mails[4])),
        ("bea@example.com", "test", None),
        ("be%@example.com", "invitation", None),
        ("nobody@example.com", "invitation", None),
    ] {
        let key = EmailKey::of(address);
        let found = view.latest_mails(std::slice::from_ref(&key), kind).await.unwrap();
        assert_eq!(found.into_iter().next(), latest.map(|mail| (key, mail.clone())), "{kind} to {address}");
    }
    let keys = ["BEA@example.com", "nobody@example.com", "anna@example.com"].map(EmailKey::of);
    let found = view.latest_mails(&keys, "invitation").await.unwrap();
    let [bea, _, anna] = keys;
    assert_eq!(found, BTreeMap::from([(anna, mails[4].clone()), (bea, mails[2].clone())]));
    assert_eq!(view.latest_mails(&[], "invitation").await.unwrap(), BTreeMap::new());
}

pub(crate) async fn what_is_tried_again_is_due_at_once(storage: Arc<dyn Storage>) {
    let later = now() + Duration::HOUR;
    let mails = [
        OutboxEntry { next_attempt_at: later, attempts: 2, last_error: Some("450".to_owned()), ..mail(1) },
        OutboxEntry { state: MailState::Failed, attempts: 9, last_error: Some("550".to_owned()), ..mail(2) },
        OutboxEntry { state: MailState::Failed, body: None, ..mail(3) },
        OutboxEntry { state: MailState::Sent, body: None, ..mail(4) },
        OutboxEntry { state: MailState::Sent, ..mail(5) },
        OutboxEntry { next_attempt_at: later, ..mail(6) },
    ];
    written(&storage, &mails).await;
    assert!(claim(&storage, Duration::ZERO, 9).await.is_empty());
    let mut unit = storage.begin().await.unwrap();
    for (n, again) in [(1, true), (2, true), (3, false), (4, false), (5, false), (9, false)] {
        assert_eq!(unit.retry_mail(uuid(n), now()).await.unwrap(), again, "{n}");
    }
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    let waiting = view.mails(Some(MailState::Waiting), FIRST).await.unwrap();
    assert_eq!(waiting.iter().map(|mail| mail.id).collect::<Vec<_>>(), [uuid(6), uuid(2), uuid(1)]);
    assert!(waiting[1..].iter().all(|mail| mail.next_attempt_at == now() && mail.body.is_some()));
    assert!(waiting[1..].iter().all(|mail| mail.attempts == 0), "all its tries are before it");
    assert_eq!(waiting[0], mails[5], "nothing else moved");
    assert_eq!(view.mails(Some(MailState::Sent), FIRST).await.unwrap(), [mails[4].clone(), mails[3].clone()]);
    assert_eq!(view.mails(Some(MailState::Failed), FIRST).await.unwrap(), [mails[2].clone()]);
    drop(view);
    assert_eq!(claim(&storage, Duration::ZERO, 9).await, [uuid(1), uuid(2)]);
}

pub(crate) async fn what_is_on_its_way_is_not_tried_again(storage: Arc<dyn Storage>) {
    written(&storage, &[mail(1)]).await;
    assert_eq!(claim(&storage, Duration::ZERO, 9).await, [uuid(1)]);
    for (after, again) in [
        (Duration::ZERO, false),
        (Duration::minutes(10) - Duration::MICROSECOND, false),
        (Duration::minutes(10), true),
        (Duration::minutes(10), true),
    ] {
        let mut unit = storage.begin().await.unwrap();
        assert_eq!(unit.retry_mail(uuid(1), now() + after).await.unwrap(), again, "{after}");
        unit.commit().await.unwrap();
    }
    assert_eq!(claim(&storage, Duration::minutes(10), 9).await, [uuid(1)]);
}
