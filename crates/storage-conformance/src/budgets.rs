//! Budgets: exact, whoever else spends.

use std::sync::Arc;

use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use time::Duration;

use crate::fixtures::{linger, now, race};

fn limit() -> RateLimit {
    RateLimit::new(5, Duration::HOUR)
}

fn key(subject: &str) -> BudgetKey {
    BudgetKey::new("conformance", &[subject])
}

async fn spend(storage: &Arc<dyn Storage>, subject: &str, at: Instant) -> Decision {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let decision = unit.spend_budget(&key(subject), &limit(), at).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
    decision
}

fn admitted(decision: Decision) -> bool {
    matches!(decision, Decision::Admitted { .. })
}

/// How many of `tries` are admitted, one after the other.
async fn how_many(storage: &Arc<dyn Storage>, subject: &str, at: Instant, tries: u32) -> u32 {
    let mut count = 0;
    for _ in 0..tries {
        count += u32::from(admitted(spend(storage, subject, at).await));
    }
    count
}

pub(crate) async fn a_budget_is_exact_under_fifty_parallel_spends(storage: Arc<dyn Storage>) {
    let decisions = race(&storage, 50, |_, storage| async move { spend(&storage, "a", now()).await }).await;
    assert_eq!(decisions.iter().filter(|decision| admitted(**decision)).count(), 5);
    let interval = Duration::microseconds(limit().interval_micros());
    for refused in decisions.into_iter().filter(|decision| !admitted(*decision)) {
        assert_eq!(refused, Decision::Refused { retry_after: interval });
    }
}

pub(crate) async fn a_budget_fills_up_with_time(storage: Arc<dyn Storage>) {
    let interval = Duration::microseconds(limit().interval_micros());
    assert_eq!(spend(&storage, "a", now()).await, Decision::Admitted { tat: now() + interval });
    assert_eq!(how_many(&storage, "a", now(), 9).await, 4);
    assert!(!admitted(spend(&storage, "a", now() + interval - Duration::MICROSECOND).await));
    assert_eq!(how_many(&storage, "a", now() + interval, 3).await, 1, "what is refused costs nothing");
    assert_eq!(how_many(&storage, "a", now() + Duration::DAY, 9).await, 5, "and no more than the burst is saved up");

    let mut unit = storage.begin().await.unwrap();
    assert!(admitted(unit.spend_budget(&key("b"), &limit(), now()).await.unwrap()));
    drop(unit);
    assert_eq!(how_many(&storage, "b", now(), 9).await, 5, "what is rolled back costs nothing");
}

pub(crate) async fn what_is_refunded_can_be_spent_again(storage: Arc<dyn Storage>) {
    assert_eq!(how_many(&storage, "a", now(), 9).await, 5);
    let mut unit = storage.begin().await.unwrap();
    unit.refund_budget(&key("a"), &limit()).await.unwrap();
    unit.refund_budget(&key("b"), &limit()).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(how_many(&storage, "a", now(), 9).await, 1);
    assert_eq!(how_many(&storage, "b", now(), 9).await, 5, "a refund of nothing is nothing");

    assert!(admitted(spend(&storage, "c", now()).await));
    let mut unit = storage.begin().await.unwrap();
    for _ in 0..3 {
        unit.refund_budget(&key("c"), &limit()).await.unwrap();
    }
    unit.commit().await.unwrap();
    assert_eq!(how_many(&storage, "c", now(), 9).await, 5, "no refund makes a budget larger than it is");
}

pub(crate) async fn budgets_do_not_touch_each_other(storage: Arc<dyn Storage>) {
    assert_eq!(how_many(&storage, "a", now(), 6).await, 5);
    assert_eq!(how_many(&storage, "b", now(), 6).await, 5);
    let mut unit = storage.begin().await.unwrap();
    let other = BudgetKey::new("another purpose", &["a"]);
    assert!(admitted(unit.spend_budget(&other, &limit(), now()).await.unwrap()));
}
