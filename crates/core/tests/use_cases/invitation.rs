//! Colleagues are let in by whoever may, with what the inviter holds, by a link that works once and for a while.

use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, Inspection, InviteError};
use portcullis_core::password::ChooseError;
use portcullis_core::{Client, account};
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::language::Language;
use portcullis_domain::mail_message::Content;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::role::{Level, RoleId};
use portcullis_domain::secret::{Password, Token};
use time::Duration;
use uuid::Uuid;

use crate::app::{ADA, ADAS, GOOD, MICROSECOND, OTHER, TestApp, email, here, name, token};

const BEA: &str = "bea@shop.example";

async fn invite_as(
    app: &TestApp,
    inviter: Authority<'_>,
    address: &str,
    roles: &[RoleId],
) -> Result<String, InviteError> {
    invitation::invite(&app.access, inviter, &here(), email(address), name("Bea"), roles).await
}

#[tokio::test]
async fn an_invited_colleague_creates_a_password_and_signs_in() {
    let app = TestApp::new().await;
    let mail = app.role(7, BuiltIn::Mail, Level::View).await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    invite_as(&app, Authority::Operator(&ada), BEA, &[mail]).await.unwrap();
    let mails = app.delivered().await;
    let Content::Invitation { inviter, link, hours, roles, .. } = &mails[0].content else { panic!("{mails:?}") };
    assert_eq!((mails.len(), mails[0].to.as_str(), inviter.as_str(), *hours), (1, BEA, "Ada", 24));
    assert_eq!(*roles, ["Role 7"]);
    assert!(link.starts_with(&format!("{}/invitation?token=", app.access.back_office_url().await)));
    app.accept(&token(link), GOOD).await.unwrap();
    let (_, bea) = app.signed_in(BEA, GOOD).await;
    assert!(bea.operator.grants().allow(&BuiltIn::Mail.id(), Level::View));
    assert!(!bea.operator.grants().allow(&BuiltIn::Mail.id(), Level::Manage));
}

#[tokio::test]
async fn an_invitation_is_in_the_inviters_language_until_the_colleagues_own_browser_says_theirs() {
    let app = TestApp::new().await;
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    account::set_profile(&app.access, &here(), &ada, name("Ada"), Language::Fr).await.unwrap();
    for (address, asks, becomes) in
        [("en@shop.example", Some(Language::En), Language::En), ("de@shop.example", None, Language::Fr)]
    {
        // Ada reads French, whatever the browser asks for that she borrowed.
        let link = invite_as(&app, Authority::Operator(&ada), address, &[]).await.unwrap();
        assert_eq!(app.account(address).await.unwrap().language, Language::Fr);
        let mails = app.delivered_apart_from_sign_ins().await;
        assert_eq!(mails.last().unwrap().language, Language::Fr);
        let theirs = Client { language: asks, ..here() };
        invitation::accept(&app.access, &theirs, &token(&link), Password::new(GOOD)).await.unwrap();
        assert_eq!(app.account(address).await.unwrap().language, becomes, "{address}");
    }
}

#[tokio::test]
async fn accepting_does_not_sign_in() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    app.accept(&link, GOOD).await.unwrap();
    assert_eq!(app.sessions(app.account(BEA).await.unwrap().id).await, 0);
}

#[tokio::test]
async fn a_role_that_does_not_exist_is_refused_and_nobody_invited() {
    let app = TestApp::new().await;
    let unknown = RoleId(Uuid::from_u128(99));
    let outcome = invite_as(&app, Authority::CommandLine, BEA, &[RoleId::SUPER_ADMINISTRATOR, unknown]).await;
    assert!(matches!(outcome, Err(InviteError::UnknownRole)));
    assert!(app.account(BEA).await.is_none() && app.outbox().await.is_empty());
}

#[tokio::test]
async fn nobody_grants_more_than_they_hold() {
    let app = TestApp::new().await;
    let inviting = app.role(7, BuiltIn::Operators, Level::Manage).await;
    let looking = app.role(8, BuiltIn::Audit, Level::View).await;
    let changing = app.role(9, BuiltIn::Audit, Level::Manage).await;
    let cleo = app.active("cleo@shop.example").await;
    app.set_roles(cleo.id, &[inviting, looking]).await;
    let (_, cleo) = app.signed_in("cleo@shop.example", GOOD).await;
    let cleo = Authority::Operator(&cleo);
    for above in [RoleId::SUPER_ADMINISTRATOR, changing] {
        let outcome = invite_as(&app, cleo, BEA, &[looking, above]).await;
        assert!(matches!(outcome, Err(InviteError::Forbidden)));
        assert!(app.account(BEA).await.is_none());
    }
    invite_as(&app, cleo, BEA, &[looking, inviting]).await.unwrap();
}

#[tokio::test]
async fn whoever_only_sees_operators_invites_nobody() {
    let app = TestApp::new().await;
    let seeing = app.role(7, BuiltIn::Operators, Level::View).await;
    let cleo = app.active("cleo@shop.example").await;
    app.set_roles(cleo.id, &[seeing]).await;
    let (_, cleo) = app.signed_in("cleo@shop.example", GOOD).await;
    let outcome = invite_as(&app, Authority::Operator(&cleo), BEA, &[]).await;
    assert!(matches!(outcome, Err(InviteError::Forbidden)));
}

