//! A password is changed by whoever knows the present one, and that is no other door for guessing it.

use portcullis_core::password::ChooseError;
use portcullis_core::password_change::{self, ChangeError};
use portcullis_core::session::Authenticated;
use portcullis_core::sign_in::SignInError;
use portcullis_core::step_up::{self, StepUpError};
use portcullis_domain::account::AccountStatus;
use portcullis_domain::audit::Action;
use portcullis_domain::mail_message::Content;
use portcullis_domain::password_policy::Unmet;
use portcullis_domain::ports::credentials::HashingError;
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::Stage;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, WRONG, client, here, same};
use crate::doubles::MockHasher;

async fn change(app: &TestApp, who: &Authenticated, current: &str, new: &str) -> Result<Token, ChangeError> {
    password_change::change(&app.access, &here(), who, Password::new(current), Password::new(new)).await
}

async fn replace_due(app: &TestApp, who: &Authenticated, new: &str) -> Result<Token, ChangeError> {
    password_change::replace_due(&app.access, &here(), who, Password::new(new)).await.map(|opened| opened.token)
}

/// Ada, whose password has become too old.
async fn due(app: &TestApp) -> (Token, Authenticated) {
    app.set_parameter("password.preset", "custom").await;
    app.set_parameter("password.max_age_days", "1").await;
    app.advance(Duration::DAY);
    app.signed_in(ADA, ADAS).await
}

#[tokio::test]
async fn a_change_ends_every_other_session_and_goes_on_under_a_new_cookie() {
    let app = TestApp::new().await;
    let (old, who) = app.signed_in(ADA, ADAS).await;
    let (other, _) = app.signed_in(ADA, ADAS).await;
    let new = change(&app, &who, ADAS, OTHER).await.unwrap();
    assert!(!same(&old, &new));
    assert!(app.authenticate(&old).await.is_none() && app.authenticate(&other).await.is_none());
    assert_eq!(app.authenticate(&new).await.unwrap().session.stage, Stage::SignedIn);
    assert!(app.sign_in(ADA, ADAS).await.is_err());
    app.sign_in(ADA, OTHER).await.unwrap();
    let mails = app.delivered_apart_from_sign_ins().await;
    assert!(matches!(&mails[0].content, Content::PasswordChanged { address } if address == "203.0.113.7"));
}

#[tokio::test]
async fn a_change_voids_the_reset_link_that_is_under_way() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    change(&app, &who, ADAS, OTHER).await.unwrap();
    assert!(matches!(app.reset(&link, GOOD).await, Err(ChooseError::DeadLink)));
}

#[tokio::test]
async fn wrong_present_passwords_are_bounded_for_the_session_and_for_nobody_else() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let (_, elsewhere) = app.signed_in(ADA, ADAS).await;
    for _ in 0..3 {
        assert!(matches!(change(&app, &who, WRONG, OTHER).await, Err(ChangeError::WrongCurrent)));
    }
    for _ in 0..2 {
        let wrong = step_up::with_password(&app.access, &here(), &who, Password::new(WRONG)).await;
        assert!(matches!(wrong, Err(StepUpError::WrongPassword)), "step-up shares the budget");
    }
    let Err(ChangeError::Limited { retry_after }) = change(&app, &who, ADAS, OTHER).await else { panic!("limited") };
    assert_eq!(retry_after, Duration::minutes(3));
    let moved = step_up::with_password(&app.access, &client("198.51.100.9"), &who, Password::new(ADAS)).await;
    assert!(matches!(moved, Err(StepUpError::Limited { .. })), "another address gives no more tries");
    assert_eq!((app.count(Action::SignInRefused).await, app.count(Action::SignInLimited).await), (3, 1));
    app.signed_in(ADA, ADAS).await;
    change(&app, &elsewhere, ADAS, OTHER).await.unwrap();
}

#[tokio::test]
async fn failed_sign_ins_behind_the_same_address_keep_nobody_from_a_proof_or_a_change() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    for n in 0..30 {
        app.sign_in(&format!("n{n}@shop.example"), WRONG).await.unwrap_err();
    }
    assert!(matches!(app.sign_in(ADA, ADAS).await, Err(SignInError::Limited { .. })));
    let cookie = step_up::with_password(&app.access, &here(), &who, Password::new(ADAS)).await.unwrap();
    change(&app, &app.authenticate(&cookie).await.unwrap(), ADAS, OTHER).await.unwrap();
}

