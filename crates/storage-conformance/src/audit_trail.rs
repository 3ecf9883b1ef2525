//! The audit trail: every filter, and the seals.

use std::sync::Arc;

use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::audit_seal::Head;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use portcullis_domain::secret::Sealed;
use time::Duration;

use crate::audit::{appended, event};
use crate::fixtures::{RACERS, digest, id, linger, now, race, uuid};

fn at(n: u32) -> Instant {
    now() + Duration::microseconds(i64::from(n))
}

/// Events whose actors, actions and targets meet in many ways; four at a time in the same microsecond.
fn events() -> Vec<AuditEvent> {
    let actors = [
        Actor::Stranger,
        Actor::Operator(id(1), "Anna".to_owned()),
        Actor::Operator(id(2), "Bea".to_owned()),
        Actor::Operator(id(1), "Anna, as she was called later".to_owned()),
        Actor::CommandLine,
        Actor::System,
    ];
    let actions = [Action::SignedIn, Action::SignInRefused, Action::RoleChanged, Action::SignedIn, Action::SignedOut];
    (0..120)
        .map(|n| {
            let (actor, action) = (n as usize % actors.len(), n as usize % actions.len());
            let target = (n % 7 < 3).then(|| (id(1 + n % 7).0.to_string(), format!("Target {n}")));
            AuditEvent { at: at(n / 4), target, ..event(n, actions[action], actors[actor].clone()) }
        })
        .collect()
}

fn asked(filter: &AuditFilter, event: &AuditEvent) -> bool {
    let actor = match &event.actor {
        Actor::Stranger => "stranger".to_owned(),
        Actor::Operator(id, _) => id.0.to_string(),
        Actor::CommandLine => "command-line".to_owned(),
        Actor::System => "system".to_owned(),
    };
    filter.actor.as_ref().is_none_or(|wanted| *wanted == actor)
        && filter.action.is_none_or(|wanted| wanted == event.action)
        && filter.target.as_ref().is_none_or(|wanted| event.target.as_ref().is_some_and(|(id, _)| id == wanted))
        && filter.since.is_none_or(|since| event.at >= since)
        && filter.until.is_none_or(|until| event.at < until)
}

/// All that a filter finds, in pages.
async fn found(storage: &Arc<dyn Storage>, filter: &AuditFilter, most: u64) -> Vec<Entry> {
    let mut view = storage.view().await.unwrap();
    let mut found: Vec<Entry> = Vec::new();
    loop {
        let before = found.last().map(|entry| entry.sequence);
        let page = view.search_audit(filter, before, most).await.unwrap();
        if page.is_empty() {
            return found;
        }
        assert!(page.len() as u64 <= most);
        found.extend(page);
    }
}

/// The same, walked the other way.
async fn found_from(storage: &Arc<dyn Storage>, filter: &AuditFilter, most: u64) -> Vec<Entry> {
    let mut view = storage.view().await.unwrap();
    let mut found: Vec<Entry> = Vec::new();
    loop {
        let after = found.last().map_or(0, |entry| entry.sequence);
        let page = view.search_audit_from(filter, after, most).await.unwrap();
        if page.is_empty() {
            return found;
        }
        assert!(page.len() as u64 <= most);
        found.extend(page);
    }
}

/// The whole trail, in pages.
async fn chain(storage: &Arc<dyn Storage>, most: u64) -> Vec<Entry> {
    let mut view = storage.view().await.unwrap();
    let mut chain: Vec<Entry> = Vec::new();
    loop {
        let after = chain.last().map(|entry| entry.sequence);
        let page = view.audit_chain(after, most).await.unwrap();
        if page.is_empty() {
            return chain;
        }
        assert!(page.len() as u64 <= most);
        chain.extend(page);
    }
}

pub(crate) async fn each_filter_finds_its_events_complete_and_newest_first(storage: Arc<dyn Storage>) {
    let events = events();
    appended(&storage, &events).await;
    let actors = [
        None,
        Some("stranger".to_owned()),
        Some(id(1).0.to_string()),
        Some("command-line".to_owned()),
        Some("system".to_owned()),
        Some(id(99).0.to_string()),
    ];
    let targets = [None, Some(id(2).0.to_string()), Some(id(99).0.to_string())];
    let times = [
        (None, None),
        (Some(at(5)), None),
        (None, Some(at(5))),
        (Some(at(5)), Some(at(20))),
        (Some(at(9)), Some(at(9))),
    ];
    for actor in &actors {
        for action in [None, Some(Action::SignedIn), Some(Action::RoleDeleted)] {
            for target in &targets {
                for (since, until) in times {
                    let filter = AuditFilter { actor: actor.clone(), action, target: target.clone(), since, until };
                    let found = found(&storage, &filter, 17).await;
                    assert!(found.windows(2).all(|pair| pair[0].sequence > pair[1].sequence), "{filter:?}");
                    let mut other_way = found_from(&storage, &filter, 17).await;
                    other_way.reverse();
                    assert_eq!(other_way, found, "{filter:?}");
                    let found: Vec<AuditEvent> = found.into_iter().map(|entry| entry.event).collect();
                    let expected: Vec<AuditEvent> =
                        events.iter().rev().filter(|event| asked(&filter, event)).cloned().collect();
                    assert_eq!(found, expected, "{filter:?}");
                }
            }
        }
    }
}

