//! Roles: made, changed, copied, deleted.

use std::collections::BTreeMap;

use portcullis_core::authority::Authority;
use portcullis_core::roles::{self, Draft, RoleError};
use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use uuid::Uuid;

use crate::app::{TestApp, here};

const BEA: &str = "bea@shop.example";
const CONSOLE: Authority<'_> = Authority::CommandLine;

pub(crate) fn draft(name: &str, permissions: &[(BuiltIn, Level)]) -> Draft {
    let permissions = permissions.iter().map(|(functionality, level)| (functionality.id(), *level)).collect();
    Draft { name: RoleName::parse(name).unwrap(), description: String::new(), permissions }
}

pub(crate) async fn operator(app: &TestApp, id: AccountId) -> Operator {
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
    let bea = app.request_of(&operator(&app, bea.id).await).await;
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
