//! Second factors: one per account, each code once.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::ports::storage::two_factors::Coverage;
use portcullis_domain::secret::{Digest256, Sealed};
use portcullis_domain::two_factor::TwoFactor;
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, invited, linger, now, operator, race};

/// A second factor whose last spent step is 1,000.
pub(crate) fn factor(n: u8) -> TwoFactor {
    TwoFactor { secret: Sealed(vec![n, 0, 255, 0]), added_at: now(), last_step: 1_000 }
}

/// The ten recovery codes of a number.
pub(crate) fn codes(n: u32) -> Vec<Digest256> {
    (0..10).map(|code| digest(n * 100 + code)).collect()
}

/// Puts a second factor with the account's ten codes there.
pub(crate) async fn protected(storage: &Arc<dyn Storage>, accounts: &[u32]) {
    let mut unit = storage.begin().await.unwrap();
    for n in accounts {
        assert!(unit.add_two_factor(id(*n), &factor(1), &codes(*n)).await.unwrap());
    }
    unit.commit().await.unwrap();
}

async fn step_spent(storage: &Arc<dyn Storage>, step: i64) -> bool {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let mine = unit.spend_totp_step(id(1), step).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
    mine
}

async fn code_spent(storage: &Arc<dyn Storage>, account: u32, code: u32) -> bool {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    let mine = unit.spend_recovery_code(id(account), &digest(code), now()).await.unwrap();
    linger().await;
    unit.commit().await.unwrap();
    mine
}

async fn codes_left(storage: &Arc<dyn Storage>, account: u32) -> u64 {
    storage.view().await.unwrap().recovery_codes_left(id(account)).await.unwrap()
}

pub(crate) async fn a_second_factor_is_read_back_as_it_was_written(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2), operator(3)]).await;
    let early = TwoFactor { last_step: 0, secret: Sealed(vec![]), ..factor(1) };
    let late = TwoFactor { last_step: i64::MAX, added_at: now() + Duration::MICROSECOND, ..factor(2) };
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.add_two_factor(id(1), &early, &[]).await.unwrap());
    assert!(unit.add_two_factor(id(2), &late, &codes(2)).await.unwrap());
    assert_eq!(unit.two_factor(id(2)).await.unwrap(), Some(late.clone()), "it is seen before it is committed");
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.two_factor(id(1)).await.unwrap(), Some(early));
    assert_eq!(view.two_factor(id(2)).await.unwrap(), Some(late));
    assert_eq!(view.two_factor(id(3)).await.unwrap(), None);
    assert_eq!(view.two_factor(id(9)).await.unwrap(), None);
    for (n, left) in [(1, 0), (2, 10), (3, 0), (9, 0)] {
        assert_eq!(view.recovery_codes_left(id(n)).await.unwrap(), left, "{n}");
    }
}

pub(crate) async fn a_step_is_spent_once_and_only_later_ones_after_it(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    protected(&storage, &[1, 2]).await;
    assert!(!step_spent(&storage, 999).await, "earlier than the last one");
    assert!(!step_spent(&storage, 1_000).await, "the last one");

    let won = race(&storage, RACERS, |_, storage| async move { step_spent(&storage, 1_001).await }).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    assert!(!step_spent(&storage, 1_000).await, "the one before a spent one");
    assert!(step_spent(&storage, 1_003).await, "a later one, also when one is left out");
    assert!(!step_spent(&storage, 1_002).await, "the one that was left out");

    let mut view = storage.view().await.unwrap();
    assert_eq!(view.two_factor(id(1)).await.unwrap(), Some(TwoFactor { last_step: 1_003, ..factor(1) }));
    assert_eq!(view.two_factor(id(2)).await.unwrap(), Some(factor(1)), "somebody else's");
    drop(view);
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.spend_totp_step(id(9), 2_000).await.unwrap(), "nobody's");
}

