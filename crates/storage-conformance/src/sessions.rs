//! Sessions: found by their digest, ended once.

use std::sync::Arc;

use portcullis_domain::account::AccountStatus;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::session::{Session, SessionId, Stage};
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, linger, now, operator, race, session, uuid};

async fn opened(storage: &Arc<dyn Storage>, sessions: &[Session]) {
    let mut unit = storage.begin().await.unwrap();
    for session in sessions {
        unit.insert_session(session).await.unwrap();
    }
    unit.commit().await.unwrap();
}

pub(crate) async fn a_session_is_found_by_its_digest(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let stages = [Stage::SecondStepDue, Stage::NewPasswordDue, Stage::EnrolmentDue, Stage::SignedIn];
    let sessions: Vec<Session> = (1..).zip(stages).map(|(n, stage)| Session { stage, ..session(n, id(1)) }).collect();
    opened(&storage, &sessions).await;
    let mut view = storage.view().await.unwrap();
    for written in sessions {
        assert_eq!(view.session(&written.digest).await.unwrap(), Some(written));
    }
    assert_eq!(view.session(&digest(99)).await.unwrap(), None);
}

pub(crate) async fn sessions_come_latest_use_first_and_never_go_back(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    opened(&storage, &[session(1, id(1)), session(3, id(1)), session(2, id(1)), session(4, id(2))]).await;
    let later = now() + Duration::HOUR;
    let mut unit = storage.begin().await.unwrap();
    unit.touch_session(SessionId(uuid(1)), later).await.unwrap();
    unit.touch_session(SessionId(uuid(1)), now()).await.unwrap();
    // Within a minute it is written once, however many requests come.
    unit.touch_session(SessionId(uuid(1)), later + Duration::MINUTE - Duration::MICROSECOND).await.unwrap();
    unit.touch_session(SessionId(uuid(99)), now()).await.unwrap();
    unit.commit().await.unwrap();
    let touched = Session { last_seen_at: later, ..session(1, id(1)) };
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.sessions(id(1)).await.unwrap(), [touched, session(3, id(1)), session(2, id(1))]);
    assert_eq!(view.sessions(id(2)).await.unwrap(), [session(4, id(2))]);
    assert_eq!(view.sessions(id(9)).await.unwrap(), []);
}

pub(crate) async fn a_session_ends_once(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    opened(&storage, &[session(1, id(1)), session(2, id(1))]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.end_session(SessionId(uuid(1))).await.unwrap());
    assert!(!unit.end_session(SessionId(uuid(1))).await.unwrap());
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.session(&digest(1)).await.unwrap(), None);
    assert_eq!(view.sessions(id(1)).await.unwrap(), [session(2, id(1))]);
}

pub(crate) async fn ending_the_others_spares_one_and_other_people(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    opened(&storage, &[session(1, id(1)), session(2, id(1)), session(3, id(1)), session(4, id(2))]).await;
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.end_sessions(id(1), Some(SessionId(uuid(2)))).await.unwrap(), 2);
    assert_eq!(unit.sessions(id(1)).await.unwrap(), [session(2, id(1))]);
    assert_eq!(unit.end_sessions(id(1), None).await.unwrap(), 1);
    assert_eq!(unit.end_sessions(id(1), None).await.unwrap(), 0);
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.sessions(id(1)).await.unwrap(), []);
    assert_eq!(view.sessions(id(2)).await.unwrap(), [session(4, id(2))]);
}

pub(crate) async fn whoever_ends_all_misses_none_that_is_being_opened(storage: Arc<dyn Storage>) {
    for round in 1..=8 {
        given(&storage, &[operator(round)]).await;
        race(&storage, RACERS, move |n, storage| async move {
            let mut unit = storage.begin().await.unwrap();
            assert!(unit.lock_account(id(round)).await.unwrap());
            let status = unit.account(id(round)).await.unwrap().unwrap().status;
            linger().await;
            if n == 7 {
                assert!(unit.set_status(id(round), status, AccountStatus::Suspended).await.unwrap());
                unit.end_sessions(id(round), None).await.unwrap();
            } else if status == AccountStatus::Active {
                unit.insert_session(&session(100 * round + n, id(round))).await.unwrap();
            }
            linger().await;
            unit.commit().await.unwrap();
        })
        .await;
        assert_eq!(storage.view().await.unwrap().sessions(id(round)).await.unwrap(), [], "round {round}");
    }
}

pub(crate) async fn whoever_ends_all_misses_none_that_is_being_renewed(storage: Arc<dyn Storage>) {
    for round in 1..=8 {
        given(&storage, &[operator(round)]).await;
        opened(&storage, &[session(100 * round, id(round))]).await;
        race(&storage, RACERS, move |n, storage| async move {
            let mut unit = storage.begin().await.unwrap();
            assert!(unit.lock_account(id(round)).await.unwrap());
            if n == 7 {
                linger().await;
                unit.end_sessions(id(round), None).await.unwrap();
            } else if let Some(old) = unit.sessions(id(round)).await.unwrap().pop() {
                assert!(unit.end_session(old.id).await.unwrap(), "nobody else holds the account");
                linger().await;
                unit.insert_session(&session(100 * round + n + 1, id(round))).await.unwrap();
            }
            linger().await;
            unit.commit().await.unwrap();
        })
        .await;
        assert_eq!(storage.view().await.unwrap().sessions(id(round)).await.unwrap(), [], "round {round}");
    }
}
