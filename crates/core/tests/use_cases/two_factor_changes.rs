//! What a change of the second factor takes with it, whom it is told, and that nothing brings a removed one back.

use portcullis_core::authority::Authority;
use portcullis_core::operator_care;
use portcullis_core::password::ChooseError;
use portcullis_core::password_change;
use portcullis_core::two_factor::{self, AddError};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::mail_message::Content;
use portcullis_domain::secret::Password;
use portcullis_domain::session::Stage;
use portcullis_domain::two_factor::{STEP, step_at};
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, here};
use crate::two_factor::{code, enrol, half, key, with_code};

const BEA: &str = "bea@shop.example";

#[tokio::test]
async fn adding_a_factor_ends_the_other_sessions_and_voids_the_reset_link_that_is_under_way() {
    let app = TestApp::new().await;
    let (other, _) = app.signed_in(ADA, ADAS).await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    let ada = enrol(&app, ADA, ADAS).await;
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::DeadLink)));
    assert!(app.authenticate(&other).await.is_none() && app.authenticate(&ada.cookie).await.is_some());
    half(&app, ADA, ADAS).await;
}

#[tokio::test]
async fn removing_a_factor_ends_the_other_sessions_and_voids_the_reset_link_that_is_under_way() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let other = with_code(&app, &half(&app, ADA, ADAS).await, &ada.now(&app)).await.unwrap();
    let (half_way, _) = app.signed_in(ADA, ADAS).await;
    app.delivered().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    let cookie = two_factor::remove(&app.access, &here(), &who).await.unwrap();
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::DeadLink)));
    for dead in [&other, &half_way, &ada.cookie] {
        assert!(app.authenticate(dead).await.is_none());
    }
    assert_eq!(app.authenticate(&cookie).await.unwrap().session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn a_factor_removed_by_another_ends_every_session_and_link_and_is_told_to_both() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let (adas, by) = app.signed_in(ADA, ADAS).await;
    let factor = enrol(&app, BEA, GOOD).await;
    let (half_way, _) = app.signed_in(BEA, GOOD).await;
    app.delivered().await;
    app.forgot(BEA).await.unwrap();
    let link = app.reset_link().await;
    let authority = Authority::Operator(&by);
    operator_care::remove_two_factor(&app.access, authority, &here(), bea.id).await.unwrap();

    for dead in [&factor.cookie, &half_way] {
        assert!(app.authenticate(dead).await.is_none());
    }
    assert_eq!(app.sessions(bea.id).await, 0);
    assert!(app.authenticate(&adas).await.is_some());
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::DeadLink)));
    let mut mails = app.delivered().await;
    mails.sort_by_key(|mail| mail.to.as_str().to_owned());
    let [to_ada, to_bea] = &*mails else { panic!("one mail each, not {mails:?}") };
    assert_eq!((to_ada.to.as_str(), to_bea.to.as_str()), (ADA, BEA));
    assert!(matches!(&to_ada.content, Content::TwoFactorRemovedFor { whose } if whose == "Somebody"));
    assert!(matches!(&to_bea.content, Content::TwoFactorRemoved { by: Some(name) } if name == "Ada"));
    let event = app.events().await.into_iter().find(|event| event.action == Action::TwoFactorRemoved).unwrap();
    assert!(matches!(&event.actor, Actor::Operator(id, _) if *id == by.operator.id()));
    let (_, who) = app.signed_in(BEA, GOOD).await;
    assert_eq!(who.session.stage, Stage::SignedIn);
    assert!(two_factor::state(&app.access, bea.id).await.unwrap().is_none());
}