pub(crate) async fn a_secret_is_sealed_anew_only_in_the_place_of_the_one_that_was_opened(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    protected(&storage, &[1, 2]).await;
    let (old, anew) = (factor(1).secret, Sealed(vec![9, 8, 7]));
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.reseal_two_factor(id(1), &anew, &anew).await.unwrap(), "that was not the one");
    assert!(unit.reseal_two_factor(id(1), &old, &anew).await.unwrap());
    assert!(!unit.reseal_two_factor(id(1), &old, &anew).await.unwrap(), "it is there no more");
    assert!(!unit.reseal_two_factor(id(9), &old, &anew).await.unwrap(), "nobody's");
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.two_factor(id(1)).await.unwrap(), Some(TwoFactor { secret: anew, ..factor(1) }));
    assert_eq!(view.two_factor(id(2)).await.unwrap(), Some(factor(1)), "somebody else's");
    for (mark, without) in [(&[][..], 0), (&[9], 1), (&[9, 8, 7], 1), (&[9, 8, 7, 6], 2), (&[1, 1], 2)] {
        assert_eq!(view.count_secrets_without(mark).await.unwrap(), without, "{mark:?}");
    }
}

pub(crate) async fn of_racing_steps_none_is_spent_twice(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    protected(&storage, &[1]).await;
    for round in 0..5 {
        let first = 2_000 + round * 10;
        let won = race(&storage, RACERS, |n, storage| async move {
            let step = first + i64::from(n % 4);
            step_spent(&storage, step).await.then_some(step)
        })
        .await;
        let mut spent: Vec<i64> = won.into_iter().flatten().collect();
        let all = spent.len();
        spent.sort_unstable();
        spent.dedup();
        assert_eq!(spent.len(), all, "{spent:?}");
        assert_eq!(spent.last(), Some(&(first + 3)), "nothing keeps the latest from being spent");
        let stored = storage.view().await.unwrap().two_factor(id(1)).await.unwrap().unwrap();
        assert_eq!(stored.last_step, first + 3);
    }
}

pub(crate) async fn of_racing_uses_of_a_recovery_code_one_wins(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    protected(&storage, &[1]).await;
    let won = race(&storage, RACERS, |_, storage| async move { code_spent(&storage, 1, 100).await }).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    assert!(!code_spent(&storage, 1, 100).await, "spent");
    assert_eq!(codes_left(&storage, 1).await, 9);
    let won = race(&storage, 9, |n, storage| async move { code_spent(&storage, 1, 101 + n).await }).await;
    assert!(won.into_iter().all(|won| won), "different ones are spent side by side");
    assert_eq!(codes_left(&storage, 1).await, 0);
}

pub(crate) async fn a_recovery_code_is_good_for_its_owner_only(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2), operator(3)]).await;
    protected(&storage, &[1, 2]).await;
    for stranger in [2, 3, 9] {
        assert!(!code_spent(&storage, stranger, 100).await, "{stranger}");
    }
    assert!(!code_spent(&storage, 1, 999).await, "no code at all");
    assert_eq!((codes_left(&storage, 1).await, codes_left(&storage, 2).await), (10, 10));
    assert!(code_spent(&storage, 1, 100).await);
    assert_eq!((codes_left(&storage, 1).await, codes_left(&storage, 2).await), (9, 10));
}

pub(crate) async fn of_racing_additions_one_wins_with_its_own_codes(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let won = race(&storage, RACERS, |n, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = unit.add_two_factor(id(1), &factor(u8::try_from(n).unwrap()), &codes(n)).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine.then_some(n)
    })
    .await;
    let winners: Vec<u32> = won.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let stored = storage.view().await.unwrap().two_factor(id(1)).await.unwrap();
    assert_eq!(stored, Some(factor(u8::try_from(winners[0]).unwrap())));
    assert_eq!(codes_left(&storage, 1).await, 10);
    let loser = (winners[0] + 1) % RACERS;
    assert!(!code_spent(&storage, 1, loser * 100).await);
    assert!(code_spent(&storage, 1, winners[0] * 100).await);

    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.add_two_factor(id(1), &factor(99), &codes(99)).await.unwrap());
    unit.set_parameter("the unit of work", "goes on").await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(codes_left(&storage, 1).await, 9);
}

