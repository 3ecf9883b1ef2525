//! The second factor: enrolment, the second step, recovery codes, removal.

use portcullis_core::Access;
use portcullis_core::authority::Authority;
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::present::ActError;
use portcullis_core::second_step::{self, SecondStepError};
use portcullis_core::session::Authenticated;
use portcullis_core::step_up;
use portcullis_core::two_factor::{self, AddError};
use portcullis_domain::account::AccountStatus;
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::Content;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::role::{Level, RoleId};
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::Stage;
use portcullis_domain::two_factor::{STEP, TotpSecret, step_at};
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, here};
use crate::known_devices::known;

/// An operator with a second factor: the secret and the recovery codes that their device and drawer hold.
pub(crate) struct Enrolled {
    pub(crate) secret: TotpSecret,
    pub(crate) codes: Vec<String>,
    pub(crate) cookie: Token,
}

/// What an authenticator app shows, computed apart from the product's own adapter.
pub(crate) fn code(_: &Access, secret: &TotpSecret, step: i64) -> String {
    let app = totp_rs::Builder::new().with_secret(secret.expose().to_vec()).build_noncompliant();
    app.generate(u64::try_from(step * 30).unwrap()).to_string()
}

pub(crate) fn key(enrolment: &two_factor::Enrolment) -> TotpSecret {
    TotpSecret::from_slice(&data_encoding::BASE32_NOPAD.decode(enrolment.key.as_bytes()).unwrap()).unwrap()
}

pub(crate) async fn enrol(app: &TestApp, address: &str, password: &str) -> Enrolled {
    let (_, who) = app.signed_in(address, password).await;
    let enrolment = two_factor::begin(&app.access, &who);
    let secret = key(&enrolment);
    let shown = code(&app.access, &secret, step_at(app.access.now()));
    let added = two_factor::add(&app.access, &here(), &who, &enrolment.sealed, &shown)
        .await
        .map_err(|e| e.to_string())
        .unwrap();
    app.advance(STEP);
    Enrolled { secret, codes: added.codes.iter().map(|code| code.expose().to_string()).collect(), cookie: added.token }
}

impl Enrolled {
    pub(crate) fn now(&self, app: &TestApp) -> String {
        code(&app.access, &self.secret, step_at(app.access.now()))
    }
}

/// Somebody who has shown the password and not the code.
pub(crate) async fn half(app: &TestApp, address: &str, password: &str) -> Authenticated {
    let (_, who) = app.signed_in(address, password).await;
    assert_eq!(who.session.stage, Stage::SecondStepDue);
    who
}

pub(crate) async fn with_code(app: &TestApp, who: &Authenticated, code: &str) -> Result<Token, SecondStepError> {
    second_step::with_code(&app.access, &here(), who, code).await.map(|opened| opened.token)
}

#[tokio::test]
async fn the_password_alone_opens_nothing_once_a_factor_was_added() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let who = half(&app, ADA, ADAS).await;
    let opened = with_code(&app, &who, &ada.now(&app)).await.unwrap();
    assert_eq!(app.authenticate(&opened).await.unwrap().session.stage, Stage::SignedIn);
    assert!(with_code(&app, &who, &ada.now(&app)).await.is_err(), "the challenge is over");
}

