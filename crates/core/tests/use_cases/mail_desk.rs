//! The mail page: what failed is tried again; a test comes to oneself.

use portcullis_core::mail_desk::{TestError, retry, show, test};
use portcullis_domain::audit::Action;
use portcullis_domain::mail_message::{Content, MailState};
use portcullis_domain::ports::mail::MailError;
use portcullis_domain::ports::storage::Page;
use uuid::Uuid;

use crate::app::{ADA, ADAS, TestApp, here};

#[tokio::test]
async fn what_was_given_up_is_tried_again_by_hand() {
    let app = TestApp::new().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    app.delivered().await;
    app.mail.fail_next(MailError::Never("550 no such mailbox".to_owned()));
    app.invite("bea@shop.example").await;
    app.delivered().await;
    let page = Page { offset: 0, limit: 10 };
    let desk = show(&app.access, Some(MailState::Failed), page).await.unwrap();
    assert_eq!((desk.failed, desk.waiting, desk.mails.len(), desk.more), (1, 0, 1, false));
    assert_eq!(desk.mails[0].last_error.as_deref(), Some("550 no such mailbox"));
    assert!(retry(&app.access, &here(), &ada, desk.mails[0].id).await.unwrap());
    assert!(matches!(&*app.delivered().await, [mail] if matches!(mail.content, Content::Invitation { .. })));
    assert!(!retry(&app.access, &here(), &ada, desk.mails[0].id).await.unwrap(), "it has left");
    assert!(!retry(&app.access, &here(), &ada, Uuid::from_u128(9)).await.unwrap());
    assert_eq!(app.count(Action::MailRetried).await, 1);
}

#[tokio::test]
async fn a_test_mail_comes_to_oneself_five_times_in_ten_minutes() {
    let app = TestApp::new().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    app.delivered().await;
    for _ in 0..5 {
        test(&app.access, &here(), &ada).await.unwrap();
    }
    assert!(matches!(test(&app.access, &here(), &ada).await, Err(TestError::Limited { .. })));
    let mails = app.delivered().await;
    assert!(mails.len() == 5 && mails.iter().all(|mail| mail.to.as_str() == ADA && mail.content == Content::Test));
    assert_eq!(app.count(Action::MailTested).await, 5);
}
