//! Known devices: the twenty that were used last, per account.

use std::sync::Arc;

use portcullis_domain::ports::storage::Storage;
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, linger, now, operator, race};

async fn remembered(storage: &Arc<dyn Storage>, account: u32, device: u32, seconds: u32) {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let at = now() + Duration::seconds(i64::from(seconds));
    unit.remember_device(id(account), &digest(device), at).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
}

/// Which of the devices below 100 the account knows.
async fn known(storage: &Arc<dyn Storage>, account: u32) -> Vec<u32> {
    let mut view = storage.view().await.unwrap();
    let mut known = Vec::new();
    for device in 0..100 {
        if view.is_known_device(id(account), &digest(device)).await.unwrap() {
            known.push(device);
        }
    }
    assert_eq!(view.has_known_devices(id(account)).await.unwrap(), !known.is_empty());
    let mut listed = view.known_devices(id(account)).await.unwrap();
    let mut expected: Vec<_> = known.iter().copied().map(digest).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    known
}

pub(crate) async fn a_device_is_known_to_the_account_it_signed_in_to(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2), operator(3)]).await;
    remembered(&storage, 1, 7, 0).await;
    remembered(&storage, 2, 7, 0).await;
    remembered(&storage, 2, 8, 0).await;
    assert_eq!(known(&storage, 1).await, [7]);
    assert_eq!(known(&storage, 2).await, [7, 8], "a device may be known to several");
    assert!(known(&storage, 3).await.is_empty());
    assert!(known(&storage, 9).await.is_empty());
}

pub(crate) async fn twenty_devices_are_kept_per_account(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    remembered(&storage, 2, 0, 0).await;
    for device in 0..20 {
        remembered(&storage, 1, device, device).await;
    }
    assert_eq!(known(&storage, 1).await, (0..20).collect::<Vec<_>>());
    // The two oldest are used again, so that the two after them are the oldest.
    remembered(&storage, 1, 0, 50).await;
    remembered(&storage, 1, 1, 51).await;
    assert_eq!(known(&storage, 1).await.len(), 20, "using one again makes no other one go");
    remembered(&storage, 1, 20, 60).await;
    remembered(&storage, 1, 21, 61).await;
    remembered(&storage, 1, 22, 62).await;
    let expected: Vec<u32> = (0..23).filter(|device| !(2..5).contains(device)).collect();
    assert_eq!(known(&storage, 1).await, expected);
    assert_eq!(known(&storage, 2).await, [0], "each account has its own twenty");
}

pub(crate) async fn forgetting_forgets_all_of_one_account(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    for (account, device) in [(1, 7), (1, 8), (2, 7)] {
        remembered(&storage, account, device, 0).await;
    }
    let mut unit = storage.begin().await.unwrap();
    unit.forget_devices(id(1)).await.unwrap();
    unit.forget_devices(id(9)).await.unwrap();
    unit.commit().await.unwrap();
    assert!(known(&storage, 1).await.is_empty());
    assert_eq!(known(&storage, 2).await, [7]);
    remembered(&storage, 1, 7, 0).await;
    assert_eq!(known(&storage, 1).await, [7]);
}

pub(crate) async fn racing_sign_ins_of_a_device_note_it_once(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    race(&storage, RACERS, |n, storage| async move { remembered(&storage, 1, 7, n).await }).await;
    assert_eq!(known(&storage, 1).await, [7]);
    for device in 20..39 {
        remembered(&storage, 1, device, device).await;
    }
    assert_eq!(known(&storage, 1).await.len(), 20, "it takes one of the twenty places");
    race(&storage, RACERS, |n, storage| async move { remembered(&storage, 1, 40 + n, 40 + n).await }).await;
    remembered(&storage, 1, 60, 60).await;
    let expected: Vec<u32> = (36..39).chain(40..56).chain([60]).collect();
    assert_eq!(known(&storage, 1).await, expected);
}
