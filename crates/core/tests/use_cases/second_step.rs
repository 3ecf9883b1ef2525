//! The second step: which codes count, however they are typed; bursts of wrong ones; and the cookies that it leaves behind.

use std::sync::Arc;

use portcullis_core::Access;
use portcullis_core::second_step::{self, SecondStepError};
use portcullis_core::session::Authenticated;
use portcullis_core::step_up;
use portcullis_domain::audit::Action;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::Password;
use portcullis_domain::session::Stage;
use portcullis_domain::two_factor::{STEP, step_at};
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, TestApp, here, same};
use crate::doubles::CountingCodes;
use crate::two_factor::{code, enrol, half, with_code};

const BEA: &str = "bea@shop.example";

/// A node on which the codes that are compared are counted.
async fn counting(app: &TestApp) -> (Access, Arc<CountingCodes>) {
    let codes = Arc::new(CountingCodes::default());
    let node = app.node(|ports| ports.totp = Arc::clone(&codes) as _).await;
    (node, codes)
}

/// Shows a wrong code for each of these at once.
async fn burst(node: &Access, guessers: Vec<Authenticated>) -> Vec<SecondStepError> {
    let mut racing = tokio::task::JoinSet::new();
    for who in guessers {
        let node = node.clone();
        racing.spawn(async move { second_step::with_code(&node, &here(), &who, "000000").await.unwrap_err() });
    }
    racing.join_all().await
}

