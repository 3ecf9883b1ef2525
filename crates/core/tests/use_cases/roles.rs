//! Roles: made, changed, copied, deleted; and nobody comes to hold what the granter lacks.

use std::collections::BTreeMap;

use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, InviteError};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::roles::{self, Draft, RoleError};
use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use proptest::prelude::*;
use uuid::Uuid;

use crate::app::{TestApp, email, here, name};

const BEA: &str = "bea@shop.example";
const CONSOLE: Authority<'_> = Authority::CommandLine;

fn draft(name: &str, permissions: &[(BuiltIn, Level)]) -> Draft {
    let permissions = permissions.iter().map(|(functionality, level)| (functionality.id(), *level)).collect();
    Draft { name: RoleName::parse(name).unwrap(), description: String::new(), permissions }
}

async fn operator(app: &TestApp, id: AccountId) -> Operator {
    app.storage.view().await.unwrap().operator(id).await.unwrap().unwrap()
}

async fn stored(app: &TestApp, id: RoleId) -> Role {
    roles::find(&app.access, id).await.unwrap().unwrap()
}

fn copy_of(n: u32) -> Option<RoleName> {
    RoleName::parse(&format!("Copy {n}")).ok()
}

#[tokio::test]
async fn a_role_is_made_changed_copied_and_deleted_and_each_is_noted() {
    let app = TestApp::new().await;
    let first = draft("Support", &[(BuiltIn::Audit, Level::View)]);
    let id = roles::create(&app.access, CONSOLE, &here(), first.clone()).await.unwrap();
    let again = roles::create(&app.access, CONSOLE, &here(), draft("SUPPORT", &[])).await;
    assert!(matches!(again, Err(RoleError::NameTaken)));
    let next = draft("Support", &[(BuiltIn::Audit, Level::Manage), (BuiltIn::Mail, Level::View)]);
    roles::edit(&app.access, CONSOLE, &here(), id, Some(1), next).await.unwrap();
    assert!(stored(&app, id).await.grants.allow(&BuiltIn::Audit.id(), Level::Manage));
    let events = app.events().await;
    let changed = events.iter().find(|event| event.action == Action::RoleChanged).unwrap();
    assert_eq!(changed.details["before"], "Support (): audit:view");
    assert_eq!(changed.details["after"], "Support (): audit:manage, mail:view");
    let copy = roles::duplicate(&app.access, CONSOLE, &here(), id, copy_of).await.unwrap();
    let second = roles::duplicate(&app.access, CONSOLE, &here(), id, copy_of).await.unwrap();
    assert_eq!(stored(&app, copy).await.grants, stored(&app, id).await.grants);
    assert_eq!(stored(&app, second).await.name.as_str(), "Copy 2");
    roles::delete(&app.access, CONSOLE, &here(), copy).await.unwrap();
    assert!(matches!(roles::delete(&app.access, CONSOLE, &here(), copy).await, Err(RoleError::Unknown)));
    assert_eq!((app.count(Action::RoleCreated).await, app.count(Action::RoleDeleted).await), (3, 1));
}

#[tokio::test]
async fn a_role_that_somebody_holds_is_not_deleted_and_they_are_named() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let role = app.role(7, BuiltIn::Mail, Level::View).await;
    app.set_roles(bea.id, &[role]).await;
    match roles::delete(&app.access, CONSOLE, &here(), role).await {
        Err(RoleError::Held { count: 1, names }) => assert_eq!(names, ["Somebody"]),
        other => panic!("{other:?}"),
    }
    let counts = roles::list(&app.access).await.unwrap();
    assert_eq!(
        counts.iter().map(|(role, count)| (role.id, *count)).collect::<Vec<_>>(),
        [(RoleId::SUPER_ADMINISTRATOR, 1), (role, 1)]
    );
}