pub(crate) async fn a_filter_is_text_and_nothing_more(storage: Arc<dyn Storage>) {
    appended(&storage, &events()).await;
    let mut view = storage.view().await.unwrap();
    for odd in ["", "%", "Stranger", "strange_", "' OR 1=1 --", "🐢"] {
        let actor = AuditFilter { actor: Some(odd.to_owned()), ..AuditFilter::default() };
        assert_eq!(view.search_audit(&actor, None, 10).await.unwrap(), [], "{odd:?}");
        let target = AuditFilter { target: Some(odd.to_owned()), ..AuditFilter::default() };
        assert_eq!(view.search_audit(&target, None, 10).await.unwrap(), [], "{odd:?}");
    }
}

pub(crate) async fn a_search_gives_five_hundred_at_most(storage: Arc<dyn Storage>) {
    let events: Vec<AuditEvent> = (0..603).map(|n| event(n, Action::SignedIn, Actor::System)).collect();
    appended(&storage, &events).await;
    let mut view = storage.view().await.unwrap();
    let all = AuditFilter::default();
    for most in [500, 501, u64::MAX] {
        assert_eq!(view.search_audit(&all, None, most).await.unwrap().len(), 500);
    }
    assert_eq!(view.search_audit(&all, None, 0).await.unwrap(), []);
    let first = chain(&storage, 1).await[0].sequence;
    assert_eq!(view.search_audit(&all, Some(first), 10).await.unwrap(), [], "before the first there is none");
    assert_eq!(view.search_audit(&all, Some(i64::MAX), 10).await.unwrap().len(), 10);
    assert_eq!(view.audit_chain(None, u64::MAX).await.unwrap().len(), 603);
    assert_eq!(view.audit_chain(Some(i64::MAX), 10).await.unwrap(), []);
}

pub(crate) async fn the_chain_comes_in_the_order_of_writing(storage: Arc<dyn Storage>) {
    assert!(chain(&storage, 10).await.is_empty());
    // A clock that jumps back changes nothing of the order in which events were written.
    let events: Vec<AuditEvent> =
        (0..50).map(|n| AuditEvent { at: at(100 - n), ..event(100 - n, Action::SignedIn, Actor::System) }).collect();
    for some in events.chunks(20) {
        appended(&storage, some).await;
    }
    let chain = chain(&storage, 7).await;
    assert!(chain.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    assert!(chain.iter().all(|entry| entry.seal.is_none() && entry.sequence > 0));
    assert_eq!(chain.iter().map(|entry| entry.event.clone()).collect::<Vec<_>>(), events);
    let mut backwards = found(&storage, &AuditFilter::default(), 7).await;
    backwards.reverse();
    assert_eq!(backwards, chain, "a search gives the same places");
}

pub(crate) async fn an_event_is_sealed_once(storage: Arc<dyn Storage>) {
    let all: Vec<AuditEvent> = (0..5).map(|n| event(n, Action::SignedIn, Actor::System)).collect();
    appended(&storage, &all).await;
    let places: Vec<i64> = chain(&storage, 10).await.iter().map(|entry| entry.sequence).collect();
    assert_eq!(storage.view().await.unwrap().last_seal().await.unwrap(), None);
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.lock_sealing().await.unwrap());
    for (n, place) in (0..3).zip(&places) {
        assert!(unit.seal_event(*place, &digest(n)).await.unwrap());
        assert_eq!(unit.last_seal().await.unwrap(), Some(Head { sequence: *place, seal: digest(n) }));
        assert!(!unit.seal_event(*place, &digest(99)).await.unwrap(), "it has one");
    }
    assert!(!unit.seal_event(places[4] + 1_000, &digest(99)).await.unwrap(), "there is no such event");
    unit.commit().await.unwrap();

    let mut unit = storage.begin().await.unwrap();
    assert!(unit.lock_sealing().await.unwrap());
    assert!(!unit.seal_event(places[0], &digest(99)).await.unwrap(), "it has one");
    assert!(unit.seal_event(places[3], &digest(3)).await.unwrap());
    drop(unit);
    let seals: Vec<_> = (0..5).map(|n| (n < 3).then(|| digest(n))).collect();
    let chain = chain(&storage, 10).await;
    assert_eq!(chain.iter().map(|entry| entry.seal).collect::<Vec<_>>(), seals);
    let found = found(&storage, &AuditFilter::default(), 10).await;
    assert_eq!(found.iter().rev().map(|entry| entry.seal).collect::<Vec<_>>(), seals);
    assert_eq!(chain.into_iter().map(|entry| entry.event).collect::<Vec<_>>(), all, "a seal changes nothing of them");
    assert_eq!(
        storage.view().await.unwrap().last_seal().await.unwrap(),
        Some(Head { sequence: places[2], seal: digest(2) })
    );
}

