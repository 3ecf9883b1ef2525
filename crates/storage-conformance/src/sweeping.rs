//! What has served its time goes, and nothing else.

use std::sync::Arc;

use portcullis_domain::instant::Instant;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::ports::storage::sweeping::Outlived;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, now, operator, race, session, token};

fn before(instant: Instant) -> Outlived {
    Outlived { budgets: instant, sessions: instant, tokens: instant, mails: instant }
}

async fn swept(storage: &Arc<dyn Storage>, outlived: &Outlived, most: u64) -> u64 {
    let mut unit = storage.begin().await.unwrap();
    let swept = unit.sweep(outlived, most).await.unwrap();
    unit.commit().await.unwrap();
    swept
}

pub(crate) async fn what_is_outlived_goes_in_batches_and_the_rest_stays(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let limit = RateLimit::new(1, Duration::HOUR);
    let mut unit = storage.begin().await.unwrap();
    for n in 1..=3 {
        unit.insert_session(&session(n, id(1))).await.unwrap();
        let key = BudgetKey::new("sweeping", &[&n.to_string()]);
        unit.spend_budget(&key, &limit, now() + Duration::days(i64::from(n))).await.unwrap();
    }
    unit.issue_token(&token(7, Purpose::PasswordReset, Some(id(1)))).await.unwrap();
    unit.commit().await.unwrap();

    assert_eq!(swept(&storage, &before(now() - Duration::DAY), 100).await, 0, "nothing is outlived yet");
    let some = Outlived { budgets: now() + Duration::hours(50), ..before(now() - Duration::DAY) };
    assert_eq!(swept(&storage, &some, 100).await, 2, "the budgets of two days");
    let mut unit = storage.begin().await.unwrap();
    let third = BudgetKey::new("sweeping", &["3"]);
    let still = unit.spend_budget(&third, &limit, now() + Duration::DAY * 3).await.unwrap();
    assert!(matches!(still, Decision::Refused { .. }), "the third budget is still spent");
    drop(unit);

    let all = before(now() + Duration::days(9));
    assert_eq!(swept(&storage, &Outlived { budgets: all.budgets, ..before(now() - Duration::DAY) }, 100).await, 1);
    assert_eq!(swept(&storage, &all, 2).await, 3, "two sessions and the token: so many of each at once");
    assert_eq!(swept(&storage, &all, 2).await, 1);
    assert_eq!(swept(&storage, &all, 2).await, 0);
    let mut view = storage.view().await.unwrap();
    assert!(view.token(&digest(7)).await.unwrap().is_none());
    assert!(view.account(id(1)).await.unwrap().is_some(), "nobody goes with them");
}

pub(crate) async fn a_budget_is_exact_while_it_is_swept(storage: Arc<dyn Storage>) {
    let limit = RateLimit::new(5, Duration::HOUR);
    let key = BudgetKey::new("swept", &["one"]);
    // Long ago it was used: it is full again, and outlived.
    let mut unit = storage.begin().await.unwrap();
    unit.spend_budget(&key, &limit, now() - Duration::days(30)).await.unwrap();
    unit.commit().await.unwrap();
    let outcomes = race(&storage, RACERS, move |n, storage| async move {
        if n % 4 == 0 {
            swept(&storage, &before(now() - Duration::days(9)), 100).await;
            return false;
        }
        let mut unit = storage.begin().await.unwrap();
        let decision = unit.spend_budget(&key, &limit, now()).await.unwrap();
        unit.commit().await.unwrap();
        matches!(decision, Decision::Admitted { .. })
    })
    .await;
    assert_eq!(outcomes.into_iter().filter(|admitted| *admitted).count(), 5);
}
