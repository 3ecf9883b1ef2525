//! A forgotten password is replaced by whoever reads the mail, and asking tells nobody who has an account.

use portcullis_core::password::ChooseError;
use portcullis_core::password_recovery::{self, RequestError};
use portcullis_core::{invitation, outbox};
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::email::EmailKey;
use portcullis_domain::mail_message::{Content, MailState};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::mail::MailError;
use portcullis_domain::secret::Password;
use portcullis_domain::session::Stage;
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, MICROSECOND, OTHER, TestApp, client, here, same, token};

const BEA: &str = "bea@shop.example";

#[tokio::test]
async fn a_link_by_mail_replaces_the_password_ends_every_session_and_does_not_sign_in() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await.id;
    let cookies = [app.sign_in(BEA, GOOD).await.unwrap().token, app.sign_in(BEA, GOOD).await.unwrap().token];
    let (adas, _) = app.signed_in(ADA, ADAS).await;
    app.forgot(" BEA@Shop.example ").await.unwrap();
    let link = app.reset_link().await;
    app.reset(&link, OTHER).await.unwrap();
    for cookie in &cookies {
        assert!(app.authenticate(cookie).await.is_none());
    }
    assert_eq!(app.sessions(bea).await, 0);
    assert!(app.authenticate(&adas).await.is_some(), "somebody else's session stays");
    assert!(app.sign_in(BEA, GOOD).await.is_err());
    assert_eq!(app.sign_in(BEA, OTHER).await.unwrap().stage, Stage::SignedIn);
    let told = app.delivered_apart_from_sign_ins().await;
    assert!(matches!(&*told, [mail] if mail.to.as_str() == BEA && mail.content.kind() == "password-changed"));
    assert!(matches!(app.reset(&link, GOOD).await, Err(ChooseError::DeadLink)));
}

#[tokio::test]
async fn everybody_who_may_not_have_a_link_gets_the_same_answer_and_no_mail() {
    let app = TestApp::new().await;
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    app.insert("customer@shop.example", AccountKind::Customer, AccountStatus::Active).await;
    app.insert("suspended@shop.example", AccountKind::Operator, AccountStatus::Suspended).await;
    app.insert("invited@shop.example", AccountKind::Operator, AccountStatus::Invited).await;
    let strangers = ["nobody", "vendor", "customer", "suspended", "invited"];
    for who in strangers {
        app.forgot(&format!("{who}@shop.example")).await.unwrap();
    }
    app.forgot("no address at all").await.unwrap();
    assert!(app.delivered().await.is_empty() && app.outbox().await.is_empty());
    let asked: Vec<_> = app.events().await.into_iter().filter(|event| event.action == Action::ResetRequested).collect();
    assert_eq!((asked.len(), app.count(Action::ResetIssued).await), (6, 0));
    assert!(asked.iter().all(|event| event.target.is_none()), "the trail of asking tells nobody either");
}

#[tokio::test]
async fn only_the_newest_link_works() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    let old = app.reset_link().await;
    app.forgot(ADA).await.unwrap();
    let new = app.reset_link().await;
    assert!(!same(&old, &new));
    assert!(matches!(app.reset(&old, OTHER).await, Err(ChooseError::DeadLink)));
    app.reset(&new, OTHER).await.unwrap();
}

#[tokio::test]
async fn two_requests_that_are_worked_off_together_leave_one_good_link() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    app.forgot(ADA).await.unwrap();
    let mut good = 0;
    let mails = app.delivered().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let Content::PasswordReset { link, .. } = mail.content else { panic!("{:?}", mail.content) };
        let inspected = invitation::inspect(&app.access, Purpose::PasswordReset, &token(&link)).await.unwrap();
        good += usize::from(matches!(inspected, invitation::Inspection::Open(_)));
    }
    assert_eq!(good, 1);
}

