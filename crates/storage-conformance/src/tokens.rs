//! One-time tokens: once, for one purpose, until they expire.

use std::sync::Arc;

use portcullis_domain::account::AccountStatus;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::Storage;
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, issued, linger, now, operator, race, token};

async fn worth(storage: &Arc<dyn Storage>, n: u32) -> Worth {
    storage.view().await.unwrap().token(&digest(n)).await.unwrap().unwrap().worth(now())
}

pub(crate) async fn of_racing_consumers_one_wins(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let fresh = token(1, Purpose::PasswordReset, Some(id(1)));
    issued(&storage, std::slice::from_ref(&fresh)).await;
    let outcomes = race(&storage, RACERS, |_, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = unit.consume_token(&digest(1), Purpose::PasswordReset, now()).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine
    })
    .await;
    let winners: Vec<OneTimeToken> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(OneTimeToken { consumed_at: None, ..winners[0].clone() }, fresh);
    let spent = storage.view().await.unwrap().token(&digest(1)).await.unwrap();
    assert_eq!(spent, Some(OneTimeToken { consumed_at: Some(now()), ..fresh }));

    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.consume_token(&digest(1), Purpose::PasswordReset, now()).await.unwrap(), None, "spent");
}

pub(crate) async fn a_token_serves_its_own_purpose_only(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    issued(&storage, &[token(1, Purpose::Invitation, Some(id(1)))]).await;
    let mut unit = storage.begin().await.unwrap();
    for foreign in [Purpose::PasswordReset, Purpose::SetUp] {
        assert_eq!(unit.consume_token(&digest(1), foreign, now()).await.unwrap(), None, "{foreign:?}");
    }
    assert_eq!(unit.consume_token(&digest(2), Purpose::Invitation, now()).await.unwrap(), None, "unknown");
    assert!(unit.consume_token(&digest(1), Purpose::Invitation, now()).await.unwrap().is_some(), "still good");
}

pub(crate) async fn a_token_expires_exactly_when_it_says(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let fresh = token(1, Purpose::Invitation, Some(id(1)));
    issued(&storage, std::slice::from_ref(&fresh)).await;
    let mut unit = storage.begin().await.unwrap();
    for late in [fresh.expires_at + Duration::MICROSECOND, fresh.expires_at] {
        assert_eq!(unit.consume_token(&digest(1), Purpose::Invitation, late).await.unwrap(), None);
    }
    let last = fresh.expires_at - Duration::MICROSECOND;
    assert!(unit.consume_token(&digest(1), Purpose::Invitation, last).await.unwrap().is_some());
}

pub(crate) async fn issuing_voids_the_older_of_the_same_purpose_and_person(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    issued(
        &storage,
        &[
            token(1, Purpose::PasswordReset, Some(id(1))),
            token(2, Purpose::PasswordReset, Some(id(2))),
            token(3, Purpose::Invitation, Some(id(1))),
            token(4, Purpose::PasswordReset, Some(id(1))),
        ],
    )
    .await;
    assert_eq!(worth(&storage, 1).await, Worth::Spent);
    for other in [2, 3, 4] {
        assert_eq!(worth(&storage, other).await, Worth::Good, "{other}");
    }
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.consume_token(&digest(1), Purpose::PasswordReset, now()).await.unwrap(), None);
    assert!(unit.consume_token(&digest(4), Purpose::PasswordReset, now()).await.unwrap().is_some());
}

pub(crate) async fn issuing_for_nobody_voids_the_older_for_nobody(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    issued(
        &storage,
        &[
            token(1, Purpose::SetUp, None),
            token(2, Purpose::SetUp, Some(id(1))),
            token(3, Purpose::Invitation, None),
            token(4, Purpose::SetUp, None),
        ],
    )
    .await;
    assert_eq!(worth(&storage, 1).await, Worth::Spent);
    for other in [2, 3, 4] {
        assert_eq!(worth(&storage, other).await, Worth::Good, "{other}");
    }
}

pub(crate) async fn voiding_takes_one_purpose_or_all(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    let spent = OneTimeToken { consumed_at: Some(now()), ..token(1, Purpose::SetUp, Some(id(1))) };
    issued(
        &storage,
        &[
            spent.clone(),
            token(2, Purpose::PasswordReset, Some(id(1))),
            token(3, Purpose::Invitation, Some(id(1))),
            token(4, Purpose::Invitation, Some(id(2))),
            token(5, Purpose::SetUp, None),
        ],
    )
    .await;
    let later = now() + Duration::SECOND;
    let mut unit = storage.begin().await.unwrap();
    unit.void_tokens(id(1), Some(Purpose::PasswordReset), later).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(worth(&storage, 2).await, Worth::Spent);
    assert_eq!(worth(&storage, 3).await, Worth::Good);

    let mut unit = storage.begin().await.unwrap();
    unit.void_tokens(id(1), None, later).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(worth(&storage, 3).await, Worth::Spent);
    for other in [4, 5] {
        assert_eq!(worth(&storage, other).await, Worth::Good, "{other}");
    }
    let still = storage.view().await.unwrap().token(&digest(1)).await.unwrap();
    assert_eq!(still, Some(spent), "what was spent keeps the time when it was");
}

pub(crate) async fn of_racing_issues_one_is_good(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    for (from, purpose, account) in [(0, Purpose::PasswordReset, Some(id(1))), (100, Purpose::SetUp, None)] {
        race(&storage, RACERS, move |n, storage| async move {
            let mut unit = storage.begin().await.unwrap();
            unit.issue_token(&token(from + n, purpose, account)).await.unwrap();
            linger().await;
            unit.commit().await.unwrap();
        })
        .await;
        let mut good = 0;
        for n in 0..RACERS {
            good += u32::from(worth(&storage, from + n).await == Worth::Good);
        }
        assert_eq!(good, 1, "{purpose:?}");
    }
}

pub(crate) async fn voiding_misses_none_that_is_being_issued(storage: Arc<dyn Storage>) {
    for round in 1..=8 {
        given(&storage, &[operator(round)]).await;
        let issued = race(&storage, RACERS, move |n, storage| async move {
            let mut unit = storage.begin().await.unwrap();
            if n == 7 {
                unit.void_tokens(id(round), None, now()).await.unwrap();
                assert!(
                    unit.set_status(id(round), AccountStatus::Active, AccountStatus::Suspended).await.unwrap(),
                    "once"
                );
            }
            let issues = n != 7
                && unit.lock_account(id(round)).await.unwrap()
                && unit.account(id(round)).await.unwrap().unwrap().status == AccountStatus::Active;
            if issues {
                linger().await;
                unit.issue_token(&token(100 * round + n, Purpose::PasswordReset, Some(id(round)))).await.unwrap();
            }
            linger().await;
            unit.commit().await.unwrap();
            issues
        })
        .await;
        for (n, _) in (0..).zip(issued).filter(|(_, issued)| *issued) {
            assert_eq!(worth(&storage, 100 * round + n).await, Worth::Spent, "round {round}, caller {n}");
        }
    }
}