#[tokio::test]
async fn an_enrolment_counts_only_once_a_code_confirmed_it() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let enrolment = two_factor::begin(&app.access, &who);
    assert!(matches!(
        two_factor::add(&app.access, &here(), &who, &enrolment.sealed, "000000").await,
        Err(AddError::WrongCode)
    ));
    assert!(two_factor::state(&app.access, who.operator.id()).await.unwrap().is_none());
    assert_eq!(app.signed_in(ADA, ADAS).await.1.session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn an_enrolment_is_its_owners_and_good_for_an_hour() {
    let app = TestApp::new().await;
    app.active("bea@shop.example").await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    let (_, bea) = app.signed_in("bea@shop.example", GOOD).await;
    let enrolment = two_factor::begin(&app.access, &ada);
    let shown = code(&app.access, &key(&enrolment), step_at(app.access.now()));
    assert!(matches!(
        two_factor::add(&app.access, &here(), &bea, &enrolment.sealed, &shown).await,
        Err(AddError::Stale)
    ));
    assert!(two_factor::resume(&app.access, &ada, &enrolment.sealed).is_some_and(|again| *again.key == *enrolment.key));
    app.advance(Duration::HOUR);
    assert!(two_factor::resume(&app.access, &ada, &enrolment.sealed).is_none());
    assert!(two_factor::resume(&app.access, &ada, "mangled").is_none());
}

#[tokio::test]
async fn of_two_tabs_that_enrol_one_wins_and_the_others_sessions_end() {
    let app = TestApp::new().await;
    let (other, _) = app.signed_in(ADA, ADAS).await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let (one, two) = (two_factor::begin(&app.access, &who), two_factor::begin(&app.access, &who));
    let step = step_at(app.access.now());
    let shown = code(&app.access, &key(&one), step);
    assert!(two_factor::add(&app.access, &here(), &who, &one.sealed, &shown).await.is_ok());
    let shown = code(&app.access, &key(&two), step);
    let late = two_factor::add(&app.access, &here(), &who, &two.sealed, &shown).await;
    assert!(matches!(late, Err(AddError::Act(ActError::Over))), "its session moved on");
    assert!(app.authenticate(&other).await.is_none());
}

#[tokio::test]
async fn a_totp_step_is_spent_once() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let shown = ada.now(&app);
    let (one, two) = (half(&app, ADA, ADAS).await, half(&app, ADA, ADAS).await);
    assert!(with_code(&app, &one, &shown).await.is_ok());
    assert!(matches!(with_code(&app, &two, &shown).await, Err(SecondStepError::Refused)));
    app.advance(STEP);
    assert!(matches!(with_code(&app, &two, &shown).await, Err(SecondStepError::Refused)), "nor in the trailing step");
    assert!(with_code(&app, &two, &ada.now(&app)).await.is_ok());
}

#[tokio::test]
async fn sixteen_racing_uses_of_one_code_have_one_winner() {
    let app = TestApp::new().await;
    app.set_parameter("second_factor.per_account", "100/60").await;
    let ada = enrol(&app, ADA, ADAS).await;
    for _ in 0..20 {
        app.advance(STEP);
        let shown = ada.now(&app);
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (who, access, shown) = (half(&app, ADA, ADAS).await, app.access.clone(), shown.clone());
            racing.spawn(async move { second_step::with_code(&access, &here(), &who, &shown).await.is_ok() });
        }
        assert_eq!(racing.join_all().await.into_iter().filter(|won| *won).count(), 1);
        app.advance(Duration::HOUR);
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_accepts_no_code_twice() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let shown = ada.now(&app);
    assert!(with_code(&app, &half(&app, ADA, ADAS).await, &shown).await.is_ok());
    app.advance(Duration::seconds(-90));
    let who = half(&app, ADA, ADAS).await;
    for step in -1..=3 {
        let shown = code(&app.access, &ada.secret, step_at(app.access.now()) + step);
        assert!(matches!(with_code(&app, &who, &shown).await, Err(SecondStepError::Refused | SecondStepError::Over)));
    }
}

#[tokio::test]
async fn five_wrong_codes_end_the_challenge_and_the_owner_is_told() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    app.delivered().await;
    let who = half(&app, ADA, ADAS).await;
    for _ in 0..4 {
        assert!(matches!(with_code(&app, &who, "000000").await, Err(SecondStepError::Refused)));
    }
    assert!(matches!(with_code(&app, &who, "000000").await, Err(SecondStepError::Over)));
    assert!(matches!(with_code(&app, &who, &ada.now(&app)).await, Err(SecondStepError::Over)));
    let mails = app.delivered().await;
    assert!(mails.iter().any(|mail| matches!(mail.content, Content::WrongCodes { .. })), "{mails:?}");
    assert_eq!(app.count(Action::SecondStepLimited).await, 1);
}

#[tokio::test]
async fn wrong_codes_are_bounded_for_the_operator_over_all_challenges() {
    let app = TestApp::new().await;
    enrol(&app, ADA, ADAS).await;
    for _ in 0..2 {
        let who = half(&app, ADA, ADAS).await;
        for _ in 0..5 {
            assert!(with_code(&app, &who, "000000").await.is_err());
        }
    }
    let who = half(&app, ADA, ADAS).await;
    assert!(matches!(with_code(&app, &who, "000000").await, Err(SecondStepError::Limited { .. })));
}