fn refused(outcomes: &[SecondStepError]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, SecondStepError::Refused)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_parallel_wrong_codes_of_one_challenge_five_are_tried() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let (node, codes) = counting(&app).await;
    let who = half(&app, ADA, ADAS).await;
    let outcomes = burst(&node, vec![who.clone(); 30]).await;
    assert_eq!(codes.tried(), 5);
    assert_eq!(refused(&outcomes), 4);
    let over = outcomes.iter().filter(|outcome| matches!(outcome, SecondStepError::Over)).count();
    assert_eq!(over, 26, "the fifth ended the challenge");
    assert_eq!((app.count(Action::SecondStepRefused).await, app.count(Action::SecondStepLimited).await), (4, 1));
    assert!(matches!(with_code(&app, &who, &ada.now(&app)).await, Err(SecondStepError::Over)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_parallel_wrong_codes_in_as_many_challenges_of_one_operator_ten_are_tried() {
    let app = TestApp::new().await;
    app.active(BEA).await;
    let ada = enrol(&app, ADA, ADAS).await;
    let bea = enrol(&app, BEA, GOOD).await;
    let (node, codes) = counting(&app).await;
    let mut guessers = Vec::new();
    for _ in 0..30 {
        guessers.push(half(&app, ADA, ADAS).await);
    }
    let outcomes = burst(&node, guessers).await;
    assert_eq!((codes.tried(), refused(&outcomes)), (10, 10));
    let limited = outcomes.iter().filter(|outcome| matches!(outcome, SecondStepError::Limited { .. })).count();
    assert_eq!(limited, 20);
    assert_eq!((app.count(Action::SecondStepRefused).await, app.count(Action::SecondStepLimited).await), (10, 20));
    let late = with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await;
    assert!(matches!(late, Err(SecondStepError::Limited { .. })));
    with_code(&app, &half(&app, BEA, GOOD).await, &bea.now(&app)).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_cost_no_password_and_wrong_passwords_no_code() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let standing = half(&app, ADA, ADAS).await;
    while app.sign_in(ADA, "guess").await.is_err_and(|e| e.to_string() != "too many attempts") {}
    let cookie = with_code(&app, &standing, &ada.now(&app)).await.unwrap();
    assert_eq!(app.authenticate(&cookie).await.unwrap().session.stage, Stage::SignedIn);
    app.advance(Duration::HOUR);
    for _ in 0..3 {
        let who = half(&app, ADA, ADAS).await;
        while matches!(with_code(&app, &who, "000000").await, Err(SecondStepError::Refused)) {}
    }
    half(&app, ADA, ADAS).await;
}

#[tokio::test]
async fn a_code_that_is_old_early_mistyped_or_anothers_is_refused() {
    let app = TestApp::new().await;
    app.active(BEA).await;
    app.set_parameter("second_factor.per_account", "100/60").await;
    let ada = enrol(&app, ADA, ADAS).await;
    let bea = enrol(&app, BEA, GOOD).await;
    // None of Ada's steps that are tried below was ever spent.
    app.advance(STEP * 5);
    let at = |steps: i64| code(&app.access, &ada.secret, step_at(app.access.now()) + steps);
    let right = at(0);
    let wrong = [
        ("two steps back", at(-2)),
        ("the next step", at(1)),
        ("of another account", bea.now(&app)),
        ("empty", String::new()),
        ("blank", "      ".to_owned()),
        ("seven digits", format!("{right}0")),
        ("seven digits, one before", format!("0{right}")),
        ("five digits", right[..5].to_owned()),
        ("a sign before", format!("+{right}")),
    ];
    for (what, code) in wrong {
        let who = half(&app, ADA, ADAS).await;
        assert!(matches!(with_code(&app, &who, &code).await, Err(SecondStepError::Refused)), "{what}");
    }
    with_code(&app, &half(&app, ADA, ADAS).await, &right).await.unwrap();
}

#[tokio::test]
async fn a_code_counts_in_whatever_digits_and_with_whatever_spaces_it_is_typed() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let in_script = |zero: char, code: &str| -> String {
        let digits = code.chars().map(|digit| u32::from(zero) + digit.to_digit(10).unwrap());
        digits.map(|digit| char::from_u32(digit).unwrap()).collect()
    };
    let typed: [&dyn Fn(&str) -> String; 6] = [
        &|code| in_script('\u{ff10}', code),
        &|code| in_script('\u{0660}', code),
        &|code| in_script('\u{06f0}', code),
        &|code| format!("{} {}", &code[..3], &code[3..]),
        &|code| format!("  {}\u{a0}{}\t", &code[..2], &code[2..]),
        &|code| format!("{}\u{3000}{}", in_script('\u{ff10}', &code[..3]), in_script('\u{ff10}', &code[3..])),
    ];
    for write in typed {
        app.advance(STEP);
        let typed = write(&ada.now(&app));
        let opened = with_code(&app, &half(&app, ADA, ADAS).await, &typed).await;
        assert!(opened.is_ok(), "{typed:?}");
        let again = with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await;
        assert!(matches!(again, Err(SecondStepError::Refused)), "it is the same code in plain digits");
        app.advance(Duration::HOUR);
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_and_comes_forth_again_accepts_the_same_code_no_second_time() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let shown = ada.now(&app);
    with_code(&app, &half(&app, ADA, ADAS).await, &shown).await.unwrap();
    for jump in [-90, 30, 30, 30, 30] {
        app.advance(Duration::seconds(jump));
        let again = with_code(&app, &half(&app, ADA, ADAS).await, &shown).await;
        assert!(matches!(again, Err(SecondStepError::Refused)), "{jump}");
    }
    with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await.unwrap();
}

#[tokio::test]
async fn the_cookie_of_half_a_sign_in_is_dead_once_the_second_step_was_passed() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    for with_recovery_code in [false, true] {
        app.advance(STEP);
        let (cookie, who) = app.signed_in(ADA, ADAS).await;
        assert_eq!(who.session.stage, Stage::SecondStepDue);
        let shown = ada.now(&app);
        let opened = if with_recovery_code {
            second_step::with_recovery_code(&app.access, &here(), &who, &ada.codes[0]).await
        } else {
            second_step::with_code(&app.access, &here(), &who, &shown).await
        };
        let opened = opened.unwrap().token;
        assert!(!same(&cookie, &opened) && app.authenticate(&cookie).await.is_none());
        let moved_on = app.authenticate(&opened).await.unwrap();
        assert_ne!(moved_on.session.id, who.session.id);
        app.advance(STEP);
        let replayed = with_code(&app, &who, &ada.now(&app)).await;
        assert!(matches!(replayed, Err(SecondStepError::Over)), "nor does a request that was under way pass it again");
    }
}

#[tokio::test]
async fn the_cookie_of_before_a_step_up_is_dead_after_it() {
    let app = TestApp::new().await;
    let (before, who) = app.signed_in(ADA, ADAS).await;
    let after = step_up::with_password(&app.access, &here(), &who, Password::new(ADAS)).await.unwrap();
    assert!(!same(&before, &after) && app.authenticate(&before).await.is_none(), "by password");
    assert_ne!(app.authenticate(&after).await.unwrap().session.id, who.session.id);

    let ada = enrol(&app, ADA, ADAS).await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    let after = step_up::with_code(&app.access, &here(), &who, &ada.now(&app)).await.unwrap();
    assert!(!same(&ada.cookie, &after) && app.authenticate(&ada.cookie).await.is_none(), "by code");
    assert_ne!(app.authenticate(&after).await.unwrap().session.id, who.session.id);
    app.advance(STEP);
    assert!(step_up::with_code(&app.access, &here(), &who, &ada.now(&app)).await.is_err(), "it renews nothing twice");
}

#[tokio::test]
async fn a_sealed_secret_that_was_copied_to_another_account_opens_nothing() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let adas = enrol(&app, ADA, ADAS).await;
    let beas = enrol(&app, BEA, GOOD).await;
    let ada = app.account(ADA).await.unwrap().id;
    let mut unit = app.storage.begin().await.unwrap();
    let copied = unit.two_factor(ada).await.unwrap().unwrap();
    assert!(unit.remove_two_factor(bea.id).await.unwrap());
    assert!(unit.add_two_factor(bea.id, &copied, &[]).await.unwrap());
    unit.commit().await.unwrap();
    for shown in [adas.now(&app), beas.now(&app)] {
        let outcome = with_code(&app, &half(&app, BEA, GOOD).await, &shown).await;
        assert!(matches!(outcome, Err(SecondStepError::Unreadable)), "{outcome:?}");
    }
    assert_eq!(app.count(Action::TwoFactorUnreadable).await, 2);
    with_code(&app, &half(&app, ADA, ADAS).await, &adas.now(&app)).await.unwrap();
}
