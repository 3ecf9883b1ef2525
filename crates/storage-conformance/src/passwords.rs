//! Passwords: compare and set.

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountStatus};
use portcullis_domain::ports::storage::Storage;
use time::Duration;

use crate::fixtures::{RACERS, account, given, hash, id, invited, linger, now, operator, race};

pub(crate) async fn a_first_password_makes_an_invited_account_active(storage: Arc<dyn Storage>) {
    given(&storage, &[invited(1), Account { password_change_due: true, ..operator(2) }]).await;
    let later = now() + Duration::MINUTE;
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.set_password(id(1), Some(&hash(0)), &hash(1), later).await.unwrap(), "it has none yet");
    assert!(unit.set_password(id(1), None, &hash(1), later).await.unwrap());
    assert!(!unit.set_password(id(1), None, &hash(2), later).await.unwrap(), "it has one by now");
    assert!(!unit.set_password(id(2), None, &hash(2), later).await.unwrap());
    assert!(unit.set_password(id(2), Some(&hash(0)), &hash(2), later).await.unwrap());
    assert!(!unit.set_password(id(9), None, &hash(2), later).await.unwrap(), "nobody");
    unit.commit().await.unwrap();
    for n in [1, 2] {
        let expected = Account { password: Some(hash(n)), password_set_at: Some(later), ..operator(n) };
        assert_eq!(account(&storage, n).await, expected);
    }
}

pub(crate) async fn of_racing_changes_of_a_password_one_wins(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let outcomes = race(&storage, RACERS, |n, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = unit.set_password(id(1), Some(&hash(0)), &hash(100 + n), now()).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine.then(|| hash(100 + n))
    })
    .await;
    let winners: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(account(&storage, 1).await.password.as_ref(), winners.first());
}

pub(crate) async fn a_suspended_account_gets_no_password(storage: Arc<dyn Storage>) {
    let suspended = Account { status: AccountStatus::Suspended, ..operator(1) };
    let never_came = Account { status: AccountStatus::Suspended, ..invited(2) };
    given(&storage, &[suspended.clone(), never_came.clone()]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.set_password(id(1), Some(&hash(0)), &hash(1), now()).await.unwrap());
    assert!(!unit.renew_hash(id(1), &hash(0), &hash(1)).await.unwrap());
    assert!(!unit.set_password(id(2), None, &hash(1), now()).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(account(&storage, 1).await, suspended);
    assert_eq!(account(&storage, 2).await, never_came);
}

pub(crate) async fn a_renewed_hash_changes_nothing_else(storage: Arc<dyn Storage>) {
    let before = Account { password_change_due: true, ..operator(1) };
    given(&storage, std::slice::from_ref(&before)).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.renew_hash(id(1), &hash(7), &hash(1)).await.unwrap());
    assert!(unit.renew_hash(id(1), &hash(0), &hash(1)).await.unwrap());
    assert!(!unit.renew_hash(id(1), &hash(0), &hash(2)).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(account(&storage, 1).await, Account { password: Some(hash(1)), ..before });
}