#[tokio::test]
async fn a_recovery_code_works_once_and_only_for_its_owner() {
    let app = TestApp::new().await;
    app.active("bea@shop.example").await;
    let ada = enrol(&app, ADA, ADAS).await;
    let bea = enrol(&app, "bea@shop.example", GOOD).await;
    app.delivered().await;
    let use_code = async |who: &Authenticated, code: &str| {
        second_step::with_recovery_code(&app.access, &here(), who, code).await.map(|opened| opened.stage)
    };
    let who = half(&app, ADA, ADAS).await;
    assert!(matches!(use_code(&who, &bea.codes[0]).await, Err(SecondStepError::Refused)));
    assert_eq!(use_code(&who, &ada.codes[0].to_lowercase()).await.unwrap(), Stage::SignedIn);
    let who = half(&app, ADA, ADAS).await;
    assert!(matches!(use_code(&who, &ada.codes[0]).await, Err(SecondStepError::Refused)));
    let mails = app.delivered().await;
    assert!(mails.iter().any(|mail| matches!(mail.content, Content::RecoveryCodeUsed { left: 9, .. })), "{mails:?}");
}

#[tokio::test]
async fn sixteen_racing_uses_of_one_recovery_code_have_one_winner() {
    let app = TestApp::new().await;
    app.set_parameter("second_factor.per_account", "100/60").await;
    let ada = enrol(&app, ADA, ADAS).await;
    for recovery in &ada.codes {
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (who, access, recovery) = (half(&app, ADA, ADAS).await, app.access.clone(), recovery.clone());
            racing
                .spawn(async move { second_step::with_recovery_code(&access, &here(), &who, &recovery).await.is_ok() });
        }
        assert_eq!(racing.join_all().await.into_iter().filter(|won| *won).count(), 1);
        app.advance(Duration::HOUR);
    }
}

#[tokio::test]
async fn a_reset_keeps_the_second_factor() {
    let app = TestApp::new().await;
    enrol(&app, ADA, ADAS).await;
    app.delivered().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    app.reset(&link, OTHER).await.unwrap();
    half(&app, ADA, OTHER).await;
}

#[tokio::test]
async fn a_secret_that_cannot_be_unsealed_lets_nobody_in() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let other_key = portcullis_credentials::sealing::KeySealer::new([8; 32], vec![]);
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(other_key)).await;
    let who = half(&app, ADA, ADAS).await;
    let refused = second_step::with_code(&node, &here(), &who, &ada.now(&app)).await;
    assert!(matches!(refused, Err(SecondStepError::Unreadable)));
    assert_eq!(app.count(Action::TwoFactorUnreadable).await, 1);
}

#[tokio::test]
async fn a_secret_of_before_is_sealed_with_the_present_key_when_it_is_used() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let keys = |current: u8, older: &[u8]| {
        portcullis_credentials::sealing::KeySealer::new([current; 32], older.iter().map(|key| [*key; 32]).collect())
    };
    let both = keys(8, &[7]);
    let mark = portcullis_domain::ports::credentials::Sealer::mark(&both).to_vec();
    let others = async || app.storage.view().await.unwrap().count_secrets_without(&mark).await.unwrap();
    assert_eq!(others().await, 1);
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(both)).await;
    let who = half(&app, ADA, ADAS).await;
    assert!(second_step::with_code(&node, &here(), &who, "000000").await.is_err());
    assert_eq!(others().await, 1, "a wrong code opens nothing");
    second_step::with_code(&node, &here(), &who, &ada.now(&app)).await.unwrap();
    assert_eq!(others().await, 0);
    // From now on the key of before is not asked for.
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(keys(8, &[]))).await;
    app.advance(Duration::minutes(1));
    let who = half(&app, ADA, ADAS).await;
    second_step::with_code(&node, &here(), &who, &ada.now(&app)).await.unwrap();
}

