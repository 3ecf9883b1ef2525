//! What is done to operators: effects on the next request, who may, and the last super-administrator.

use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, Inspection};
use portcullis_core::invitation_care::{self, State};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::operators;
use portcullis_core::session::Authenticated;
use portcullis_core::sign_in::SignInError;
use portcullis_core::unlock::unlock;
use portcullis_domain::account::{AccountId, AccountKind, AccountStatus, Operator};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::{Level, RoleId};
use time::Duration;

use crate::app::{ADA, ADAS, GOOD, TestApp, WRONG, here, token};

const BEA: &str = "bea@shop.example";
const CONSOLE: Authority<'_> = Authority::CommandLine;

async fn operator(app: &TestApp, id: AccountId) -> Operator {
    app.storage.view().await.unwrap().operator(id).await.unwrap().unwrap()
}

/// Ada, and somebody active with a role that views mail.
async fn two() -> (TestApp, Operator, Operator) {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let role = app.role(7, BuiltIn::Mail, Level::View).await;
    app.set_roles(bea.id, &[role]).await;
    let (ada, bea) = (operator(&app, app.account(ADA).await.unwrap().id).await, operator(&app, bea.id).await);
    (app, ada, bea)
}

#[tokio::test]
async fn roles_suspension_and_deletion_count_from_the_next_request_on() {
    let (app, ada, bea) = two().await;
    let request = app.request_of(&ada).await;
    let by = Authority::Operator(&request);
    let (cookie, who) = app.signed_in(BEA, GOOD).await;
    assert!(who.operator.grants().allow(&BuiltIn::Mail.id(), Level::View));
    operator_care::set_roles(&app.access, by, &here(), bea.id(), &[], None).await.unwrap();
    let now = app.authenticate(&cookie).await.unwrap();
    assert!(!now.operator.grants().allow(&BuiltIn::Mail.id(), Level::View));

    operator_care::suspend(&app.access, by, &here(), bea.id()).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_none() && app.sessions(bea.id()).await == 0);
    assert!(matches!(app.sign_in(BEA, GOOD).await, Err(SignInError::Refused)));
    let twice = operator_care::suspend(&app.access, by, &here(), bea.id()).await;
    assert!(matches!(twice, Err(CareError::NotNow)));
    operator_care::reinstate(&app.access, by, &here(), bea.id()).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_none(), "the old session stays dead");
    let (cookie, _) = app.signed_in(BEA, GOOD).await;
    operator_care::delete(&app.access, by, &here(), bea.id()).await.unwrap();
    assert!(app.authenticate(&cookie).await.is_none() && app.account(BEA).await.is_none());

    let mut kinds: Vec<_> = app.delivered_apart_from_sign_ins().await.iter().map(|mail| mail.content.kind()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["roles-changed", "suspended"]);
    let events = app.events().await;
    let of = |action: Action| events.iter().find(|event| event.action == action).unwrap();
    assert_eq!(
        (&*of(Action::RolesAssigned).details["before"], &*of(Action::RolesAssigned).details["after"]),
        ("Role 7", "")
    );
    assert_eq!(of(Action::OperatorDeleted).details["name"], "Somebody", "the trail keeps a name");
    assert!(matches!(&of(Action::OperatorSuspended).actor, Actor::Operator(id, _) if *id == ada.id()));
}