#[tokio::test]
async fn an_address_that_anybody_has_is_taken_however_it_is_written() {
    let app = TestApp::new().await;
    app.insert("vendor@shop.example", AccountKind::Vendor, AccountStatus::Active).await;
    app.insert("customer@shop.example", AccountKind::Customer, AccountStatus::Suspended).await;
    app.invite(BEA).await;
    let before = app.outbox().await.len();
    for taken in [ADA, "ADA@Shop.Example", "Vendor@shop.example", "customer@SHOP.example", BEA] {
        let outcome = invite_as(&app, Authority::CommandLine, taken, &[]).await;
        assert!(matches!(outcome, Err(InviteError::AddressTaken)), "{taken}");
    }
    let vendor = app.account("vendor@shop.example").await.unwrap();
    assert_eq!((vendor.kind, app.outbox().await.len()), (AccountKind::Vendor, before));
}

#[tokio::test]
async fn the_link_expires_at_the_hour() {
    let app = TestApp::new().await;
    app.set_parameter("invitation.hours", "2").await;
    let link = app.invite(BEA).await;
    app.advance(Duration::hours(2) - MICROSECOND);
    let open = invitation::inspect(&app.access, Purpose::Invitation, &link).await.unwrap();
    assert!(matches!(open, Inspection::Open(account) if account.email.as_str() == BEA));
    app.advance(MICROSECOND);
    let over = invitation::inspect(&app.access, Purpose::Invitation, &link).await.unwrap();
    assert_eq!(over, Inspection::Expired);
    assert!(matches!(app.accept(&link, GOOD).await, Err(ChooseError::DeadLink)));
    assert_eq!(app.account(BEA).await.unwrap().status, AccountStatus::Invited);
    assert_eq!(app.count(Action::LinkRefused).await, 1);
}

#[tokio::test]
async fn a_link_that_expires_while_the_password_is_hashed_is_dead() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    app.advance(Duration::DAY - MICROSECOND);
    let clock = app.clock.clone();
    let node = app
        .node_hashing_with(crate::doubles::Meanwhile {
            hasher: crate::app::hasher(1),
            storage: app.storage.clone(),
            deed: Box::new(move |_| {
                clock.advance(MICROSECOND);
                Box::pin(async {})
            }),
        })
        .await;
    let outcome = invitation::accept(&node, &here(), &link, Password::new(GOOD)).await;
    assert!(matches!(outcome, Err(ChooseError::DeadLink)));
    assert_eq!(app.account(BEA).await.unwrap().password, None);
}

#[tokio::test]
async fn an_invitation_is_not_revived_by_a_forgotten_password() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    assert_eq!(app.delivered().await.len(), 1);
    app.forgot(BEA).await.unwrap();
    assert!(app.delivered().await.is_empty());
    app.advance(Duration::DAY);
    app.forgot(BEA).await.unwrap();
    assert!(app.delivered().await.is_empty());
    assert!(matches!(app.accept(&link, GOOD).await, Err(ChooseError::DeadLink)));
    assert!(app.sign_in(BEA, GOOD).await.is_err());
}

#[tokio::test]
async fn a_suspended_or_deleted_colleague_is_not_let_in_by_the_link() {
    let app = TestApp::new().await;
    let (first, second) = (app.invite(BEA).await, app.invite("cleo@shop.example").await);
    let bea = app.account(BEA).await.unwrap().id;
    app.set_status(bea, AccountStatus::Invited, AccountStatus::Suspended).await;
    app.delete(app.account("cleo@shop.example").await.unwrap().id).await;
    for link in [first, second] {
        let inspected = invitation::inspect(&app.access, Purpose::Invitation, &link).await.unwrap();
        assert_eq!(inspected, Inspection::Dead);
        assert!(matches!(app.accept(&link, GOOD).await, Err(ChooseError::DeadLink)));
    }
    assert_eq!(app.account(BEA).await.unwrap().status, AccountStatus::Suspended);
}

#[tokio::test]
async fn looking_at_the_link_does_not_spend_it_and_a_refused_password_neither() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    for _ in 0..3 {
        let open = invitation::inspect(&app.access, Purpose::Invitation, &link).await.unwrap();
        assert!(matches!(open, Inspection::Open(_)));
    }
    assert!(matches!(app.accept(&link, "short").await, Err(ChooseError::Refused(_))));
    app.accept(&link, GOOD).await.unwrap();
    assert!(matches!(app.accept(&link, OTHER).await, Err(ChooseError::DeadLink)));
    app.sign_in(BEA, GOOD).await.unwrap();
}

#[tokio::test]
async fn a_token_that_never_was_is_dead() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    let forged = Token::from_bytes([0; 32]);
    assert!(matches!(app.accept(&forged, GOOD).await, Err(ChooseError::DeadLink)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_race_with_the_link_one_sets_the_password() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    let password = |n: u32| format!("{GOOD} number {n}");
    let racers = (0..16).map(|n| {
        let (access, link) = (app.access.clone(), link.clone());
        tokio::spawn(async move { invitation::accept(&access, &here(), &link, Password::new(&password(n))).await })
    });
    let mut winners = vec![];
    for (n, racer) in (0..).zip(racers.collect::<Vec<_>>()) {
        match racer.await.unwrap() {
            Ok(()) => winners.push(n),
            Err(error) => assert!(matches!(error, ChooseError::DeadLink)),
        }
    }
    assert_eq!((winners.len(), app.count(Action::InvitationAccepted).await), (1, 1));
    app.sign_in(BEA, &password(winners[0])).await.unwrap();
}
