//! Whatever is done in whatever order, and however long the page was open: nobody comes to hold what the granter lacks.

use std::collections::BTreeMap;

use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, InviteError};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::roles::{self, Draft};
use portcullis_core::session::Authenticated;
use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use proptest::prelude::*;
use uuid::Uuid;

use crate::app::{TestApp, email, here, name};
use crate::roles::{draft, operator};

const BEA: &str = "bea@shop.example";
const CONSOLE: Authority<'_> = Authority::CommandLine;

#[derive(Debug, Clone)]
enum Act {
    Create(BTreeMap<FunctionalityId, Level>),
    Edit(usize, BTreeMap<FunctionalityId, Level>),
    Duplicate(usize),
    Assign(bool, Vec<usize>),
    Invite(Vec<usize>),
    /// The granter's own role comes to grant this: from the console, while their page is open.
    Lose(BTreeMap<FunctionalityId, Level>),
    /// The granter is suspended, or reinstated.
    Suspend,
    /// The granter opens the page again, and with it who they are.
    Reload,
}

/// Not in this node's configuration; another node may know it.
fn gone() -> FunctionalityId {
    FunctionalityId::parse("gone").unwrap()
}

/// Permissions as an earlier configuration, or another node, may have put them into a role.
fn with_gone() -> impl Strategy<Value = BTreeMap<FunctionalityId, Level>> {
    let of_gone = prop_oneof![Just(None), Just(Some(Level::View)), Just(Some(Level::Manage))];
    (permissions(), of_gone).prop_map(|(mut permissions, of_gone)| {
        permissions.extend(of_gone.map(|level| (gone(), level)));
        permissions
    })
}

fn permissions() -> impl Strategy<Value = BTreeMap<FunctionalityId, Level>> {
    let functionality = prop::sample::select(BuiltIn::ALL.to_vec()).prop_map(BuiltIn::id);
    prop::collection::btree_map(functionality, prop_oneof![Just(Level::View), Just(Level::Manage)], 0..5)
}

fn act() -> impl Strategy<Value = Act> {
    let some = || prop::collection::vec(0..8_usize, 0..4);
    prop_oneof![
        with_gone().prop_map(Act::Create),
        (0..8_usize, with_gone()).prop_map(|(role, permissions)| Act::Edit(role, permissions)),
        (0..8_usize).prop_map(Act::Duplicate),
        (any::<bool>(), some()).prop_map(|(own, roles)| Act::Assign(own, roles)),
        some().prop_map(Act::Invite),
        permissions().prop_map(Act::Lose),
        Just(Act::Suspend),
        Just(Act::Reload),
    ]
}

const LEVELS: [Level; 2] = [Level::View, Level::Manage];

async fn everybody(app: &TestApp) -> Vec<Operator> {
    app.storage.view().await.unwrap().operators("", Page { offset: 0, limit: 500 }).await.unwrap()
}

/// A role that is there already.
async fn put(app: &TestApp, number: u128, draft: Draft) -> RoleId {
    let Draft { name, description, permissions } = draft;
    let id = RoleId(Uuid::from_u128(number));
    let mut unit = app.storage.begin().await.unwrap();
    unit.insert_role(&Role { id, name, description, grants: Grants::Some(permissions), version: 1 }).await.unwrap();
    unit.commit().await.unwrap();
    id
}

/// Does one act as the granter; refusals are fine.
async fn perform(app: &TestApp, granter: &Authenticated, target: AccountId, number: usize, act: Act) {
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
            let whom = if own { granter.operator.id() } else { target };
            let done = operator_care::set_roles(&app.access, by, &here(), whom, &chosen, None).await;
            assert!(!matches!(done, Err(CareError::Storage(_))), "{done:?}");
        }
        Act::Invite(chosen) => {
            let chosen: Vec<RoleId> = chosen.into_iter().map(pick).collect();
            let (address, called) = (email(&format!("n{number}@shop.example")), name("New"));
            let done = invitation::invite(&app.access, by, &here(), address, called, &chosen).await;
            assert!(!matches!(done, Err(InviteError::Storage(_))), "{done:?}");
        }
        Act::Lose(_) | Act::Suspend | Act::Reload => {}
    }
}

/// What happens to the granter while their page is open.
async fn befall(app: &TestApp, granter: AccountId, own: RoleId, act: &Act) {
    match act {
        Act::Lose(permissions) => {
            let less = Draft { permissions: permissions.clone(), ..draft("Own", &[]) };
            roles::edit(&app.access, CONSOLE, &here(), own, None, less).await.unwrap();
        }
        Act::Suspend => {
            let now = operator(app, granter).await.status();
            let then = if now == AccountStatus::Active { AccountStatus::Suspended } else { AccountStatus::Active };
            app.set_status(granter, now, then).await;
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn nobody_ever_comes_to_hold_what_the_granter_lacks_by_then(
        held in with_gone(),
        others in prop::collection::vec(with_gone(), 1..4),
        acts in prop::collection::vec(act(), 1..16),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let broken = runtime.block_on(async {
            let app = TestApp::new().await;
            let (bea, cyd) = (app.active(BEA).await, app.active("cyd@shop.example").await);
            let mut own = draft("Own", &[(BuiltIn::Roles, Level::Manage), (BuiltIn::Operators, Level::Manage)]);
            own.permissions.extend(held);
            let own = put(&app, 10, own).await;
            app.set_roles(bea.id, &[own]).await;
            for (number, permissions) in (11..).zip(others) {
                let other = Draft { permissions, ..draft(&format!("Other {number}"), &[]) };
                put(&app, number, other).await;
            }
            let mut loaded = app.request_of(&operator(&app, bea.id).await).await;
            for (number, act) in acts.into_iter().enumerate() {
                befall(&app, bea.id, own, &act).await;
                let before = everybody(&app).await;
                // Judged by what is held now, not by what was held when the page was loaded.
                let granter = operator(&app, bea.id).await;
                let may = granter.status() == AccountStatus::Active;
                if matches!(act, Act::Reload) {
                    loaded.operator = granter.clone();
                }
                perform(&app, &loaded, cyd.id, number, act.clone()).await;
                for now in everybody(&app).await {
                    let then = before.iter().find(|then| then.id() == now.id());
                    let all = BuiltIn::ALL.into_iter().map(BuiltIn::id).chain([gone()]);
                    for (functionality, level) in all.flat_map(|id| LEVELS.map(|level| (id.clone(), level))) {
                        let had = then.is_some_and(|then| then.grants().allow(&functionality, level));
                        let gained = now.grants().allow(&functionality, level) && !had;
                        if gained && !(may && granter.grants().allow(&functionality, level)) {
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