pub(crate) async fn removing_takes_the_recovery_codes_along(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    protected(&storage, &[1, 2]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.remove_two_factor(id(1)).await.unwrap());
    assert!(!unit.remove_two_factor(id(1)).await.unwrap());
    assert!(!unit.remove_two_factor(id(9)).await.unwrap());
    assert_eq!(unit.two_factor(id(1)).await.unwrap(), None);
    assert_eq!(unit.recovery_codes_left(id(1)).await.unwrap(), 0);
    assert!(!unit.spend_recovery_code(id(1), &digest(100), now()).await.unwrap());
    assert!(!unit.spend_totp_step(id(1), 5_000).await.unwrap());
    assert!(!unit.replace_recovery_codes(id(1), &codes(7)).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(codes_left(&storage, 2).await, 10, "others lose nothing");

    let mut unit = storage.begin().await.unwrap();
    assert!(unit.add_two_factor(id(1), &factor(3), &codes(3)).await.unwrap(), "and another one may be added");
    assert!(!unit.spend_recovery_code(id(1), &digest(100), now()).await.unwrap(), "the old codes stay gone");
    assert_eq!(unit.recovery_codes_left(id(1)).await.unwrap(), 10);
}

pub(crate) async fn new_recovery_codes_replace_used_and_unused(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2), operator(3)]).await;
    protected(&storage, &[1, 2]).await;
    assert!(code_spent(&storage, 1, 100).await);
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.replace_recovery_codes(id(1), &[digest(100), digest(501), digest(502)]).await.unwrap());
    assert!(!unit.replace_recovery_codes(id(3), &codes(3)).await.unwrap(), "there is no second factor");
    unit.commit().await.unwrap();
    assert_eq!((codes_left(&storage, 1).await, codes_left(&storage, 2).await), (3, 10));
    assert_eq!(codes_left(&storage, 3).await, 0);
    assert!(!code_spent(&storage, 1, 101).await, "an unused one of before");
    assert!(code_spent(&storage, 1, 501).await);
    assert_eq!(storage.view().await.unwrap().two_factor(id(1)).await.unwrap(), Some(factor(1)), "the rest stays");
}

pub(crate) async fn coverage_counts_active_operators_only(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().two_factor_coverage().await.unwrap(), Coverage::default());
    given(
        &storage,
        &[
            operator(1),
            operator(2),
            operator(3),
            invited(4),
            Account { status: AccountStatus::Suspended, ..operator(5) },
            Account { kind: AccountKind::Vendor, ..operator(6) },
            Account { kind: AccountKind::Customer, ..operator(7) },
        ],
    )
    .await;
    let coverage = storage.view().await.unwrap().two_factor_coverage().await.unwrap();
    assert_eq!(coverage, Coverage { active: 3, covered: 0 });
    protected(&storage, &[1, 4, 5, 6, 7]).await;
    let coverage = storage.view().await.unwrap().two_factor_coverage().await.unwrap();
    assert_eq!(coverage, Coverage { active: 3, covered: 1 });
}

pub(crate) async fn holders_are_those_asked_for_who_have_one(storage: Arc<dyn Storage>) {
    given(&storage, &(1..=4).map(operator).collect::<Vec<_>>()).await;
    protected(&storage, &[1, 3, 4]).await;
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.two_factor_holders(&[]).await.unwrap(), BTreeSet::new());
    assert_eq!(view.two_factor_holders(&[id(1), id(2), id(3), id(9)]).await.unwrap(), [id(1), id(3)].into());
    let many: Vec<AccountId> = (2..502).map(id).collect();
    assert_eq!(view.two_factor_holders(&many).await.unwrap(), [id(3), id(4)].into(), "as many as a page lists");
}

pub(crate) async fn of_racing_replacements_of_codes_one_set_stays(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    protected(&storage, &[1]).await;
    race(&storage, RACERS, |n, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        assert!(unit.replace_recovery_codes(id(1), &codes(n + 10)).await.unwrap());
        linger().await;
        unit.commit().await.unwrap();
    })
    .await;
    assert_eq!(codes_left(&storage, 1).await, 10);
    let mut whose = 0;
    for n in 0..RACERS {
        whose += u32::from(code_spent(&storage, 1, (n + 10) * 100).await);
    }
    assert_eq!(whose, 1);
}
