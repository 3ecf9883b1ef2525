//! Signing in tells nobody who has an account, holds its limits before the expensive work, and costs the owner nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use portcullis_core::Access;
use portcullis_core::sign_in::{self, Opened, SignInError};
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::ports::credentials::{HashingError, Verification};
use portcullis_domain::ports::storage::StorageError;
use portcullis_domain::secret::{Password, PasswordHash};
use portcullis_domain::session::Stage;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, MICROSECOND, OTHER, TestApp, WRONG, client, hasher, here, same};
use crate::doubles::{AwayAfter, Meanwhile, MockDatabase, MockHasher};

const NOBODY: &str = "nobody@shop.example";

async fn sign_in_on(access: &Access, address: &str, password: &str) -> Result<Opened, SignInError> {
    sign_in::sign_in(access, &here(), address, Password::new(password), None).await
}

/// A hasher that must do one verification, with or without a hash.
fn one_hash(with: bool) -> MockHasher {
    let mut hasher = MockHasher::new();
    hasher
        .expect_verify()
        .withf(move |_, hash| hash.is_some() == with)
        .times(1)
        .returning(|_, _| Ok(Verification::Wrong));
    hasher
}

fn pause(outcome: &Result<Opened, SignInError>) -> Duration {
    match outcome {
        Err(SignInError::Limited { retry_after }) => *retry_after,
        other => panic!("limited, not {other:?}"),
    }
}

/// Five wrong passwords, which are one short of the limit's other side.
async fn exhaust(app: &TestApp, address: &str) {
    for _ in 0..5 {
        assert!(matches!(app.sign_in(address, WRONG).await, Err(SignInError::Refused)));
    }
}

#[tokio::test]
async fn everybody_who_may_not_sign_in_is_refused_alike_after_one_hash() {
    let app = TestApp::new().await;
    let strangers = [
        ("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active),
        ("customer@shop.example", AccountKind::Customer, AccountStatus::Active),
        ("invited@shop.example", AccountKind::Operator, AccountStatus::Invited),
        ("suspended@shop.example", AccountKind::Operator, AccountStatus::Suspended),
    ];
    for (address, kind, status) in strangers {
        app.insert(address, kind, status).await;
    }
    let reasons = ["unknown", "vendor", "customer", "invited", "suspended", "wrong-password"];
    let addresses = [NOBODY].into_iter().chain(strangers.map(|(address, ..)| address)).chain([ADA]);
    for (address, reason) in addresses.zip(reasons) {
        let node = app.node_hashing_with(one_hash(address == ADA)).await;
        let outcome = sign_in_on(&node, address, GOOD).await;
        let told = outcome.expect_err(address);
        assert!(matches!(told, SignInError::Refused), "{address}: {told:?}");
        assert_eq!(told.to_string(), "email address or password is incorrect");
        let event = app.events().await.remove(0);
        assert_eq!((event.action, event.details["reason"].as_str()), (Action::SignInRefused, reason));
    }
}

#[tokio::test]
async fn the_right_password_of_who_may_not_sign_in_is_refused() {
    let app = TestApp::new().await;
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    app.insert("customer@shop.example", AccountKind::Customer, AccountStatus::Active).await;
    app.insert("suspended@shop.example", AccountKind::Operator, AccountStatus::Suspended).await;
    for address in ["vendor@shop.example", "customer@shop.example", "suspended@shop.example"] {
        assert!(matches!(app.sign_in(address, GOOD).await, Err(SignInError::Refused)), "{address}");
        assert_eq!(app.sessions(app.account(address).await.unwrap().id).await, 0);
    }
}

#[tokio::test]
async fn a_hasher_that_says_right_to_a_decoy_lets_nobody_in() {
    let app = TestApp::new().await;
    let mut credulous = MockHasher::new();
    credulous.expect_verify().returning(|_, _| Ok(Verification::Right));
    let node = app.node_hashing_with(credulous).await;
    assert!(matches!(sign_in_on(&node, NOBODY, GOOD).await, Err(SignInError::Refused)));
}

#[tokio::test]
async fn an_address_is_known_however_it_is_written_and_a_password_only_exactly() {
    let app = TestApp::new().await;
    app.sign_in(" ADA@Shop.Example ", ADAS).await.unwrap();
    for near in [format!(" {ADAS}"), format!("{ADAS} "), ADAS.to_uppercase(), ADAS[1..].to_owned(), String::new()] {
        // Each from elsewhere: this is not about limits.
        let outcome = app.sign_in_from(&format!("198.51.100.{}", near.len()), ADA, &near).await;
        assert!(matches!(outcome, Err(SignInError::Refused)), "{near:?}");
    }
}

#[tokio::test]
async fn a_sign_in_opens_one_session_at_the_stage_that_the_account_needs() {
    let app = TestApp::new().await;
    let opened = app.sign_in(ADA, ADAS).await.unwrap();
    assert_eq!(opened.stage, Stage::SignedIn);
    assert!(app.authenticate(&opened.token).await.is_some());
    assert_eq!(app.count(Action::SignedIn).await, 1);
    app.set_parameter("password.preset", "custom").await;
    app.set_parameter("password.max_age_days", "1").await;
    assert_eq!(app.sign_in(ADA, ADAS).await.unwrap().stage, Stage::SignedIn);
    app.advance(Duration::DAY);
    assert_eq!(app.sign_in(ADA, ADAS).await.unwrap().stage, Stage::NewPasswordDue);
}

#[tokio::test]
async fn after_five_failures_the_sixth_is_limited_before_any_hash() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    // A call that it was not told of fails the test.
    let node = app.node_hashing_with(MockHasher::new()).await;
    let outcome = sign_in_on(&node, ADA, ADAS).await;
    assert_eq!(pause(&outcome), Duration::minutes(3));
    assert_eq!((app.count(Action::SignInRefused).await, app.count(Action::SignInLimited).await), (5, 1));
}