#[tokio::test]
async fn of_two_who_edit_a_role_the_second_is_told_how_it_stands() {
    let app = TestApp::new().await;
    let role = app.role(7, BuiltIn::Mail, Level::View).await;
    roles::edit(&app.access, CONSOLE, &here(), role, Some(1), draft("Post", &[])).await.unwrap();
    match roles::edit(&app.access, CONSOLE, &here(), role, Some(1), draft("Letters", &[])).await {
        Err(RoleError::Changed(present)) => assert_eq!((present.name.as_str(), present.version), ("Post", 2)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_built_in_role_is_neither_changed_nor_copied_nor_deleted() {
    let app = TestApp::new().await;
    let id = RoleId::SUPER_ADMINISTRATOR;
    let edited = roles::edit(&app.access, CONSOLE, &here(), id, None, draft("Nobody", &[])).await;
    assert!(matches!(edited, Err(RoleError::BuiltIn)));
    assert!(matches!(roles::delete(&app.access, CONSOLE, &here(), id).await, Err(RoleError::BuiltIn)));
    let copied = roles::duplicate(&app.access, CONSOLE, &here(), id, copy_of).await;
    assert!(matches!(copied, Err(RoleError::BuiltIn)));
}

#[tokio::test]
async fn what_a_role_granted_of_a_functionality_that_is_gone_may_stay_and_nothing_new_of_it_comes() {
    let app = TestApp::new().await;
    let gone = FunctionalityId::parse("gone").unwrap();
    let old = Role {
        id: RoleId(Uuid::from_u128(9)),
        name: RoleName::parse("Old").unwrap(),
        description: String::new(),
        grants: Grants::Some(BTreeMap::from([(gone.clone(), Level::View)])),
        version: 1,
    };
    let mut unit = app.storage.begin().await.unwrap();
    unit.insert_role(&old).await.unwrap();
    unit.commit().await.unwrap();
    let mut wanted = draft("Old", &[(BuiltIn::Mail, Level::View)]);
    wanted.permissions.insert(gone.clone(), Level::Manage);
    let higher = roles::edit(&app.access, CONSOLE, &here(), old.id, None, wanted.clone()).await;
    assert!(matches!(higher, Err(RoleError::UnknownFunctionality(_))));
    wanted.permissions.insert(gone.clone(), Level::View);
    roles::edit(&app.access, CONSOLE, &here(), old.id, None, wanted.clone()).await.unwrap();
    assert!(matches!(
        roles::create(&app.access, CONSOLE, &here(), wanted).await,
        Err(RoleError::UnknownFunctionality(_))
    ));
    let copy = roles::duplicate(&app.access, CONSOLE, &here(), old.id, copy_of).await.unwrap();
    assert!(!stored(&app, copy).await.grants.allow(&gone, Level::View));
}

#[tokio::test]
async fn a_role_that_grants_more_than_its_editor_holds_is_out_of_reach_before_and_after() {
    let app = TestApp::new().await;
    let bea = app.active(BEA).await;
    let editor = app.role(7, BuiltIn::Roles, Level::Manage).await;
    let strong = app.role(8, BuiltIn::Parameters, Level::Manage).await;
    app.set_roles(bea.id, &[editor]).await;
    let bea = operator(&app, bea.id).await;
    let by = Authority::Operator(&bea);
    let more = draft("Role 7", &[(BuiltIn::Roles, Level::Manage), (BuiltIn::Parameters, Level::View)]);
    let outcomes = [
        roles::edit(&app.access, by, &here(), editor, None, more.clone()).await,
        roles::edit(&app.access, by, &here(), strong, None, draft("Weak", &[])).await,
        roles::delete(&app.access, by, &here(), strong).await,
        roles::duplicate(&app.access, by, &here(), strong, copy_of).await.map(drop),
        roles::create(&app.access, by, &here(), Draft { name: RoleName::parse("X").unwrap(), ..more }).await.map(drop),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(RoleError::Forbidden)), "{outcome:?}");
    }
}

#[derive(Debug, Clone)]
enum Act {
    Create(BTreeMap<FunctionalityId, Level>),
    Edit(usize, BTreeMap<FunctionalityId, Level>),
    Duplicate(usize),
    Assign(bool, Vec<usize>),
    Invite(Vec<usize>),
}

fn permissions() -> impl Strategy<Value = BTreeMap<FunctionalityId, Level>> {
    let functionality = prop::sample::select(BuiltIn::ALL.to_vec()).prop_map(BuiltIn::id);
    prop::collection::btree_map(functionality, prop_oneof![Just(Level::View), Just(Level::Manage)], 0..5)
}

fn act() -> impl Strategy<Value = Act> {
    let some = || prop::collection::vec(0..8_usize, 0..4);
    prop_oneof![
        permissions().prop_map(Act::Create),
        (0..8_usize, permissions()).prop_map(|(role, permissions)| Act::Edit(role, permissions)),
        (0..8_usize).prop_map(Act::Duplicate),
        (any::<bool>(), some()).prop_map(|(own, roles)| Act::Assign(own, roles)),
        some().prop_map(Act::Invite),
    ]
}

const LEVELS: [Level; 2] = [Level::View, Level::Manage];

async fn everybody(app: &TestApp) -> Vec<Operator> {
    app.storage.view().await.unwrap().operators("", Page { offset: 0, limit: 500 }).await.unwrap()
}

/// Does one act as the granter; refusals are fine.
async fn perform(app: &TestApp, granter: &Operator, target: AccountId, number: usize, act: Act) {
    let all: Vec<RoleId> = roles::list(&app.access).await.unwrap().into_iter().map(|(role, _)| role.id).collect();
    let pick = |n: usize| *all.get(n % all.len()).unwrap();
    let (by, fresh) = (Authority::Operator(granter), RoleName::parse(&format!("Made {number}")).unwrap());
    let draft = |permissions| Draft { name: fresh.clone(), description: String::new(), permissions };
    match act {
        Act::Create(permissions) => drop(roles::create(&app.access, by, &here(), draft(permissions)).await),
        Act::Edit(n, permissions) => {
            drop(roles::edit(&app.access, by, &here(), pick(n), None, draft(permissions)).await);
        }
        Act::Duplicate(n) => {
            drop(roles::duplicate(&app.access, by, &here(), pick(n), |_| Some(fresh.clone())).await);
        }
        Act::Assign(own, chosen) => {
            let chosen: Vec<RoleId> = chosen.into_iter().map(pick).collect();
            let whom = if own { granter.id() } else { target };
            let done = operator_care::set_roles(&app.access, by, &here(), whom, &chosen, None).await;
            assert!(!matches!(done, Err(CareError::Storage(_))), "{done:?}");
        }
        Act::Invite(chosen) => {
            let chosen: Vec<RoleId> = chosen.into_iter().map(pick).collect();
            let (address, called) = (email(&format!("n{number}@shop.example")), name("New"));
            let done = invitation::invite(&app.access, by, &here(), address, called, &chosen).await;
            assert!(!matches!(done, Err(InviteError::Storage(_))), "{done:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn nobody_ever_comes_to_hold_what_the_granter_lacks(
        held in permissions(),
        others in prop::collection::vec(permissions(), 1..4),
        acts in prop::collection::vec(act(), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let broken = runtime.block_on(async {
            let app = TestApp::new().await;
            let (bea, cyd) = (app.active(BEA).await, app.active("cyd@shop.example").await);
            let mut own = draft("Own", &[(BuiltIn::Roles, Level::Manage), (BuiltIn::Operators, Level::Manage)]);
            own.permissions.extend(held);
            let own = roles::create(&app.access, CONSOLE, &here(), own).await.unwrap();
            app.set_roles(bea.id, &[own]).await;
            for (n, permissions) in others.into_iter().enumerate() {
                let other = Draft { permissions, ..draft(&format!("Other {n}"), &[]) };
                roles::create(&app.access, CONSOLE, &here(), other).await.unwrap();
            }
            for (number, act) in acts.into_iter().enumerate() {
                let before = everybody(&app).await;
                let granter = operator(&app, bea.id).await;
                perform(&app, &granter, cyd.id, number, act.clone()).await;
                for now in everybody(&app).await {
                    let then = before.iter().find(|then| then.id() == now.id());
                    for (functionality, level) in BuiltIn::ALL.iter().flat_map(|f| LEVELS.map(|level| (f.id(), level))) {
                        let had = then.is_some_and(|then| then.grants().allow(&functionality, level));
                        let gained = now.grants().allow(&functionality, level) && !had;
                        if gained && !granter.grants().allow(&functionality, level) {
                            return Some((act, now.email().clone(), functionality, level));
                        }
                    }
                }
            }
            None
        });
        prop_assert!(broken.is_none(), "{broken:?}");
    }
}