#[tokio::test]
async fn of_two_who_change_somebodys_roles_the_second_is_told_what_is_held_now() {
    let (app, ada, bea) = two().await;
    let request = app.request_of(&ada).await;
    let (by, shown) = (Authority::Operator(&request), bea.roles());
    let audit = app.role(8, BuiltIn::Audit, Level::View).await;
    operator_care::set_roles(&app.access, by, &here(), bea.id(), &[audit], Some(shown)).await.unwrap();
    // Nobody is told a second time, and nothing is undone in silence; not even what both wanted.
    for wanted in [vec![], vec![audit]] {
        match operator_care::set_roles(&app.access, CONSOLE, &here(), bea.id(), &wanted, Some(shown)).await {
            Err(CareError::RolesChanged(now)) => assert_eq!(now, [audit]),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(operator(&app, bea.id()).await.roles(), [audit]);
    let twice = [audit, audit];
    operator_care::set_roles(&app.access, CONSOLE, &here(), bea.id(), &[], Some(&twice)).await.unwrap();
    assert_eq!(app.count(Action::RolesAssigned).await, 2);
}

#[tokio::test]
async fn somebody_elses_sessions_end_on_their_next_request_and_ones_own_not_this_way() {
    let (app, ada, bea) = two().await;
    let request = app.request_of(&ada).await;
    let by = Authority::Operator(&request);
    let (mine, _) = app.signed_in(ADA, ADAS).await;
    let (one, _) = app.signed_in(BEA, GOOD).await;
    let (other, _) = app.signed_in(BEA, GOOD).await;
    let own = operator_care::end_sessions(&app.access, by, &here(), ada.id()).await;
    assert!(matches!(own, Err(CareError::Yourself)));
    assert_eq!(operator_care::end_sessions(&app.access, by, &here(), bea.id()).await.unwrap(), 2);
    for dead in [&one, &other] {
        assert!(app.authenticate(dead).await.is_none());
    }
    assert!(app.authenticate(&mine).await.is_some());
    let event = app.events().await.remove(0);
    assert_eq!((event.action, &*event.details["ended"]), (Action::SessionsEnded, "2"));
    assert!(matches!(&event.actor, Actor::Operator(id, _) if *id == ada.id()));
    app.signed_in(BEA, GOOD).await;
}

#[tokio::test]
async fn nobody_touches_somebody_who_holds_more_and_nobody_without_the_permission_touches_anybody() {
    let (app, ada, bea) = two().await;
    let manager = app.role(8, BuiltIn::Operators, Level::Manage).await;
    let viewer = app.role(9, BuiltIn::Operators, Level::View).await;
    let cyd = app.active("cyd@shop.example").await;
    for roles in [vec![manager], vec![viewer], vec![]] {
        app.set_roles(cyd.id, &roles).await;
        let cyd = app.request_of(&operator(&app, cyd.id).await).await;
        let by = Authority::Operator(&cyd);
        for target in [ada.id(), bea.id()] {
            let outcomes = [
                operator_care::set_roles(&app.access, by, &here(), target, &[], None).await,
                operator_care::suspend(&app.access, by, &here(), target).await,
                operator_care::reinstate(&app.access, by, &here(), target).await,
                operator_care::delete(&app.access, by, &here(), target).await,
                operator_care::end_sessions(&app.access, by, &here(), target).await.map(drop),
                operator_care::send_reset(&app.access, by, &here(), target).await,
                operator_care::remove_two_factor(&app.access, by, &here(), target).await,
                invitation_care::resend(&app.access, by, &here(), target).await,
                invitation_care::link(&app.access, by, &here(), target).await.map(drop),
                invitation_care::revoke(&app.access, by, &here(), target).await,
                unlock(&app.access, by, &here(), target).await,
            ];
            for outcome in outcomes {
                assert!(matches!(outcome, Err(CareError::Forbidden)), "{outcome:?}");
            }
        }
    }
    assert!(app.delivered().await.is_empty());
}

#[tokio::test]
async fn a_request_on_its_way_does_nothing_once_its_author_was_demoted() {
    let (app, _, bea) = two().await;
    let cyd = app.active("cyd@shop.example").await;
    app.set_roles(cyd.id, &[RoleId::SUPER_ADMINISTRATOR]).await;
    let stale = app.request_of(&operator(&app, cyd.id).await).await;
    app.set_roles(cyd.id, &[]).await;
    let late = operator_care::suspend(&app.access, Authority::Operator(&stale), &here(), bea.id()).await;
    assert!(matches!(late, Err(CareError::Forbidden)));
}

#[tokio::test]
async fn the_last_active_super_administrator_is_safe_from_everybody() {
    let (app, ada, bea) = two().await;
    let left = app.active("gone@shop.example").await;
    app.set_roles(left.id, &[RoleId::SUPER_ADMINISTRATOR]).await;
    app.set_status(left.id, AccountStatus::Active, AccountStatus::Suspended).await;
    let request = app.request_of(&ada).await;
    let as_ada = Authority::Operator(&request);
    for by in [CONSOLE, as_ada] {
        let demoted = operator_care::set_roles(&app.access, by, &here(), ada.id(), &[], None).await;
        assert!(matches!(demoted, Err(CareError::LastSuperAdministrator)), "a suspended one does not count");
    }
    for outcome in [
        operator_care::suspend(&app.access, CONSOLE, &here(), ada.id()).await,
        operator_care::delete(&app.access, CONSOLE, &here(), ada.id()).await,
    ] {
        assert!(matches!(outcome, Err(CareError::LastSuperAdministrator)));
    }
    let itself = operator_care::delete(&app.access, as_ada, &here(), ada.id()).await;
    assert!(matches!(itself, Err(CareError::Yourself)));
    app.set_roles(bea.id(), &[RoleId::SUPER_ADMINISTRATOR]).await;
    operator_care::set_roles(&app.access, as_ada, &here(), ada.id(), &[], None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_super_administrators_who_demote_each_other_at_once_one_remains_always() {
    let (app, ada, bea) = two().await;
    let everything = [RoleId::SUPER_ADMINISTRATOR];
    app.set_roles(bea.id(), &everything).await;
    let (ada, bea) = (operator(&app, ada.id()).await, operator(&app, bea.id()).await);
    for round in 0..1_000 {
        let (as_ada, as_bea) = (app.request_of(&ada).await, app.request_of(&bea).await);
        let strike = |by: Authenticated, whom: AccountId| {
            let access = app.access.clone();
            tokio::spawn(async move {
                let by = Authority::Operator(&by);
                match round % 2 {
                    0 => operator_care::set_roles(&access, by, &here(), whom, &[], None).await,
                    _ => operator_care::suspend(&access, by, &here(), whom).await,
                }
            })
        };
        let (one, other) = tokio::join!(strike(as_ada, bea.id()), strike(as_bea, ada.id()));
        assert_eq!([one.unwrap(), other.unwrap()].iter().filter(|outcome| outcome.is_ok()).count(), 1, "round {round}");
        let mut unit = app.storage.begin().await.unwrap();
        assert_eq!(unit.count_active_super_administrators(None).await.unwrap(), 1, "round {round}");
        for id in [ada.id(), bea.id()] {
            unit.set_roles(id, &everything).await.unwrap();
            unit.set_status(id, AccountStatus::Suspended, AccountStatus::Active).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_is_followed_sent_again_handed_over_and_revoked() {
    let app = TestApp::new().await;
    let first = app.invite(BEA).await;
    let id = app.account(BEA).await.unwrap().id;
    let bea = operator(&app, id).await;
    let state = async || invitation_care::state(&app.access, &bea).await.unwrap().unwrap();
    let opens = async |link: &_| {
        matches!(invitation::inspect(&app.access, Purpose::Invitation, link).await.unwrap(), Inspection::Open(_))
    };
    assert_eq!(state().await, State::Waiting(None));
    app.delivered().await;
    assert!(matches!(state().await, State::Sent(_)));
    let sent_at = app.access.now();
    app.advance(Duration::HOUR);
    assert!(app.accept(&first, "short").await.is_err());
    app.advance(Duration::HOUR);
    assert!(app.accept(&first, "short").await.is_err());
    let (opened_at, until) = (sent_at + Duration::HOUR, sent_at + Duration::DAY);
    assert!(matches!(state().await, State::Opened(at, end) if at == opened_at && end > until - Duration::MINUTE));
    let opened: Vec<_> = app.events().await.into_iter().filter(|e| e.action == Action::InvitationOpened).collect();
    let [event] = &*opened else { panic!("once, not {opened:?}") };
    assert_eq!(event.target, Some((id.0.to_string(), BEA.to_owned())));
    assert_eq!((&event.actor, event.address.as_deref()), (&Actor::Stranger, Some("203.0.113.7")));
    app.advance(Duration::DAY);
    assert!(matches!(state().await, State::Expired(_)) && !opens(&first).await);

    invitation_care::resend(&app.access, CONSOLE, &here(), id).await.unwrap();
    assert_eq!(state().await, State::Waiting(None));
    assert_eq!(app.delivered().await.len(), 1);
    let link = token(&invitation_care::link(&app.access, CONSOLE, &here(), id).await.unwrap());
    assert!(matches!(state().await, State::HandedOver(_)) && opens(&link).await, "the fresh one is not opened yet");
    invitation_care::revoke(&app.access, CONSOLE, &here(), id).await.unwrap();
    assert!(state().await == State::Revoked && !opens(&link).await);
    let fresh = token(&invitation_care::link(&app.access, CONSOLE, &here(), id).await.unwrap());
    app.accept(&fresh, GOOD).await.unwrap();
    assert_eq!(invitation_care::state(&app.access, &operator(&app, id).await).await.unwrap(), None);
    let late = invitation_care::link(&app.access, CONSOLE, &here(), id).await;
    assert!(matches!(late, Err(CareError::NotNow)), "who has a password gets no invitation");
}

#[tokio::test]
async fn the_list_knows_where_each_invitation_stands_and_tells_nothing_of_others() {
    let app = TestApp::new().await;
    app.active("act@shop.example").await;
    let mut expected = std::collections::BTreeMap::new();
    for (address, stands) in [("opened@shop.example", "Opened"), ("sent@shop.example", "Sent")] {
        let link = app.invite(address).await;
        app.delivered().await;
        if stands == "Opened" {
            invitation::note_opened(&app.access, &here(), &link).await.unwrap();
        }
        expected.insert(app.account(address).await.unwrap().id, stands);
    }
    // Invited by nothing that left a link: it came from elsewhere.
    let bare = app.insert("bare@shop.example", AccountKind::Operator, AccountStatus::Invited).await;
    expected.insert(bare.id, "Expired");
    let all = app.storage.view().await.unwrap().operators("", Page { offset: 0, limit: 99 }).await.unwrap();
    let found = invitation_care::states(&app.access, &all).await.unwrap();
    let found: std::collections::BTreeMap<_, _> =
        found.into_iter().map(|(id, state)| (id, format!("{state:?}").split('(').next().unwrap().to_owned())).collect();
    assert_eq!(found, expected.into_iter().map(|(id, state)| (id, state.to_owned())).collect());
}

#[tokio::test]
async fn an_invitation_that_expired_is_not_called_revoked_once_its_link_is_swept_away() {
    let app = TestApp::new().await;
    app.invite(BEA).await;
    let bea = operator(&app, app.account(BEA).await.unwrap().id).await;
    let state = async || invitation_care::state(&app.access, &bea).await.unwrap();
    app.advance(Duration::days(8));
    assert!(matches!(state().await, Some(State::Expired(Some(_)))));
    app.advance(Duration::days(30));
    while portcullis_core::sweeping::sweep(&app.access).await.unwrap() > 0 {}
    assert_eq!(state().await, Some(State::Expired(None)));
}

#[tokio::test]
async fn a_suspended_invitation_is_dead_also_after_the_reinstatement() {
    let app = TestApp::new().await;
    let link = app.invite(BEA).await;
    let id = app.account(BEA).await.unwrap().id;
    operator_care::suspend(&app.access, CONSOLE, &here(), id).await.unwrap();
    operator_care::reinstate(&app.access, CONSOLE, &here(), id).await.unwrap();
    assert!(app.accept(&link, GOOD).await.is_err());
    let bea = operator(&app, id).await;
    assert_eq!(invitation_care::state(&app.access, &bea).await.unwrap(), Some(State::Revoked));
}

#[tokio::test]
async fn an_operator_who_met_the_limit_gets_it_back() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        assert!(matches!(app.sign_in(ADA, WRONG).await, Err(SignInError::Refused)));
    }
    assert!(matches!(app.sign_in(ADA, ADAS).await, Err(SignInError::Limited { .. })));
    unlock(&app.access, CONSOLE, &here(), app.account(ADA).await.unwrap().id).await.unwrap();
    app.sign_in(ADA, ADAS).await.unwrap();
    assert_eq!(app.count(Action::OperatorUnlocked).await, 1);
}

#[tokio::test]
async fn each_permission_is_explained_by_the_roles_that_give_it() {
    let (app, _, bea) = two().await;
    let (mail, audit) =
        (app.role(8, BuiltIn::Mail, Level::Manage).await, app.role(9, BuiltIn::Audit, Level::View).await);
    app.set_roles(bea.id(), &[RoleId(uuid::Uuid::from_u128(7)), mail, audit]).await;
    let (bea, roles) = operators::one(&app.access, bea.id()).await.unwrap().unwrap();
    let why = operators::reasons(&bea, &roles, &portcullis_core::roles::functionalities(&app.access));
    assert_eq!(why[&BuiltIn::Mail.id()], (Level::Manage, vec![mail]));
    assert_eq!(why[&BuiltIn::Audit.id()], (Level::View, vec![audit]));
    assert_eq!(why.len(), 2);
}