#[tokio::test]
async fn a_right_present_password_costs_nothing_whatever_becomes_of_the_new_one() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    for _ in 0..10 {
        assert!(matches!(change(&app, &who, ADAS, ADAS).await, Err(ChangeError::Unchanged)));
        assert!(matches!(change(&app, &who, ADAS, "short").await, Err(ChangeError::Choose(ChooseError::Refused(_)))));
    }
    change(&app, &who, ADAS, OTHER).await.unwrap();
}

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    let app = TestApp::new().await;
    let (cookie, who) = app.signed_in(ADA, ADAS).await;
    let refused = [(WRONG, OTHER), (ADAS, ADAS), (ADAS, "short"), (ADAS, "aaaaaaaaaaaaaaaaaaaa")];
    for (current, new) in refused {
        assert!(change(&app, &who, current, new).await.is_err());
    }
    assert!(app.authenticate(&cookie).await.is_some());
    app.sign_in(ADA, ADAS).await.unwrap();
    assert!(app.delivered_apart_from_sign_ins().await.is_empty());
    assert_eq!(app.count(Action::PasswordChanged).await, 0);
}

#[tokio::test]
async fn an_overloaded_hasher_costs_nothing() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let mut full = MockHasher::new();
    full.expect_verify().returning(|_, _| Err(HashingError::Overloaded));
    let node = app.node_hashing_with(full).await;
    for _ in 0..10 {
        let outcome = password_change::change(&node, &here(), &who, Password::new(ADAS), Password::new(OTHER)).await;
        assert!(matches!(outcome, Err(ChangeError::Choose(ChooseError::Hashing(HashingError::Overloaded)))));
    }
    change(&app, &who, ADAS, OTHER).await.unwrap();
}

#[tokio::test]
async fn a_present_password_that_no_policy_allows_is_refused_without_hashing() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let node = app.node_hashing_with(MockHasher::new()).await;
    let long = Password::new(&"é".repeat(1025));
    let outcome = password_change::change(&node, &here(), &who, long, Password::new(OTHER)).await;
    assert!(matches!(outcome, Err(ChangeError::WrongCurrent)));
}

#[tokio::test]
async fn of_two_changes_with_the_same_present_password_one_is_made() {
    let app = TestApp::new().await;
    let (_, first) = app.signed_in(ADA, ADAS).await;
    let (_, second) = app.signed_in(ADA, ADAS).await;
    change(&app, &first, ADAS, OTHER).await.unwrap();
    let late = change(&app, &second, ADAS, GOOD).await;
    assert!(matches!(late, Err(ChangeError::WrongCurrent | ChangeError::Over)));
    app.sign_in(ADA, OTHER).await.unwrap();
}

#[tokio::test]
async fn whoever_was_suspended_meanwhile_changes_nothing() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    app.set_status(who.operator.id(), AccountStatus::Active, AccountStatus::Suspended).await;
    assert!(change(&app, &who, ADAS, OTHER).await.is_err());
    assert_eq!(app.account(ADA).await.unwrap().status, AccountStatus::Suspended);
}

#[tokio::test]
async fn a_password_that_is_due_is_replaced_by_another_one() {
    let app = TestApp::new().await;
    let (old, who) = due(&app).await;
    assert_eq!(who.session.stage, Stage::NewPasswordDue);
    assert!(matches!(replace_due(&app, &who, ADAS).await, Err(ChangeError::Unchanged)));
    let new = replace_due(&app, &who, OTHER).await.unwrap();
    assert!(app.authenticate(&old).await.is_none());
    assert_eq!(app.authenticate(&new).await.unwrap().session.stage, Stage::SignedIn);
    assert_eq!(app.sign_in(ADA, OTHER).await.unwrap().stage, Stage::SignedIn);
}

#[tokio::test]
async fn a_due_password_over_the_maximum_is_refused_without_hashing() {
    let app = TestApp::new().await;
    let (_, who) = due(&app).await;
    let node = app.node_hashing_with(MockHasher::new()).await;
    let outcome = password_change::replace_due(&node, &here(), &who, Password::new(&"é".repeat(129))).await;
    let Err(ChangeError::Choose(ChooseError::Refused(unmet))) = outcome else { panic!("{outcome:?}") };
    assert_eq!(unmet, [Unmet::MaxLength(128)]);
}

#[tokio::test]
async fn each_stage_changes_passwords_by_its_own_door_only() {
    let app = TestApp::new().await;
    let (_, signed_in) = app.signed_in(ADA, ADAS).await;
    assert!(matches!(replace_due(&app, &signed_in, OTHER).await, Err(ChangeError::WrongCurrent)));
    for stage in [Stage::SecondStepDue, Stage::NewPasswordDue, Stage::EnrolmentDue] {
        let mut half = signed_in.clone();
        half.session.stage = stage;
        assert!(matches!(change(&app, &half, ADAS, OTHER).await, Err(ChangeError::WrongCurrent)), "{stage:?}");
    }
    app.sign_in(ADA, ADAS).await.unwrap();
}
