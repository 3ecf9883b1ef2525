//! Set-up happens once, by the newest link, within a day.

use portcullis_core::password::ChooseError;
use portcullis_core::{Access, set_up};
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::role::RoleId;
use portcullis_domain::secret::{Password, Token};
use time::Duration;

use crate::app::{ADA, ADAS, MICROSECOND, TestApp, email, here, name, token};

async fn link(app: &TestApp) -> Token {
    token(&set_up::issue_link(&app.access).await.unwrap().unwrap())
}

async fn complete(access: &Access, link: &Token, address: &str) -> Result<(), ChooseError> {
    set_up::complete(access, &here(), link, email(address), name("Ada"), Password::new(ADAS)).await
}

#[tokio::test]
async fn the_link_makes_the_super_administrator_once() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    complete(&app.access, &link, ADA).await.unwrap();
    let (_, who) = app.signed_in(ADA, ADAS).await;
    assert!(who.operator.is_super_administrator());
    assert_eq!(who.operator.roles(), [RoleId::SUPER_ADMINISTRATOR]);
    assert!(!set_up::is_open(&app.access, &link).await.unwrap());
    assert!(matches!(complete(&app.access, &link, "eve@shop.example").await, Err(ChooseError::DeadLink)));
    assert_eq!(set_up::issue_link(&app.access).await.unwrap(), None);
    assert!(app.account("eve@shop.example").await.is_none());
    assert_eq!((app.count(Action::SetUpCompleted).await, app.count(Action::LinkRefused).await), (1, 1));
}

#[tokio::test]
async fn the_link_works_for_a_day_to_the_microsecond() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    app.advance(Duration::DAY - MICROSECOND);
    assert!(set_up::is_open(&app.access, &link).await.unwrap());
    app.advance(MICROSECOND);
    assert!(!set_up::is_open(&app.access, &link).await.unwrap());
    assert!(matches!(complete(&app.access, &link, ADA).await, Err(ChooseError::DeadLink)));
    assert!(app.account(ADA).await.is_none());
}

#[tokio::test]
async fn the_link_is_spent_in_its_last_microsecond() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    app.advance(Duration::DAY - MICROSECOND);
    complete(&app.access, &link, ADA).await.unwrap();
}

#[tokio::test]
async fn a_new_link_voids_the_old_one() {
    let app = TestApp::empty().await;
    let old = link(&app).await;
    let new = link(&app).await;
    assert!(matches!(complete(&app.access, &old, ADA).await, Err(ChooseError::DeadLink)));
    complete(&app.access, &new, ADA).await.unwrap();
}

#[tokio::test]
async fn set_up_stays_closed_after_every_operator_was_deleted() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    complete(&app.access, &link, ADA).await.unwrap();
    app.delete(app.account(ADA).await.unwrap().id).await;
    assert_eq!(set_up::issue_link(&app.access).await.unwrap(), None);
    assert!(!set_up::is_open(&app.access, &link).await.unwrap());
    assert!(matches!(complete(&app.access, &link, ADA).await, Err(ChooseError::DeadLink)));
    let console = set_up::complete_at_console(&app.access, email(ADA), name("Ada"), Some(Password::new(ADAS)));
    assert!(matches!(console.await, Err(ChooseError::DeadLink)));
    assert!(app.account(ADA).await.is_none());
}

#[tokio::test]
async fn whoever_the_console_makes_first_voids_the_link() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    let invited = set_up::complete_at_console(&app.access, email(ADA), name("Ada"), None).await.unwrap().unwrap();
    assert!(matches!(complete(&app.access, &link, "eve@shop.example").await, Err(ChooseError::DeadLink)));
    app.accept(&token(&invited), ADAS).await.unwrap();
    assert!(app.signed_in(ADA, ADAS).await.1.operator.is_super_administrator());
}

#[tokio::test]
async fn a_refused_password_or_a_taken_address_leaves_the_link_good() {
    let app = TestApp::empty().await;
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    let link = link(&app).await;
    let weak = set_up::complete(&app.access, &here(), &link, email(ADA), name("Ada"), Password::new("short")).await;
    assert!(matches!(weak, Err(ChooseError::Refused(_))));
    let taken = complete(&app.access, &link, "Vendor@shop.example").await;
    assert!(matches!(taken, Err(ChooseError::AddressTaken)));
    complete(&app.access, &link, ADA).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_race_with_the_link_one_becomes_the_first_operator() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    let racers = (0..16).map(|n| {
        let (access, link) = (app.access.clone(), link.clone());
        tokio::spawn(async move { complete(&access, &link, &format!("racer-{n}@shop.example")).await })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, ChooseError::DeadLink)),
        }
    }
    assert_eq!((won, app.count(Action::SetUpCompleted).await), (1, 1));
}