#[tokio::test]
async fn an_account_is_asked_for_three_times_an_hour_wherever_from_known_or_not() {
    let app = TestApp::new().await;
    for address in [ADA, "nobody@shop.example"] {
        for n in 0..3 {
            password_recovery::request(&app.access, &client(&format!("203.0.113.{n}")), address).await.unwrap();
        }
        let fourth = password_recovery::request(&app.access, &client("198.51.100.1"), address).await;
        let Err(RequestError::Limited { retry_after }) = fourth else { panic!("{fourth:?}") };
        assert_eq!(retry_after, Duration::minutes(20), "{address}");
    }
    assert_eq!(app.delivered().await.len(), 3);
    app.advance(Duration::minutes(20));
    app.forgot(ADA).await.unwrap();
    assert!(app.forgot(ADA).await.is_err());
    assert_eq!(app.count(Action::ResetLimited).await, 3);
}

#[tokio::test]
async fn a_client_address_asks_ten_times_an_hour() {
    let app = TestApp::new().await;
    for n in 0..10 {
        app.forgot(&format!("guess-{n}@shop.example")).await.unwrap();
    }
    let Err(RequestError::Limited { retry_after }) = app.forgot(ADA).await else { panic!("the eleventh") };
    assert_eq!(retry_after, Duration::minutes(6));
    app.advance(retry_after - MICROSECOND);
    assert!(app.forgot(ADA).await.is_err());
    app.advance(MICROSECOND);
    app.forgot(ADA).await.unwrap();
}

#[tokio::test]
async fn the_link_expires_to_the_microsecond() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    app.advance(Duration::minutes(30) - MICROSECOND);
    assert!(matches!(app.reset(&link, "short").await, Err(ChooseError::Refused(_))), "it is still good");
    app.advance(MICROSECOND);
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::DeadLink)));
    app.sign_in(ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn a_link_serves_its_own_purpose_only() {
    let app = TestApp::new().await;
    let invitation = app.invite(BEA).await;
    assert_eq!(app.delivered().await.len(), 1);
    app.forgot(ADA).await.unwrap();
    let reset = app.reset_link().await;
    assert!(matches!(app.reset(&invitation, OTHER).await, Err(ChooseError::DeadLink)));
    assert!(matches!(app.accept(&reset, OTHER).await, Err(ChooseError::DeadLink)));
    // And neither was spent by that.
    app.accept(&invitation, GOOD).await.unwrap();
    app.reset(&reset, OTHER).await.unwrap();
}

#[tokio::test]
async fn a_link_does_not_lift_a_suspension() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    let ada = app.account(ADA).await.unwrap().id;
    app.set_status(ada, AccountStatus::Active, AccountStatus::Suspended).await;
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::DeadLink)));
    let account = app.account(ADA).await.unwrap();
    assert_eq!(account.status, AccountStatus::Suspended);
}

