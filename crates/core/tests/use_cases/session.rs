//! Sessions end: idle, at the latest, when signed out, and with the right to be in.

use portcullis_core::session;
use portcullis_domain::account::AccountStatus;
use portcullis_domain::audit::Action;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::role::Level;
use portcullis_domain::secret::Token;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, MICROSECOND, TestApp, here};

const BEA: &str = "bea@shop.example";

#[tokio::test]
async fn an_idle_session_ends_to_the_microsecond() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(ADA, ADAS).await.unwrap().token;
    let other = app.sign_in(ADA, ADAS).await.unwrap().token;
    app.advance(Duration::minutes(30) - MICROSECOND);
    assert!(app.authenticate(&cookie).await.is_some());
    app.advance(MICROSECOND);
    assert!(app.authenticate(&other).await.is_none());
    assert!(app.authenticate(&cookie).await.is_some(), "it was used a moment ago");
    app.advance(Duration::minutes(30) - MICROSECOND);
    assert!(app.authenticate(&cookie).await.is_none());
}

#[tokio::test]
async fn a_session_in_use_ends_at_the_latest_to_the_microsecond() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(ADA, ADAS).await.unwrap().token;
    for _ in 0..8 * 60 - 1 {
        app.advance(Duration::MINUTE);
        assert!(app.authenticate(&cookie).await.is_some());
    }
    app.advance(Duration::MINUTE - MICROSECOND);
    assert!(app.authenticate(&cookie).await.is_some());
    app.advance(MICROSECOND);
    assert!(app.authenticate(&cookie).await.is_none());
}

#[tokio::test]
async fn a_shorter_lifetime_counts_for_sessions_that_are_open() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(ADA, ADAS).await.unwrap().token;
    app.advance(Duration::minutes(6));
    app.set_parameter("session.idle_minutes", "5").await;
    assert!(app.authenticate(&cookie).await.is_none());
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let app = TestApp::new().await;
    let (cookie, who) = app.signed_in(ADA, ADAS).await;
    app.advance(Duration::MINUTE - MICROSECOND);
    app.authenticate(&cookie).await.unwrap();
    assert_eq!(app.authenticate(&cookie).await.unwrap().session.last_seen_at, who.session.last_seen_at);
    app.advance(MICROSECOND);
    app.authenticate(&cookie).await.unwrap();
    assert_eq!(app.authenticate(&cookie).await.unwrap().session.last_seen_at, app.access.now());
}

#[tokio::test]
async fn whoever_is_suspended_is_out_on_the_next_call_and_whoever_is_deleted_too() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await.id;
    let cleo = app.active("cleo@shop.example").await.id;
    let (beas, _) = app.signed_in(BEA, GOOD).await;
    let (cleos, _) = app.signed_in("cleo@shop.example", GOOD).await;
    app.set_status(bea, AccountStatus::Active, AccountStatus::Suspended).await;
    app.delete(cleo).await;
    assert!(app.authenticate(&beas).await.is_none() && app.authenticate(&cleos).await.is_none());
}

#[tokio::test]
async fn a_change_of_roles_counts_on_the_next_call() {
    let app = TestApp::new().await;
    let role = app.role(7, BuiltIn::Mail, Level::Manage).await;
    let bea = app.active(BEA).await.id;
    let cookie = app.sign_in(BEA, GOOD).await.unwrap().token;
    let may =
        async || app.authenticate(&cookie).await.unwrap().operator.grants().allow(&BuiltIn::Mail.id(), Level::View);
    assert!(!may().await);
    app.set_roles(bea, &[role]).await;
    assert!(may().await);
    app.set_roles(bea, &[]).await;
    assert!(!may().await);
}

#[tokio::test]
async fn signing_out_ends_this_session_on_the_server_and_no_other() {
    let app = TestApp::new().await;
    let (cookie, who) = app.signed_in(ADA, ADAS).await;
    let (other, _) = app.signed_in(ADA, ADAS).await;
    session::sign_out(&app.access, &here(), &who).await.unwrap();
    session::sign_out(&app.access, &here(), &who).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_none() && app.authenticate(&other).await.is_some());
    assert_eq!(app.count(Action::SignedOut).await, 1);
}

#[tokio::test]
async fn a_forged_cookie_is_nobody() {
    let app = TestApp::new().await;
    app.sign_in(ADA, ADAS).await.unwrap();
    for forged in [[0; 32], [255; 32]] {
        assert!(app.authenticate(&Token::from_bytes(forged)).await.is_none());
    }
}

#[tokio::test]
async fn nobody_is_let_in_while_storage_is_away_and_the_session_lives_on() {
    let app = TestApp::new().await;
    let (cookie, _) = app.signed_in(ADA, ADAS).await;
    app.storage.set_unavailable(true);
    assert!(session::authenticate(&app.access, &cookie).await.is_err());
    app.storage.set_unavailable(false);
    assert!(app.authenticate(&cookie).await.is_some());
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    let app = TestApp::new().await;
    app.active("bea@shop.example").await;
    let (first, _) = app.signed_in(ADA, ADAS).await;
    let (here_now, ada) = app.signed_in(ADA, ADAS).await;
    let (hers, bea) = app.signed_in("bea@shop.example", GOOD).await;
    let listed = session::list(&app.access, ada.operator.id()).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(!session::end_own(&app.access, &here(), &ada, bea.session.id).await.unwrap(), "it is not hers to end");
    assert!(app.authenticate(&hers).await.is_some());
    assert_eq!(session::end_others(&app.access, &here(), &ada).await.unwrap(), 1);
    assert!(app.authenticate(&first).await.is_none() && app.authenticate(&here_now).await.is_some());
    assert!(session::end_own(&app.access, &here(), &ada, ada.session.id).await.unwrap());
    assert!(app.authenticate(&here_now).await.is_none());
}
