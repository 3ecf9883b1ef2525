//! Known devices: the owner's way in during an attack, and what is told of a new one.

use portcullis_core::authority::Authority;
use portcullis_core::{Client, operator_care, password_change};
use portcullis_domain::mail_message::Content;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::Stage;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, OTHER, TestApp, WRONG, client, here};
use crate::two_factor::{enrol, half};

pub(crate) fn known(address: &str, device: &Token) -> Client {
    Client { device_cookie: Some(device.digest()), ..client(address) }
}

#[tokio::test]
async fn an_attack_on_an_account_does_not_shut_its_owner_out() {
    let app = TestApp::new().await;
    let device = app.sign_in(ADA, ADAS).await.unwrap().device.unwrap();
    while app.sign_in(ADA, WRONG).await.is_ok_and(|_| true)
        || matches!(app.sign_in(ADA, WRONG).await, Err(portcullis_core::sign_in::SignInError::Refused))
    {}
    assert!(app.sign_in(ADA, ADAS).await.is_err(), "from a strange device there");
    let there = known("203.0.113.7", &device);
    let opened = portcullis_core::sign_in::sign_in(&app.access, &there, ADA, Password::new(ADAS), None).await;
    assert!(opened.is_ok(), "from the device that is known");
}

#[tokio::test]
async fn a_sign_in_from_another_device_is_told_by_mail_and_the_first_is_not() {
    let app = TestApp::new().await;
    let device = app.sign_in(ADA, ADAS).await.unwrap().device.unwrap();
    assert_eq!(app.delivered().await.len(), 0);
    let again = known("198.51.100.9", &device);
    portcullis_core::sign_in::sign_in(&app.access, &again, ADA, Password::new(ADAS), None).await.unwrap();
    assert_eq!(app.delivered().await.len(), 0);
    app.sign_in(ADA, ADAS).await.unwrap();
    assert!(matches!(&*app.delivered().await, [mail] if matches!(mail.content, Content::NewDevice { .. })));
}

#[tokio::test]
async fn a_planted_device_cookie_does_not_become_the_owners() {
    let app = TestApp::new().await;
    let planted = Token::from_bytes([9; 32]);
    let victim = known("203.0.113.7", &planted);
    let sign_in = async |client: &Client| {
        portcullis_core::sign_in::sign_in(&app.access, client, ADA, Password::new(ADAS), None).await.unwrap()
    };
    let id = app.account(ADA).await.unwrap().id;
    let fresh = sign_in(&victim).await.device.unwrap();
    let devices = app.storage.view().await.unwrap().known_devices(id).await.unwrap();
    assert_eq!(devices, [fresh.digest()], "the value that the browser brought is worth nothing");
    assert!(sign_in(&known("203.0.113.7", &fresh)).await.device.is_none(), "a known one stays");
}

#[tokio::test]
async fn a_device_is_known_only_once_a_sign_in_is_complete_and_until_a_reset_a_removal_or_a_suspension() {
    let app = TestApp::new().await;
    let bea = app.active("bea@shop.example").await;
    let devices = async || app.storage.view().await.unwrap().known_devices(bea.id).await.unwrap().len();
    app.set_parameter("password.preset", "custom").await;
    app.set_parameter("password.max_age_days", "30").await;
    app.advance(Duration::days(31));
    let (_, due) = app.signed_in("bea@shop.example", GOOD).await;
    assert_eq!((due.session.stage, devices().await), (Stage::NewPasswordDue, 0));
    let opened = password_change::replace_due(&app.access, &here(), &due, Password::new(OTHER)).await.unwrap();
    assert!(opened.device.is_some() && devices().await == 1, "this completed it");
    app.delivered().await;
    app.forgot("bea@shop.example").await.unwrap();
    let link = app.reset_link().await;
    app.reset(&link, GOOD).await.unwrap();
    assert_eq!(devices().await, 0, "a reset");

    let factor = enrol(&app, "bea@shop.example", GOOD).await;
    assert_eq!(devices().await, 1);
    half(&app, "bea@shop.example", GOOD).await;
    assert_eq!(devices().await, 1, "half a sign-in is none");
    let console = Authority::CommandLine;
    operator_care::remove_two_factor(&app.access, console, &here(), bea.id).await.unwrap();
    assert!(app.authenticate(&factor.cookie).await.is_none() && devices().await == 0, "a removal by another");
    app.signed_in("bea@shop.example", GOOD).await;
    assert_eq!(devices().await, 1);
    operator_care::suspend(&app.access, console, &here(), bea.id).await.unwrap();
    assert_eq!(devices().await, 0, "a suspension");
}