#[tokio::test]
async fn removing_a_factor_ends_the_other_sessions_and_is_told() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let other = with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await.unwrap();
    app.delivered().await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    let cookie = two_factor::remove(&app.access, &here(), &who).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_some());
    assert!(app.authenticate(&other).await.is_none() && app.authenticate(&ada.cookie).await.is_none());
    assert!(
        matches!(&*app.delivered().await, [mail] if matches!(mail.content, Content::TwoFactorRemoved { by: None }))
    );
    assert_eq!(app.signed_in(ADA, ADAS).await.1.session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn only_somebody_who_manages_operators_and_holds_as_much_removes_anothers_factor() {
    let app = TestApp::new().await;
    let bea = app.active("bea@shop.example").await;
    let manager = app.role(7, BuiltIn::Operators, Level::Manage).await;
    app.set_roles(bea.id, &[manager]).await;
    let ada = enrol(&app, ADA, ADAS).await;
    let ada_now = app.authenticate(&ada.cookie).await.unwrap();
    let (_, bea_now) = app.signed_in("bea@shop.example", GOOD).await;
    let (as_ada, as_bea) = (Authority::Operator(&ada_now), Authority::Operator(&bea_now));
    let upwards = operator_care::remove_two_factor(&app.access, as_bea, &here(), ada_now.operator.id()).await;
    assert!(matches!(upwards, Err(CareError::Forbidden)));
    let own = operator_care::remove_two_factor(&app.access, as_ada, &here(), ada_now.operator.id()).await;
    assert!(matches!(own, Err(CareError::Yourself)));
    enrol(&app, "bea@shop.example", GOOD).await;
    app.delivered().await;
    operator_care::remove_two_factor(&app.access, as_ada, &here(), bea.id).await.unwrap();
    let mut kinds: Vec<_> = app.delivered().await.iter().map(|mail| mail.content.kind()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["two-factor-removed", "two-factor-removed-for"]);
}

#[tokio::test]
async fn whoever_must_have_a_factor_gets_no_further_once_the_grace_is_over() {
    let app = TestApp::new().await;
    app.set_parameter("two_factor.required", "everybody").await;
    let opened = app.sign_in(ADA, ADAS).await.unwrap();
    assert!(opened.stage == Stage::SignedIn && opened.enrolment_asked);
    app.advance(Duration::days(7));
    let (_, who) = app.signed_in(ADA, ADAS).await;
    assert_eq!(who.session.stage, Stage::EnrolmentDue);
    let again = step_up::with_password(&app.access, &here(), &who, Password::new(ADAS)).await.unwrap();
    let who = app.authenticate(&again).await.unwrap();
    assert_eq!(who.session.stage, Stage::EnrolmentDue, "a step-up is no way around");
    let enrolment = two_factor::begin(&app.access, &who);
    let shown = code(&app.access, &key(&enrolment), step_at(app.access.now()));
    let added = two_factor::add(&app.access, &here(), &who, &enrolment.sealed, &shown)
        .await
        .map_err(|e| e.to_string())
        .unwrap();
    assert_eq!(app.authenticate(&added.token).await.unwrap().session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn new_recovery_codes_are_told_by_mail() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let mails = app.delivered_apart_from_sign_ins().await;
    assert!(matches!(&*mails, [mail] if matches!(mail.content, Content::TwoFactorAdded { .. })), "{mails:?}");
    let who = app.authenticate(&ada.cookie).await.unwrap();
    two_factor::replace_recovery_codes(&app.access, &here(), &who).await.unwrap().unwrap();
    let mails = app.delivered().await;
    assert!(matches!(&*mails, [mail] if matches!(mail.content, Content::RecoveryCodesReplaced { .. })), "{mails:?}");
}

#[tokio::test]
async fn slow_guessing_of_codes_is_told_and_at_most_once_an_hour() {
    let app = TestApp::new().await;
    enrol(&app, ADA, ADAS).await;
    app.delivered().await;
    let told = async || {
        let mails = app.delivered_apart_from_sign_ins().await;
        mails.iter().filter(|mail| matches!(mail.content, Content::WrongCodes { .. })).count()
    };
    for guess in 1..=6 {
        let who = half(&app, ADA, ADAS).await;
        assert!(matches!(with_code(&app, &who, "000000").await, Err(SecondStepError::Refused)));
        assert_eq!(told().await, usize::from(guess == 6), "{guess}");
        app.advance(Duration::minutes(6));
    }
    for _ in 0..40 {
        let who = half(&app, ADA, ADAS).await;
        assert!(with_code(&app, &who, "000000").await.is_err());
    }
    assert_eq!(told().await, 0, "not again within the hour");
    app.advance(Duration::HOUR);
    assert!(with_code(&app, &half(&app, ADA, ADAS).await, "000000").await.is_err());
    assert_eq!(told().await, 1);
}

#[tokio::test]
async fn whoever_knows_the_password_does_not_shut_the_owner_out_of_the_second_step() {
    let app = TestApp::new().await;
    let opened = app.sign_in(ADA, ADAS).await.unwrap();
    let there = known("198.51.100.9", &opened.device.unwrap());
    let ada = enrol(&app, ADA, ADAS).await;
    let guess = "AAAAA-".repeat(4) + "AAAAA";
    for _ in 0..20 {
        let who = half(&app, ADA, ADAS).await;
        assert!(second_step::with_recovery_code(&app.access, &here(), &who, "garbage").await.is_err());
        assert!(second_step::with_recovery_code(&app.access, &here(), &who, &guess).await.is_err());
        let who = half(&app, ADA, ADAS).await;
        assert!(with_code(&app, &who, "000000").await.is_err());
    }
    let who = half(&app, ADA, ADAS).await;
    assert!(matches!(with_code(&app, &who, &ada.now(&app)).await, Err(SecondStepError::Limited { .. })), "a stranger");
    let who = half(&app, ADA, ADAS).await;
    second_step::with_recovery_code(&app.access, &there, &who, &ada.codes[0]).await.unwrap();
    let who = half(&app, ADA, ADAS).await;
    second_step::with_code(&app.access, &there, &who, &ada.now(&app)).await.unwrap();
}

#[tokio::test]
async fn what_is_no_code_costs_the_operator_nothing() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    for garbage in ["", "1234567", "12345a", "null", "12345"].repeat(4) {
        let who = half(&app, ADA, ADAS).await;
        assert!(matches!(with_code(&app, &who, garbage).await, Err(SecondStepError::Refused)), "{garbage}");
        let refused = second_step::with_recovery_code(&app.access, &here(), &who, garbage).await;
        assert!(matches!(refused, Err(SecondStepError::Refused)), "{garbage}");
    }
    assert!(with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await.is_ok());
}

#[tokio::test]
async fn asking_more_people_gives_those_of_before_no_more_time() {
    let app = TestApp::new().await;
    let change = async |text: &str| {
        let mut unit = app.storage.begin().await.unwrap();
        let change = ParameterChange {
            key: "two_factor.required".to_owned(),
            text: text.to_owned(),
            by: Actor::CommandLine,
            at: app.access.now(),
        };
        unit.change_parameter(&change).await.unwrap();
        unit.commit().await.unwrap();
        app.advance(Duration::SECOND);
    };
    change("super-administrators").await;
    app.advance(Duration::days(6));
    change("everybody").await;
    app.advance(Duration::days(1));
    assert_eq!(app.signed_in(ADA, ADAS).await.1.session.stage, Stage::EnrolmentDue, "asked seven days ago");
    app.active("bea@shop.example").await;
    assert_eq!(app.signed_in("bea@shop.example", GOOD).await.1.session.stage, Stage::SignedIn);
    change("nobody").await;
    change("everybody").await;
    assert_eq!(app.signed_in(ADA, ADAS).await.1.session.stage, Stage::SignedIn, "asked anew");
}

#[tokio::test]
async fn a_suspended_operator_does_not_pass_the_second_step() {
    let app = TestApp::new().await;
    let bea = app.active("bea@shop.example").await;
    let factor = enrol(&app, "bea@shop.example", GOOD).await;
    let cookie = app.sign_in("bea@shop.example", GOOD).await.unwrap().token;
    app.set_status(bea.id, AccountStatus::Active, AccountStatus::Suspended).await;
    assert!(app.authenticate(&cookie).await.is_none());
    assert!(app.authenticate(&factor.cookie).await.is_none());
    app.set_roles(bea.id, &[RoleId::SUPER_ADMINISTRATOR]).await;
}
