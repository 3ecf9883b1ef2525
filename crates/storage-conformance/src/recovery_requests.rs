//! Requests for a way back in: each is worked off once.

use std::sync::Arc;

use portcullis_domain::email::EmailKey;
use portcullis_domain::ports::storage::{RecoveryRequest, Storage};
use time::Duration;

use crate::fixtures::{RACERS, linger, now, race, uuid};

fn request(n: u32) -> RecoveryRequest {
    RecoveryRequest {
        id: uuid(n),
        email: EmailKey::of(&format!("No-Address-{n} 🐢")),
        address: "192.0.2.1".to_owned(),
        requested_at: now(),
        due_at: now() + Duration::seconds(i64::from(n)),
    }
}

async fn asked(storage: &Arc<dyn Storage>, requests: &[RecoveryRequest]) {
    let mut unit = storage.begin().await.unwrap();
    for request in requests {
        unit.insert_recovery_request(request).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn take(storage: &Arc<dyn Storage>, after: Duration, most: u64) -> Vec<RecoveryRequest> {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let mut taken = unit.take_recovery_requests(now() + after, most).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
    taken.sort_by_key(|request| request.id);
    taken
}

pub(crate) async fn a_request_is_taken_once_when_it_is_due(storage: Arc<dyn Storage>) {
    asked(&storage, &[request(1), request(2), request(3)]).await;
    assert_eq!(take(&storage, Duration::SECOND - Duration::MICROSECOND, 9).await, []);

    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.take_recovery_requests(now() + Duration::SECOND, 9).await.unwrap(), [request(1)]);
    drop(unit);
    // A server hears of the drop a moment later, and takes pass over what is locked.
    let mut taken = take(&storage, Duration::SECOND, 9).await;
    for _ in 0..100 {
        if taken.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            taken = take(&storage, Duration::SECOND, 9).await;
        }
    }
    assert_eq!(taken, [request(1)], "a take that is dropped is none");

    assert_eq!(take(&storage, Duration::MINUTE, 1).await.len(), 1);
    assert_eq!(take(&storage, Duration::MINUTE, 9).await.len(), 1);
    assert_eq!(take(&storage, Duration::MINUTE, 9).await, []);
}

pub(crate) async fn of_racing_takers_each_request_goes_to_one(storage: Arc<dyn Storage>) {
    let requests: Vec<RecoveryRequest> = (0..20).map(request).collect();
    asked(&storage, &requests).await;
    let mut taken =
        race(&storage, RACERS, |_, storage| async move { take(&storage, Duration::HOUR, 2).await }).await.concat();
    taken.extend(take(&storage, Duration::HOUR, 100).await);
    taken.sort_by_key(|request| request.id);
    assert_eq!(taken, requests);
}