#[tokio::test]
async fn unknown_addresses_are_limited_as_known_ones_are() {
    let app = TestApp::new().await;
    exhaust(&app, NOBODY).await;
    assert_eq!(pause(&app.sign_in(NOBODY, WRONG).await), Duration::minutes(3));
}

#[tokio::test]
async fn the_budget_comes_back_with_time_exactly() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    app.advance(Duration::minutes(3) - MICROSECOND);
    assert_eq!(pause(&app.sign_in(ADA, ADAS).await), MICROSECOND);
    app.advance(MICROSECOND);
    assert!(matches!(app.sign_in(ADA, WRONG).await, Err(SignInError::Refused)));
    assert_eq!(pause(&app.sign_in(ADA, ADAS).await), Duration::minutes(3));
    app.advance(Duration::minutes(3));
    app.sign_in(ADA, ADAS).await.unwrap();
    app.advance(Duration::minutes(15));
    exhaust(&app, ADA).await;
    pause(&app.sign_in(ADA, WRONG).await);
}

#[tokio::test]
async fn being_limited_does_not_prolong_the_wait() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    for _ in 0..50 {
        pause(&app.sign_in(ADA, WRONG).await);
    }
    app.advance(Duration::minutes(3));
    app.sign_in(ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn the_right_password_costs_nothing() {
    let app = TestApp::new().await;
    for _ in 0..30 {
        app.sign_in(ADA, ADAS).await.unwrap();
    }
    exhaust(&app, ADA).await;
    pause(&app.sign_in(ADA, ADAS).await);
}

#[tokio::test]
async fn a_right_password_between_wrong_ones_does_not_give_those_back() {
    let app = TestApp::new().await;
    for _ in 0..4 {
        assert!(matches!(app.sign_in(ADA, WRONG).await, Err(SignInError::Refused)));
        app.sign_in(ADA, ADAS).await.unwrap();
    }
    assert!(matches!(app.sign_in(ADA, WRONG).await, Err(SignInError::Refused)));
    pause(&app.sign_in(ADA, ADAS).await);
}

#[tokio::test]
async fn the_owner_signs_in_from_another_address_during_an_attack() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    pause(&app.sign_in(ADA, ADAS).await);
    app.sign_in_from("198.51.100.1", ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_is_limited_by_itself() {
    let app = TestApp::new().await;
    for n in 0..20 {
        let outcome = app.sign_in(&format!("guess-{n}@shop.example"), WRONG).await;
        assert!(matches!(outcome, Err(SignInError::Refused)), "{n}");
    }
    assert_eq!(pause(&app.sign_in(ADA, ADAS).await), Duration::seconds(30));
    app.sign_in_from("198.51.100.1", ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn what_one_limit_refuses_is_not_taken_from_the_other() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    for _ in 0..50 {
        pause(&app.sign_in(ADA, WRONG).await);
    }
    // 15 of the 20 of this address are left.
    for n in 0..15 {
        let outcome = app.sign_in(&format!("guess-{n}@shop.example"), WRONG).await;
        assert!(matches!(outcome, Err(SignInError::Refused)), "{n}");
    }
    pause(&app.sign_in("one-more@shop.example", WRONG).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_parallel_guesses_five_are_hashed() {
    let app = TestApp::new().await;
    let mut counting = MockHasher::new();
    counting.expect_verify().times(5).returning(|_, _| Ok(Verification::Wrong));
    let node = app.node_hashing_with(counting).await;
    let guesses = (0..16).map(|_| {
        let node = node.clone();
        tokio::spawn(async move { sign_in_on(&node, ADA, WRONG).await })
    });
    let mut limited = 0;
    for guess in guesses.collect::<Vec<_>>() {
        limited += usize::from(matches!(guess.await.unwrap(), Err(SignInError::Limited { .. })));
    }
    assert_eq!(limited, 11);
}

#[tokio::test]
async fn a_password_that_no_policy_allows_is_refused_without_hashing() {
    let app = TestApp::new().await;
    let node = app.node_hashing_with(MockHasher::new()).await;
    for address in [ADA, NOBODY] {
        let outcome = sign_in_on(&node, address, &"é".repeat(1025)).await;
        assert!(matches!(outcome, Err(SignInError::Refused)), "{address}");
    }
    let node = app.node_hashing_with(one_hash(true)).await;
    assert!(matches!(sign_in_on(&node, ADA, &"é".repeat(1024)).await, Err(SignInError::Refused)));
}

#[tokio::test]
async fn a_hash_is_renewed_when_the_parameters_changed() {
    let app = TestApp::new().await;
    let before = app.account(ADA).await.unwrap();
    let node = app.node(|ports| ports.hasher = hasher(2)).await;
    sign_in_on(&node, ADA, ADAS).await.unwrap();
    let after = app.account(ADA).await.unwrap();
    assert!(
        before.password.unwrap().expose().contains("t=1") && after.password.as_ref().unwrap().expose().contains("t=2")
    );
    assert_eq!(after.password_set_at, before.password_set_at);
    sign_in_on(&node, ADA, ADAS).await.unwrap();
    assert_eq!(app.account(ADA).await.unwrap().password, after.password);
    assert_eq!(app.count(Action::PasswordRehashed).await, 1);
    assert!(matches!(sign_in_on(&node, ADA, WRONG).await, Err(SignInError::Refused)));
}

#[tokio::test]
async fn a_password_that_changes_while_it_is_hashed_opens_nothing() {
    let app = TestApp::new().await;
    let id = app.account(ADA).await.unwrap().id;
    let now = app.access.now();
    let new = app.access.ports().hasher.hash(Password::new(OTHER)).await.unwrap();
    for iterations in [1, 2] {
        let new = new.clone();
        let deed: crate::doubles::Deed = Box::new(move |storage| {
            let new = new.clone();
            Box::pin(async move {
                let mut unit = portcullis_domain::ports::storage::Storage::begin(&storage).await.unwrap();
                let old = unit.account(id).await.unwrap().unwrap().password;
                assert!(unit.set_password(id, old.as_ref(), &new, now).await.unwrap());
                unit.commit().await.unwrap();
            })
        });
        let slow = Meanwhile { hasher: hasher(iterations), storage: app.storage.clone(), deed };
        let node = app.node_hashing_with(slow).await;
        assert!(matches!(sign_in_on(&node, ADA, ADAS).await, Err(SignInError::Refused)));
        assert_eq!(app.sessions(id).await, 0);
    }
    app.sign_in(ADA, OTHER).await.unwrap();
}

#[tokio::test]
async fn whoever_is_suspended_while_the_password_is_hashed_stays_out() {
    let app = TestApp::new().await;
    let id = app.account(ADA).await.unwrap().id;
    let deed: crate::doubles::Deed = Box::new(move |storage| {
        Box::pin(async move {
            let mut unit = portcullis_domain::ports::storage::Storage::begin(&storage).await.unwrap();
            unit.set_status(id, AccountStatus::Active, AccountStatus::Suspended).await.unwrap();
            unit.commit().await.unwrap();
        })
    });
    let slow = Meanwhile { hasher: hasher(1), storage: app.storage.clone(), deed };
    let node = app.node_hashing_with(slow).await;
    assert!(matches!(sign_in_on(&node, ADA, ADAS).await, Err(SignInError::Refused)));
    assert_eq!(app.sessions(id).await, 0);
}

#[tokio::test]
async fn the_session_that_came_along_is_replaced() {
    let app = TestApp::new().await;
    let (old, other) = (app.sign_in(ADA, ADAS).await.unwrap().token, app.sign_in(ADA, ADAS).await.unwrap().token);
    let from = here();
    let sign_in = |password| sign_in::sign_in(&app.access, &from, ADA, Password::new(password), Some(old.digest()));
    assert!(matches!(sign_in(WRONG).await, Err(SignInError::Refused)));
    assert!(app.authenticate(&old).await.is_some(), "a refused sign-in ends nothing");
    let new = sign_in(ADAS).await.unwrap().token;
    assert!(!same(&old, &new));
    assert!(app.authenticate(&old).await.is_none());
    assert!(app.authenticate(&new).await.is_some() && app.authenticate(&other).await.is_some());
}

#[tokio::test]
async fn a_cookie_that_was_planted_is_not_the_new_session() {
    let app = TestApp::new().await;
    let planted = portcullis_domain::secret::Token::from_bytes([9; 32]);
    let opened =
        sign_in::sign_in(&app.access, &here(), ADA, Password::new(ADAS), Some(planted.digest())).await.unwrap();
    assert!(!same(&opened.token, &planted) && app.authenticate(&planted).await.is_none());
}

#[tokio::test]
async fn an_overloaded_hasher_lets_nobody_in_and_costs_the_owner_nothing() {
    let app = TestApp::new().await;
    let mut full = MockHasher::new();
    full.expect_verify().times(30).returning(|_, _| Err(HashingError::Overloaded));
    let node = app.node_hashing_with(full).await;
    for _ in 0..30 {
        let outcome = sign_in_on(&node, ADA, ADAS).await;
        assert!(matches!(outcome, Err(SignInError::Hashing(HashingError::Overloaded))));
    }
    app.sign_in(ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn nobody_gets_in_while_storage_is_away_and_nothing_is_hashed() {
    let app = TestApp::new().await;
    let mut database = MockDatabase::new();
    let (away, rows) = (|| StorageError::Unavailable("gone".to_owned()), app.storage.clone());
    database.expect_begin().returning(move || Err(away()));
    database.expect_view().returning(move || Err(away()));
    // Started while storage was there.
    let start = AwayAfter { storage: rows, left: AtomicUsize::new(1) };
    let node = app
        .node(|ports| {
            ports.storage = Arc::new(start);
            ports.hasher = Arc::new(MockHasher::new());
        })
        .await;
    let outcome = sign_in_on(&node, ADA, ADAS).await;
    assert!(matches!(outcome, Err(SignInError::Storage(StorageError::Unavailable(_)))));
    let ports = portcullis_core::Ports { storage: Arc::new(database), ..app.access.ports().clone() };
    assert!(Access::start(ports, app.access.settings().clone()).await.is_err());
}

#[tokio::test]
async fn storage_that_goes_away_while_hashing_leaves_no_session_and_the_try_counted() {
    let app = TestApp::new().await;
    let id = app.account(ADA).await.unwrap().id;
    for _ in 0..5 {
        // One unit of work to start, one for the look-up.
        let storage = AwayAfter { storage: app.storage.clone(), left: AtomicUsize::new(2) };
        let node = app.node(|ports| ports.storage = Arc::new(storage)).await;
        assert!(matches!(sign_in_on(&node, ADA, ADAS).await, Err(SignInError::Storage(_))));
    }
    assert_eq!(app.sessions(id).await, 0);
    pause(&app.sign_in(ADA, ADAS).await);
}

#[tokio::test]
async fn a_stored_hash_that_cannot_be_read_opens_nothing() {
    let app = TestApp::new().await;
    let account = app.account(ADA).await.unwrap();
    let mut unit = app.access.ports().storage.begin().await.unwrap();
    let broken = PasswordHash::new("$argon2id$broken");
    assert!(unit.renew_hash(account.id, account.password.as_ref().unwrap(), &broken).await.unwrap());
    unit.commit().await.unwrap();
    for guess in ["", "$argon2id$broken", ADAS] {
        assert!(matches!(app.sign_in(ADA, guess).await, Err(SignInError::Refused)), "{guess:?}");
    }
}

#[tokio::test]
async fn clients_that_differ_have_budgets_of_their_own() {
    let app = TestApp::new().await;
    exhaust(&app, ADA).await;
    assert_ne!(here(), client("198.51.100.1"));
    for _ in 0..5 {
        let outcome = app.sign_in_from("198.51.100.1", ADA, WRONG).await;
        assert!(matches!(outcome, Err(SignInError::Refused)));
    }
    pause(&app.sign_in_from("198.51.100.1", ADA, ADAS).await);
}
