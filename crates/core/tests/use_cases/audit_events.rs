//! The audit trail tells what was decided, and no secret.

use portcullis_core::{account, password_change, session, set_up, step_up};
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::alias::Alias;
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::language::Language;
use portcullis_domain::secret::Password;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, WRONG, email, here, name, token};

const BEA: &str = "bea@shop.example";

/// What happens in an installation's first days: every action that the use cases record so far.
async fn first_days() -> TestApp {
    let app = TestApp::empty().await;
    let link = token(&set_up::issue_link(&app.access).await.unwrap().unwrap());
    set_up::complete(&app.access, &here(), &link, email(ADA), name("Ada"), Password::new(ADAS)).await.unwrap();
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    let link = app.invite(BEA).await;
    app.delivered().await;
    app.accept(&link, GOOD).await.unwrap();
    assert!(app.accept(&link, OTHER).await.is_err());
    let (_, bea) = app.signed_in(BEA, GOOD).await;
    session::sign_out(&app.access, &here(), &bea).await.unwrap();
    // Somebody types a password where the address belongs.
    assert!(app.sign_in(GOOD, GOOD).await.is_err());
    assert!(app.sign_in("vendor@shop.example", GOOD).await.is_err());
    for _ in 0..6 {
        assert!(app.sign_in(BEA, WRONG).await.is_err());
    }
    app.advance(Duration::HOUR);
    for _ in 0..4 {
        let _ = app.forgot(BEA).await;
    }
    let mails = app.delivered().await;
    assert_eq!(mails.len(), 3);
    app.advance(Duration::HOUR);
    app.forgot(BEA).await.unwrap();
    app.reset(&app.reset_link().await, OTHER).await.unwrap();
    let node = app.node(|ports| ports.hasher = crate::app::hasher(2)).await;
    portcullis_core::sign_in::sign_in(&node, &here(), BEA, Password::new(OTHER), None).await.unwrap();
    let (_, bea) = app.signed_in(BEA, OTHER).await;
    account::set_profile(&app.access, &here(), &bea, name("Béa"), Language::Fr).await.unwrap();
    let bea_here = here();
    let change = |current, new| {
        password_change::change(&app.access, &bea_here, &bea, Password::new(current), Password::new(new))
    };
    assert!(change(WRONG, GOOD).await.is_err());
    change(OTHER, GOOD).await.unwrap();
    app.access.set_alias(Alias::parse("grey-otter-4-river").unwrap()).await.unwrap();
    app
}

#[tokio::test]
async fn no_event_and_no_mail_in_the_outbox_holds_a_password_a_token_a_hash_or_the_alias() {
    let app = first_days().await;
    let text = format!("{:#?}\n{:#?}", app.events().await, app.outbox().await);
    let mut secrets: Vec<String> =
        [ADAS, GOOD, OTHER, WRONG, "$argon2", "grey-otter-4-river", "?token="].map(str::to_owned).into();
    secrets.extend(app.secrets.drawn().iter().map(|token| token.expose().to_string()));
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn every_decision_leaves_an_event() {
    let app = first_days().await;
    let expected = [
        (Action::SetUpCompleted, 1),
        (Action::OperatorInvited, 1),
        (Action::InvitationAccepted, 1),
        (Action::LinkRefused, 1),
        (Action::SignedIn, 3),
        (Action::SignedOut, 1),
        (Action::SignInRefused, 8),
        (Action::SignInLimited, 1),
        (Action::ResetRequested, 4),
        (Action::ResetLimited, 1),
        (Action::ResetIssued, 4),
        (Action::PasswordReset, 1),
        (Action::PasswordRehashed, 2),
        (Action::ProfileChanged, 1),
        (Action::PasswordChanged, 1),
        (Action::AliasChanged, 1),
    ];
    for (action, times) in expected {
        assert_eq!(app.count(action).await, times, "{}", action.code());
    }
}

#[tokio::test]
async fn what_somebody_does_to_their_own_account_is_told_with_where_from_on_which_device_and_upon_whom() {
    let app = first_days().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    app.signed_in(ADA, ADAS).await;
    session::end_others(&app.access, &here(), &ada).await.unwrap();
    let wrong = step_up::with_password(&app.access, &here(), &ada, Password::new(WRONG)).await;
    assert!(wrong.is_err());
    let renewed = step_up::with_password(&app.access, &here(), &ada, Password::new(ADAS)).await.unwrap();
    let ada = app.authenticate(&renewed).await.unwrap();
    session::end_own(&app.access, &here(), &ada, ada.session.id).await.unwrap();
    let events = app.events().await;
    let own: Vec<_> = events.iter().filter(|event| matches!(event.actor, Actor::Operator(..))).collect();
    for expected in [Action::SessionsEnded, Action::SessionEnded, Action::StepUpRefused, Action::StepUpPassed] {
        assert!(own.iter().any(|event| event.action == expected), "{expected:?}");
    }
    for event in own {
        let Actor::Operator(id, _) = &event.actor else { continue };
        assert_eq!(event.target.as_ref().map(|(target, _)| target.as_str()), Some(&*id.0.to_string()), "{event:?}");
        assert_eq!(event.address.as_deref(), Some("203.0.113.7"), "{event:?}");
        assert_eq!(event.details.get("device").map(String::as_str), Some("Browser"), "{event:?}");
    }
    let of = |action: Action| &events.iter().find(|event| event.action == action).unwrap().details;
    assert_eq!(
        (&*of(Action::ProfileChanged)["before"], &*of(Action::ProfileChanged)["after"]),
        ("Bea, en", "B\u{e9}a, fr")
    );
    assert_eq!(of(Action::SessionEnded)["before"], "Browser, 203.0.113.7");
}

#[tokio::test]
async fn a_refused_sign_in_names_the_account_and_not_what_a_stranger_typed() {
    let app = TestApp::new().await;
    assert!(app.sign_in(ADA, WRONG).await.is_err());
    let event = app.events().await.remove(0);
    let ada = app.account(ADA).await.unwrap().id.0.to_string();
    assert_eq!((event.target, event.address.as_deref()), (Some((ada, ADA.to_owned())), Some("203.0.113.7")));
    assert!(app.sign_in(GOOD, WRONG).await.is_err());
    assert_eq!(app.events().await.remove(0).target, None);
}

#[tokio::test]
async fn what_was_rolled_back_left_no_event() {
    let app = TestApp::new().await;
    let before = app.events().await.len();
    let weak = app.accept(&app.invite(BEA).await, "short").await;
    assert!(weak.is_err());
    assert_eq!(app.events().await.len(), before + 2, "the invitation, and that it was opened");
}