pub(crate) async fn the_signed_end_is_the_last_that_was_written(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().audit_head().await.unwrap(), None);
    for n in 0..3 {
        let mut unit = storage.begin().await.unwrap();
        unit.set_audit_head(&Sealed(vec![n, 0, 255])).await.unwrap();
        assert_eq!(unit.audit_head().await.unwrap(), Some(Sealed(vec![n, 0, 255])));
        if n < 2 {
            unit.commit().await.unwrap();
        }
    }
    assert_eq!(storage.view().await.unwrap().audit_head().await.unwrap(), Some(Sealed(vec![1, 0, 255])));
}

/// What was sealed is never overtaken: whoever seals sees every place before the last one, however the writers commit.
pub(crate) async fn no_event_appears_before_one_that_is_sealed(storage: Arc<dyn Storage>) {
    race(&storage, RACERS, |n, storage| async move {
        if n == 0 {
            let (mut after, mut seen) = (None, 0);
            while seen < (RACERS - 1) * 3 {
                let mut unit = storage.begin().await.unwrap();
                if !unit.lock_sealing().await.unwrap() {
                    continue;
                }
                let entries = unit.audit_chain(after, 100).await.unwrap();
                for entry in entries {
                    assert!(unit.seal_event(entry.sequence, &digest(1)).await.unwrap());
                    (after, seen) = (Some(entry.sequence), seen + 1);
                }
                unit.commit().await.unwrap();
                linger().await;
            }
        } else {
            for k in 0..3 {
                let mut unit = storage.begin().await.unwrap();
                unit.append_audit_event(&event(n * 10 + k, Action::SignedIn, Actor::System)).await.unwrap();
                linger().await;
                unit.commit().await.unwrap();
            }
        }
    })
    .await;
    assert!(chain(&storage, 100).await.iter().all(|entry| entry.seal.is_some()), "none was passed by");
}

pub(crate) async fn of_racing_sealers_each_goes_on_where_the_one_before_ended(storage: Arc<dyn Storage>) {
    let events: Vec<AuditEvent> = (0..40).map(|n| event(n, Action::SignedIn, Actor::System)).collect();
    appended(&storage, &events).await;
    let sealed = race(&storage, RACERS, |n, storage| async move {
        // Whoever is told that others are at it tries again.
        let mut unit = loop {
            let mut unit = storage.begin().await.unwrap();
            // As a use case may, which looks first whether there is anything to do.
            assert!(unit.last_seal().await.is_ok());
            linger().await;
            if unit.lock_sealing().await.unwrap() {
                break unit;
            }
        };
        linger().await;
        let after = unit.last_seal().await.unwrap().map(|head| head.sequence);
        let entries = unit.audit_chain(after, 5).await.unwrap();
        for entry in &entries {
            assert_eq!(entry.seal, None, "what comes after the last seal has none");
            linger().await;
            assert!(unit.seal_event(entry.sequence, &digest(n)).await.unwrap(), "and nobody else gives it one");
        }
        unit.commit().await.unwrap();
        entries.len()
    })
    .await;
    assert_eq!(sealed.into_iter().sum::<usize>(), 40);
    let chain = chain(&storage, 100).await;
    assert!(chain.iter().all(|entry| entry.seal.is_some()));
    // Each sealed five in a row.
    assert!(chain.chunks(5).all(|five| five.iter().all(|entry| entry.seal == five[0].seal)));
}

pub(crate) async fn of_racing_writers_every_event_has_a_place_of_its_own(storage: Arc<dyn Storage>) {
    race(&storage, RACERS, |n, storage| async move {
        let events: Vec<AuditEvent> = (0..5).map(|k| event(n * 10 + k, Action::SignedIn, Actor::System)).collect();
        appended(&storage, &events).await;
    })
    .await;
    let chain = chain(&storage, 9).await;
    assert!(chain.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    for n in 0..RACERS {
        let own: Vec<_> =
            chain.iter().map(|entry| entry.event.id).filter(|id| (0..10).any(|k| *id == uuid(n * 10 + k))).collect();
        assert_eq!(own, (0..5).map(|k| uuid(n * 10 + k)).collect::<Vec<_>>(), "in the order of one writer");
    }
}
