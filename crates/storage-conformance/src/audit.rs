//! The audit log.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::ports::storage::{Page, Storage};
use time::Duration;

use crate::fixtures::{FIRST, id, now, uuid};

/// An event of `n` microseconds from now.
pub(crate) fn event(n: u32, action: Action, actor: Actor) -> AuditEvent {
    AuditEvent {
        id: uuid(n),
        at: now() + Duration::microseconds(i64::from(n)),
        actor,
        action,
        target: None,
        address: None,
        details: BTreeMap::new(),
    }
}

/// Puts events there.
pub(crate) async fn appended(storage: &Arc<dyn Storage>, events: &[AuditEvent]) {
    let mut unit = storage.begin().await.unwrap();
    for event in events {
        unit.append_audit_event(event).await.unwrap();
    }
    unit.commit().await.unwrap();
}

pub(crate) async fn every_action_and_actor_round_trips(storage: Arc<dyn Storage>) {
    // Operator 9 has no account: an event outlives whom it names.
    let actors =
        [Actor::Stranger, Actor::Operator(id(9), "Zoé 🐢 | 'x'".to_owned()), Actor::CommandLine, Actor::System];
    let mut events: Vec<AuditEvent> = (0..)
        .zip(Action::ALL.iter().flat_map(|action| actors.iter().map(move |actor| (*action, actor.clone()))))
        .map(|(n, (action, actor))| event(n, action, actor))
        .collect();
    for (n, event) in (0_u32..).zip(&mut events) {
        if n % 2 == 0 {
            event.target = Some((id(9).0.to_string(), "Bea \"B\" 𠮷".to_owned()));
        }
        if n % 3 == 0 {
            event.address = Some("2001:db8::1".to_owned());
        }
        for detail in 0..n % 4 {
            event.details.insert(format!("key {detail} é"), format!("{{\"n\": {n}}}\n🐢"));
        }
    }
    appended(&storage, &events).await;
    events.reverse();
    assert_eq!(storage.view().await.unwrap().audit_events(FIRST).await.unwrap(), events);
}

pub(crate) async fn events_come_newest_first_and_complete(storage: Arc<dyn Storage>) {
    // Four at a time in the same microsecond: what is equal must not get lost between two pages.
    let events: Vec<AuditEvent> = (0..603)
        .map(|n| AuditEvent {
            at: now() + Duration::microseconds(i64::from(n / 4)),
            ..event(n, Action::SignedIn, Actor::System)
        })
        .collect();
    appended(&storage, &events).await;
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.audit_events(Page { offset: 0, limit: 10_000 }).await.unwrap().len(), 500);
    assert_eq!(view.audit_events(Page { offset: 603, limit: 10 }).await.unwrap(), []);
    let mut listed = Vec::new();
    for page in 0..7 {
        listed.extend(view.audit_events(Page { offset: page * 90, limit: 90 }).await.unwrap());
    }
    assert!(listed.windows(2).all(|pair| pair[0].at >= pair[1].at));
    listed.sort_by_key(|event| event.id);
    assert_eq!(listed, events);
}