/// The mails about Bea's credentials that left, as whom they went to and what they tell.
async fn told(app: &TestApp) -> Vec<(String, &'static str)> {
    let mails = app.delivered_apart_from_sign_ins().await;
    let mut told: Vec<_> = mails.iter().map(|mail| (mail.to.as_str().to_owned(), mail.content.kind())).collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn every_change_of_credentials_is_told_by_one_mail_of_its_kind() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let only = |kind: &'static str| vec![(BEA.to_owned(), kind)];

    let (_, who) = app.signed_in(BEA, GOOD).await;
    password_change::change(&app.access, &here(), &who, Password::new(GOOD), Password::new(OTHER)).await.unwrap();
    assert_eq!(told(&app).await, only("password-changed"), "a change");

    app.forgot(BEA).await.unwrap();
    let link = app.reset_link().await;
    app.reset(&link, GOOD).await.unwrap();
    assert_eq!(told(&app).await, only("password-changed"), "a reset");

    let factor = enrol(&app, BEA, GOOD).await;
    assert_eq!(told(&app).await, only("two-factor-added"));

    let who = app.authenticate(&factor.cookie).await.unwrap();
    two_factor::replace_recovery_codes(&app.access, &here(), &who).await.unwrap().unwrap();
    assert_eq!(told(&app).await, only("recovery-codes-replaced"));

    two_factor::remove(&app.access, &here(), &who).await.unwrap();
    assert_eq!(told(&app).await, only("two-factor-removed"), "by the operator");

    enrol(&app, BEA, GOOD).await;
    assert_eq!(told(&app).await, only("two-factor-added"), "another one");
    operator_care::remove_two_factor(&app.access, Authority::CommandLine, &here(), bea.id).await.unwrap();
    assert_eq!(told(&app).await, only("two-factor-removed"), "from the console");

    enrol(&app, BEA, GOOD).await;
    assert_eq!(told(&app).await, only("two-factor-added"), "once more");
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    operator_care::remove_two_factor(&app.access, Authority::Operator(&ada), &here(), bea.id).await.unwrap();
    let both = vec![(ADA.to_owned(), "two-factor-removed-for"), (BEA.to_owned(), "two-factor-removed")];
    assert_eq!(told(&app).await, both, "by another");
}

#[tokio::test]
async fn a_factor_that_was_removed_is_not_brought_back_from_the_form_that_added_it() {
    let app = TestApp::new().await;
    let (_, who) = app.signed_in(ADA, ADAS).await;
    let enrolment = two_factor::begin(&app.access, &who);
    let resumed = two_factor::resume(&app.access, &who, &enrolment.sealed).unwrap();
    let secret = key(&enrolment);
    let shown = code(&app.access, &secret, step_at(app.access.now()));
    let added = two_factor::add(&app.access, &here(), &who, &enrolment.sealed, &shown).await.ok().unwrap();
    let who = app.authenticate(&added.token).await.unwrap();
    let on = two_factor::add(&app.access, &here(), &who, &enrolment.sealed, &shown).await;
    assert!(matches!(on, Err(AddError::AlreadyOn)), "while it is on");

    let cookie = two_factor::remove(&app.access, &here(), &who).await.unwrap();
    let who = app.authenticate(&cookie).await.unwrap();
    for sealed in [&enrolment.sealed, &resumed.sealed] {
        let again = two_factor::add(&app.access, &here(), &who, sealed, &shown).await;
        assert!(matches!(again, Err(AddError::Stale)), "with the same code");
    }
    for wait in [STEP, Duration::minutes(50)] {
        app.advance(wait);
        let later = code(&app.access, &secret, step_at(app.access.now()));
        let again = two_factor::add(&app.access, &here(), &who, &enrolment.sealed, &later).await;
        assert!(matches!(again, Err(AddError::Stale)), "with another code of it");
    }
    assert!(two_factor::state(&app.access, who.operator.id()).await.unwrap().is_none());
    let (_, elsewhere) = app.signed_in(ADA, ADAS).await;
    let fresh = two_factor::begin(&app.access, &elsewhere);
    let shown = code(&app.access, &key(&fresh), step_at(app.access.now()));
    assert!(
        two_factor::add(&app.access, &here(), &elsewhere, &fresh.sealed, &shown).await.is_ok(),
        "a new one is added"
    );
}