#[tokio::test]
async fn whoever_is_suspended_before_the_request_is_worked_off_gets_no_mail() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    app.set_status(app.account(ADA).await.unwrap().id, AccountStatus::Active, AccountStatus::Suspended).await;
    assert!(app.delivered().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_race_with_the_link_one_sets_the_password() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    let racers = (0..16).map(|n| {
        let (access, link, password) = (app.access.clone(), link.clone(), Password::new(&format!("{GOOD} {n}")));
        tokio::spawn(async move { password_recovery::complete(&access, &here(), &link, password).await })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        won += usize::from(racer.await.unwrap().is_ok());
    }
    assert_eq!((won, app.count(Action::PasswordReset).await), (1, 1));
}

#[tokio::test]
async fn the_link_arrives_later_when_mail_was_down_and_asking_looks_the_same() {
    let app = TestApp::new().await;
    app.set_parameter("reset_link.minutes", "1440").await;
    for _ in 0..4 {
        app.mail.fail_next(MailError::Later("connection refused".to_owned()));
    }
    app.forgot(ADA).await.unwrap();
    assert!(app.delivered().await.is_empty());
    for tries in 1..4 {
        let pause = app.outbox().await.remove(0).next_attempt_at - app.access.now();
        app.advance(pause - MICROSECOND);
        assert_eq!(outbox::deliver_due(&app.access, &app.mail, 10).await.unwrap(), 0);
        assert_eq!(app.mail.tries(), tries);
        app.advance(MICROSECOND);
        assert_eq!(outbox::deliver_due(&app.access, &app.mail, 10).await.unwrap(), 1);
    }
    assert!(app.mail.take().is_empty());
    app.advance(Duration::seconds(80));
    let link = app.reset_link().await;
    app.reset(&link, OTHER).await.unwrap();
    app.sign_in(ADA, OTHER).await.unwrap();
}

#[tokio::test]
async fn the_body_is_sealed_while_it_waits_and_wiped_once_it_has_left() {
    let app = TestApp::new().await;
    app.mail.fail_next(MailError::Later("451".to_owned()));
    app.forgot(ADA).await.unwrap();
    app.delivered().await;
    let waiting = app.outbox().await.remove(0);
    let body = waiting.body.unwrap().0;
    assert!(!body.windows(5).any(|part| part == b"token" || part == b"https"));
    assert_eq!((waiting.state, waiting.attempts, waiting.last_error.as_deref()), (MailState::Waiting, 1, Some("451")));
    app.advance(Duration::seconds(10));
    app.reset_link().await;
    let sent = app.outbox().await.remove(0);
    assert_eq!((sent.body, sent.state, sent.last_error), (None, MailState::Sent, None));
}

#[tokio::test]
async fn nothing_is_done_while_storage_is_away() {
    let app = TestApp::new().await;
    app.forgot(ADA).await.unwrap();
    let link = app.reset_link().await;
    app.storage.set_unavailable(true);
    assert!(matches!(app.forgot(ADA).await, Err(RequestError::Storage(_))));
    assert!(password_recovery::work_off(&app.access, 10).await.is_err());
    assert!(matches!(app.reset(&link, OTHER).await, Err(ChooseError::Storage(_))));
    app.storage.set_unavailable(false);
    assert!(app.delivered().await.is_empty());
    assert_eq!(app.count(Action::ResetRequested).await, 1);
    app.sign_in(ADA, ADAS).await.unwrap();
    app.reset(&link, OTHER).await.unwrap();
}

#[tokio::test]
async fn the_console_makes_the_link_that_the_account_needs_and_voids_the_mailed_one() {
    let app = TestApp::new().await;
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    app.insert("suspended@shop.example", AccountKind::Operator, AccountStatus::Suspended).await;
    for nobody in ["vendor@shop.example", "suspended@shop.example", "nobody@shop.example"] {
        assert_eq!(password_recovery::rescue_link(&app.access, &EmailKey::of(nobody)).await.unwrap(), None);
    }
    let mailed = app.invite(BEA).await;
    let rescued = password_recovery::rescue_link(&app.access, &EmailKey::of(BEA)).await.unwrap().unwrap();
    assert!(matches!(app.accept(&mailed, GOOD).await, Err(ChooseError::DeadLink)));
    let event = app.events().await.into_iter().find(|event| event.action == Action::InvitationResent).unwrap();
    assert!(event.details.contains_key("handed over") && event.address.as_deref() == Some("console"), "{event:?}");
    assert_eq!(app.count(Action::ResetIssued).await, 0, "an invitation is no reset");
    app.accept(&token(&rescued), GOOD).await.unwrap();
    let reset = password_recovery::rescue_link(&app.access, &EmailKey::of(ADA)).await.unwrap().unwrap();
    app.reset(&token(&reset), OTHER).await.unwrap();
    assert_eq!(app.count(Action::ResetIssued).await, 1);
    app.sign_in(ADA, OTHER).await.unwrap();
}
