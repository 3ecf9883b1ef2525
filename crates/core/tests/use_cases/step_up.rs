//! Step-up: what is dangerous asks again for a proof.

use portcullis_core::step_up::{self, StepUpError};
use portcullis_domain::audit::Action;
use portcullis_domain::mail_message::Content;
use portcullis_domain::secret::Password;
use time::Duration;

use crate::app::{ADA, ADAS, MICROSECOND, TestApp, WRONG, here};
use crate::two_factor::enrol;

#[tokio::test]
async fn a_proof_is_fresh_for_the_window_and_is_renewed_under_a_new_cookie() {
    let app = TestApp::new().await;
    let (cookie, who) = app.signed_in(ADA, ADAS).await;
    app.advance(Duration::minutes(10) - MICROSECOND);
    assert!(step_up::is_fresh(&app.access, &who).await.unwrap());
    app.advance(MICROSECOND);
    assert!(!step_up::is_fresh(&app.access, &who).await.unwrap());
    let wrong = step_up::with_password(&app.access, &here(), &who, Password::new(WRONG)).await;
    assert!(matches!(wrong, Err(StepUpError::WrongPassword)));
    let renewed = step_up::with_password(&app.access, &here(), &who, Password::new(ADAS)).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_none(), "the old cookie is dead");
    let who = app.authenticate(&renewed).await.unwrap();
    assert!(step_up::is_fresh(&app.access, &who).await.unwrap());
}

#[tokio::test]
async fn a_step_up_by_code_spends_the_step() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    let shown = ada.now(&app);
    let cookie = step_up::with_code(&app.access, &here(), &who, &shown).await.unwrap();
    let who = app.authenticate(&cookie).await.unwrap();
    assert!(matches!(step_up::with_code(&app.access, &here(), &who, &shown).await, Err(StepUpError::WrongCode)));
}

#[tokio::test]
async fn a_step_up_takes_no_password_where_there_is_a_factor() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    for password in [ADAS, WRONG] {
        let refused = step_up::with_password(&app.access, &here(), &who, Password::new(password)).await;
        assert!(matches!(refused, Err(StepUpError::CodeAsked)), "{password}");
    }
    assert!(app.authenticate(&ada.cookie).await.is_some(), "nothing was renewed");
}

#[tokio::test]
async fn a_recovery_code_is_a_proof_once_also_when_the_secret_cannot_be_read() {
    let app = TestApp::new().await;
    let ada = enrol(&app, ADA, ADAS).await;
    let other_key = portcullis_credentials::sealing::KeySealer::new([8; 32], vec![]);
    let node = app.node(|ports| ports.sealer = std::sync::Arc::new(other_key)).await;
    app.delivered().await;
    let who = app.authenticate(&ada.cookie).await.unwrap();
    let refused = step_up::with_code(&node, &here(), &who, &ada.now(&app)).await;
    assert!(matches!(refused, Err(StepUpError::Unreadable)));
    assert_eq!(app.count(Action::TwoFactorUnreadable).await, 1);
    let cookie = step_up::with_recovery_code(&app.access, &here(), &who, &ada.codes[0]).await.unwrap();
    assert!(app.authenticate(&ada.cookie).await.is_none(), "the old cookie is dead");
    let who = app.authenticate(&cookie).await.unwrap();
    for wrong in [ada.codes[0].as_str(), "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "", "null"] {
        let refused = step_up::with_recovery_code(&node, &here(), &who, wrong).await;
        assert!(matches!(refused, Err(StepUpError::WrongRecoveryCode)), "{wrong}");
    }
    let mails = app.delivered().await;
    assert!(
        matches!(&*mails, [mail] if matches!(mail.content, Content::RecoveryCodeUsed { left: 9, .. })),
        "{mails:?}"
    );
}
