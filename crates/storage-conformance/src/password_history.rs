//! Earlier passwords, and the rules of the present ones.

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountKind, AccountStatus};
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::PasswordHash;
use time::Duration;

use crate::fixtures::{account, given, hash, id, invited, now, operator};

/// Puts the passwords of these numbers behind an account, a second after each other.
async fn replaced(storage: &Arc<dyn Storage>, n: u32, passwords: impl IntoIterator<Item = u32>) {
    let mut unit = storage.begin().await.unwrap();
    for password in passwords {
        let at = now() + Duration::seconds(i64::from(password));
        unit.remember_password(id(n), &hash(password), at).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn earlier(storage: &Arc<dyn Storage>, n: u32, most: u32) -> Vec<PasswordHash> {
    storage.view().await.unwrap().earlier_passwords(id(n), most).await.unwrap()
}

async fn rules_in_use(storage: &Arc<dyn Storage>) -> Vec<(String, u64)> {
    let mut rules = storage.view().await.unwrap().password_rules_in_use().await.unwrap();
    rules.sort();
    rules
}

fn rules(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    of.iter().map(|(rules, count)| ((*rules).to_owned(), *count)).collect()
}

pub(crate) async fn earlier_passwords_come_newest_first(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2), operator(3)]).await;
    replaced(&storage, 1, [1, 2]).await;
    replaced(&storage, 2, [9]).await;
    replaced(&storage, 1, [3]).await;
    assert_eq!(earlier(&storage, 1, 24).await, [hash(3), hash(2), hash(1)]);
    assert_eq!(earlier(&storage, 1, 2).await, [hash(3), hash(2)], "as many as were asked for");
    assert!(earlier(&storage, 1, 0).await.is_empty());
    assert_eq!(earlier(&storage, 2, u32::MAX).await, [hash(9)]);
    assert!(earlier(&storage, 3, 24).await.is_empty());
    assert!(earlier(&storage, 9, 24).await.is_empty());
}

pub(crate) async fn the_newest_twenty_four_are_kept(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    replaced(&storage, 2, [1]).await;
    replaced(&storage, 1, 1..=24).await;
    assert_eq!(earlier(&storage, 1, u32::MAX).await, (1..=24).rev().map(hash).collect::<Vec<_>>());
    replaced(&storage, 1, 25..=60).await;
    assert_eq!(earlier(&storage, 1, u32::MAX).await, (37..=60).rev().map(hash).collect::<Vec<_>>());
    assert_eq!(earlier(&storage, 2, u32::MAX).await, [hash(1)], "each account has its own");
    // The same password again is one more.
    replaced(&storage, 1, [60]).await;
    assert_eq!(earlier(&storage, 1, 3).await, [hash(60), hash(60), hash(59)]);
}

/// Eight accounts, of which one to four are active operators.
async fn given_some(storage: &Arc<dyn Storage>) {
    given(
        storage,
        &[
            operator(1),
            operator(2),
            operator(3),
            operator(4),
            invited(5),
            Account { status: AccountStatus::Suspended, ..operator(6) },
            Account { kind: AccountKind::Vendor, ..operator(7) },
            Account { kind: AccountKind::Customer, ..operator(8) },
        ],
    )
    .await;
}

async fn noted(storage: &Arc<dyn Storage>, of: &[(u32, &str)]) {
    let mut unit = storage.begin().await.unwrap();
    for (n, rules) in of {
        unit.note_password_rules(id(*n), rules).await.unwrap();
    }
    unit.commit().await.unwrap();
}

pub(crate) async fn rules_in_use_are_those_of_active_and_suspended_operators(storage: Arc<dyn Storage>) {
    assert_eq!(rules_in_use(&storage).await, []);
    given_some(&storage).await;
    assert_eq!(rules_in_use(&storage).await, rules(&[("", 5)]), "they are not known");
    noted(&storage, &[(1, "weak"), (2, "weak"), (3, "strong 🐢"), (6, "weak"), (7, "weak"), (8, "odd")]).await;
    assert_eq!(rules_in_use(&storage).await, rules(&[("", 1), ("strong 🐢", 1), ("weak", 3)]));
    noted(&storage, &[(2, "strong 🐢"), (4, "strong 🐢")]).await;
    assert_eq!(rules_in_use(&storage).await, rules(&[("strong 🐢", 3), ("weak", 2)]));

    let mut unit = storage.begin().await.unwrap();
    assert!(unit.renew_hash(id(1), &hash(0), &hash(1)).await.unwrap());
    assert!(unit.set_status(id(2), AccountStatus::Active, AccountStatus::Suspended).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(rules_in_use(&storage).await, rules(&[("strong 🐢", 3), ("weak", 2)]));
}

pub(crate) async fn new_passwords_are_required_under_the_rules_named(storage: Arc<dyn Storage>) {
    given_some(&storage).await;
    noted(&storage, &[(1, "weak"), (2, "weaker"), (3, "strong"), (6, "weak"), (7, "weak"), (8, "weak")]).await;
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.require_new_passwords(&[]).await.unwrap(), 0);
    assert_eq!(unit.require_new_passwords(&["WEAK".to_owned(), "wea%".to_owned()]).await.unwrap(), 0);
    assert_eq!(unit.require_new_passwords(&["weak".to_owned(), "weaker".to_owned()]).await.unwrap(), 3);
    unit.commit().await.unwrap();
    for n in 1..=8 {
        assert_eq!(account(&storage, n).await.password_change_due, n <= 2 || n == 6, "{n}");
    }
    assert_eq!(account(&storage, 1).await, Account { password_change_due: true, ..operator(1) }, "and nothing else");

    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.require_new_passwords(&[String::new()]).await.unwrap(), 1, "those that are not known");
    unit.commit().await.unwrap();
    assert!(account(&storage, 4).await.password_change_due);
    assert!(!account(&storage, 5).await.password_change_due);
}

pub(crate) async fn the_rules_of_a_password_go_with_it(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    noted(&storage, &[(1, "weak"), (2, "weak")]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.set_password(id(1), Some(&hash(9)), &hash(1), now()).await.unwrap());
    assert!(unit.set_password(id(2), Some(&hash(0)), &hash(1), now()).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(rules_in_use(&storage).await, rules(&[("", 1), ("weak", 1)]), "of the new one they are not known");
}
