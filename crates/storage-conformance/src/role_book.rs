//! Changes of roles, and the one super-administrator who is always left.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_domain::account::{Account, AccountKind, AccountStatus, Operator};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::{Page, Storage, StorageError};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};

use crate::fixtures::{FIRST, RACERS, given, id, invited, linger, name, operator, race, uuid};
use crate::roles::{given_roles, role};

async fn hold(storage: &Arc<dyn Storage>, accounts: &[u32], roles: &[RoleId]) {
    let mut unit = storage.begin().await.unwrap();
    for n in accounts {
        unit.set_roles(id(*n), roles).await.unwrap();
    }
    unit.commit().await.unwrap();
}

pub(crate) async fn a_role_is_found_by_its_identity(storage: Arc<dyn Storage>) {
    let audit = role(2, "Audit", &[(BuiltIn::Audit, Level::View)]);
    given_roles(&storage, std::slice::from_ref(&audit)).await;
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.role(audit.id).await.unwrap(), Some(audit));
    assert_eq!(view.role(RoleId::SUPER_ADMINISTRATOR).await.unwrap(), Some(Role::super_administrator()));
    assert_eq!(view.role(RoleId(uuid(99))).await.unwrap(), None);
}

pub(crate) async fn an_update_replaces_all_and_raises_the_version(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let before = role(5, "Before", &[(BuiltIn::Audit, Level::Manage), (BuiltIn::Mail, Level::View)]);
    let other = role(6, "Other", &[(BuiltIn::Audit, Level::View)]);
    given_roles(&storage, &[before.clone(), other.clone()]).await;
    hold(&storage, &[1], &[before.id]).await;
    let asked = Role { version: 5, id: before.id, ..role(7, "BEFORE", &[(BuiltIn::Mail, Level::Manage)]) };
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.update_role(&asked).await.unwrap(), "its own name in another case is not taken");
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    let after = Role { version: 6, ..asked.clone() };
    assert_eq!(view.role(before.id).await.unwrap(), Some(after.clone()));
    assert_eq!(view.role(other.id).await.unwrap(), Some(other.clone()));
    assert_eq!(view.operator(id(1)).await.unwrap().unwrap().grants(), &after.grants, "holders get what it grants now");
    drop(view);

    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.update_role(&asked).await.unwrap(), "somebody was first");
    assert!(!unit.update_role(&Role { version: 7, ..asked }).await.unwrap(), "no such version yet");
    assert!(!unit.update_role(&role(9, "Nobody's", &[])).await.unwrap());
    let weaker = Role { grants: Grants::default(), ..Role::super_administrator() };
    assert!(!unit.update_role(&weaker).await.unwrap(), "it is built in");
    unit.commit().await.unwrap();
    let roles = storage.view().await.unwrap().roles().await.unwrap();
    assert_eq!(roles, [Role::super_administrator(), after, other]);
}

pub(crate) async fn of_racing_updates_of_a_version_one_wins(storage: Arc<dyn Storage>) {
    let before = role(1, "Before", &[]);
    given_roles(&storage, std::slice::from_ref(&before)).await;
    let won = race(&storage, RACERS, |n, storage| async move {
        let asked = Role { version: 1, id: RoleId(uuid(1)), ..role(1, &format!("After {n}"), &[]) };
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = unit.update_role(&asked).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine.then_some(Role { version: 2, ..asked })
    })
    .await;
    let winners: Vec<Role> = won.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(storage.view().await.unwrap().role(before.id).await.unwrap(), Some(winners[0].clone()));
}

pub(crate) async fn a_taken_name_does_not_poison_the_update(storage: Arc<dyn Storage>) {
    let grants = [(BuiltIn::Audit, Level::View)];
    given_roles(&storage, &[role(1, "Straße", &grants), role(2, "Other", &grants)]).await;
    let mut unit = storage.begin().await.unwrap();
    for taken in ["strasse", "STRASSE", "Super-Administrator"] {
        let asked = Role { name: RoleName::parse(taken).unwrap(), ..role(2, "Other", &[]) };
        assert_eq!(unit.update_role(&asked).await, Err(StorageError::Conflict), "{taken}");
    }
    assert_eq!(unit.role(RoleId(uuid(2))).await.unwrap(), Some(role(2, "Other", &grants)), "nothing of it was done");
    let asked = Role { name: RoleName::parse("Free").unwrap(), ..role(2, "Other", &[]) };
    assert!(unit.update_role(&asked).await.unwrap());
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.role(RoleId(uuid(2))).await.unwrap(), Some(Role { version: 3, ..asked }));
    assert_eq!(view.role(RoleId(uuid(1))).await.unwrap(), Some(role(1, "Straße", &grants)));
}

pub(crate) async fn a_role_is_deleted_only_when_nobody_holds_it(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), Account { status: AccountStatus::Suspended, ..operator(2) }]).await;
    given_roles(
        &storage,
        &[role(1, "One", &[(BuiltIn::Audit, Level::View)]), role(2, "Two", &[]), role(3, "Three", &[])],
    )
    .await;
    hold(&storage, &[1], &[RoleId(uuid(1))]).await;
    hold(&storage, &[2], &[RoleId(uuid(2))]).await;
    let mut unit = storage.begin().await.unwrap();
    for (kept, why) in [
        (RoleId(uuid(1)), "held"),
        (RoleId(uuid(2)), "held by somebody suspended"),
        (RoleId::SUPER_ADMINISTRATOR, "built in"),
        (RoleId(uuid(99)), "unknown"),
    ] {
        assert!(!unit.delete_role(kept).await.unwrap(), "{why}");
    }
    assert!(unit.delete_role(RoleId(uuid(3))).await.unwrap());
    assert!(!unit.delete_role(RoleId(uuid(3))).await.unwrap());
    unit.set_roles(id(1), &[]).await.unwrap();
    assert!(unit.delete_role(RoleId(uuid(1))).await.unwrap(), "nobody holds it any longer");
    assert_eq!(unit.set_roles(id(1), &[RoleId(uuid(1))]).await, Err(StorageError::Conflict));
    unit.insert_role(&role(4, "Three", &[])).await.unwrap();
    unit.commit().await.unwrap();
    let roles = storage.view().await.unwrap().roles().await.unwrap();
    assert_eq!(roles, [Role::super_administrator(), role(4, "Three", &[]), role(2, "Two", &[])], "the name is free");
}

pub(crate) async fn a_role_is_not_deleted_while_somebody_gets_it(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    for round in 1..=20 {
        let contested = role(round, &format!("Role {round}"), &[]);
        given_roles(&storage, std::slice::from_ref(&contested)).await;
        let outcomes = race(&storage, 2, move |n, storage| async move {
            let contested = RoleId(uuid(round));
            let mut unit = storage.begin().await.unwrap();
            linger().await;
            let done = if n == 0 {
                unit.delete_role(contested).await.unwrap()
            } else {
                match unit.set_roles(id(1), &[contested]).await {
                    Ok(()) => true,
                    Err(StorageError::Conflict) => false,
                    Err(error) => panic!("{error}"),
                }
            };
            linger().await;
            unit.commit().await.unwrap();
            done
        })
        .await;
        let mut view = storage.view().await.unwrap();
        let held = view.operator(id(1)).await.unwrap().unwrap().roles().contains(&contested.id);
        let there = view.role(contested.id).await.unwrap().is_some();
        assert_eq!((outcomes[0], outcomes[1]), (!there, held), "each was told what came of it");
        assert_ne!(outcomes[0], outcomes[1], "one of them happened, and not both");
    }
}

/// Two active operators, and one of each kind of those who do not count.
async fn given_holders(storage: &Arc<dyn Storage>, role: RoleId) {
    given(
        storage,
        &[
            Account { name: name("zoë"), ..operator(1) },
            Account { name: name("Anna"), ..operator(2) },
            Account { status: AccountStatus::Suspended, name: name("anna"), ..operator(3) },
            Account { name: name("Émile"), ..invited(4) },
            Account { kind: AccountKind::Vendor, ..operator(5) },
            operator(6),
        ],
    )
    .await;
    hold(storage, &[1, 2, 3, 4, 5], &[role]).await;
}

pub(crate) async fn holders_are_operators_by_name(storage: Arc<dyn Storage>) {
    let (held, free) = (role(1, "Held", &[]), role(2, "Free", &[]));
    given_roles(&storage, &[held.clone(), free.clone()]).await;
    given_holders(&storage, held.id).await;
    hold(&storage, &[1], &[held.id, RoleId::SUPER_ADMINISTRATOR]).await;
    let mut view = storage.view().await.unwrap();
    let counts = BTreeMap::from([(held.id, 4), (RoleId::SUPER_ADMINISTRATOR, 1)]);
    assert_eq!(view.role_counts().await.unwrap(), counts, "what nobody holds is left out");

    let everyone = view.operators("", FIRST).await.unwrap();
    let expected: Vec<Operator> = everyone.into_iter().filter(|one| one.roles().contains(&held.id)).collect();
    assert_eq!(expected.len(), 4);
    assert_eq!(view.role_holders(held.id, FIRST).await.unwrap(), expected, "in the order of the list of operators");
    let mut paged = Vec::new();
    for offset in [0, 3, 6] {
        paged.extend(view.role_holders(held.id, Page { offset, limit: 3 }).await.unwrap());
    }
    assert_eq!(paged, expected);
    assert_eq!(view.role_holders(free.id, FIRST).await.unwrap(), []);
    assert_eq!(view.role_holders(RoleId(uuid(99)), FIRST).await.unwrap(), []);
}

pub(crate) async fn super_administrators_are_counted_when_active(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().count_active_super_administrators(None).await.unwrap(), 0);
    given_holders(&storage, RoleId::SUPER_ADMINISTRATOR).await;
    let mut view = storage.view().await.unwrap();
    for (except, count) in [(None, 2), (Some(1), 1), (Some(2), 1), (Some(3), 2), (Some(6), 2), (Some(99), 2)] {
        let counted = view.count_active_super_administrators(except.map(id)).await.unwrap();
        assert_eq!(counted, count, "without {except:?}");
    }
}

/// What takes a super-administrator away.
#[derive(Debug, Clone, Copy)]
enum Way {
    Demote,
    Suspend,
    Delete,
}

pub(crate) async fn of_two_who_take_each_other_away_one_is_left(storage: Arc<dyn Storage>) {
    for round in 0..24 {
        let (one, two) = (1_000 + round * 2, 1_001 + round * 2);
        given(&storage, &[operator(one), operator(two)]).await;
        hold(&storage, &[one, two], &[RoleId::SUPER_ADMINISTRATOR]).await;
        let way = [Way::Demote, Way::Suspend, Way::Delete][usize::try_from(round % 3).unwrap()];
        // Each takes the other one away, or steps down itself.
        let other = u32::from(round % 2 == 0);
        let gone = race(&storage, 2, move |n, storage| async move {
            let target = id([one, two][usize::try_from((n + other) % 2).unwrap()]);
            let mut unit = storage.begin().await.unwrap();
            // As a use case does, which asks first who acts.
            assert!(unit.operator(target).await.is_ok());
            linger().await;
            unit.lock_super_administrators().await.unwrap();
            linger().await;
            if unit.count_active_super_administrators(Some(target)).await.unwrap() == 0 {
                return false;
            }
            linger().await;
            match way {
                Way::Demote => unit.set_roles(target, &[]).await.unwrap(),
                Way::Suspend => {
                    let done = unit.set_status(target, AccountStatus::Active, AccountStatus::Suspended).await.unwrap();
                    assert!(done);
                }
                Way::Delete => assert!(unit.delete_account(target).await.unwrap()),
            }
            linger().await;
            unit.commit().await.unwrap();
            true
        })
        .await;
        assert_eq!(gone.into_iter().filter(|gone| *gone).count(), 1, "round {round}, {way:?}");
        let mut unit = storage.begin().await.unwrap();
        assert_eq!(unit.count_active_super_administrators(None).await.unwrap(), 1, "round {round}, {way:?}");
        for n in [one, two] {
            unit.delete_account(id(n)).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

pub(crate) async fn of_racing_renames_to_one_name_one_wins_and_the_others_go_on(storage: Arc<dyn Storage>) {
    let before: Vec<Role> = (0..RACERS).map(|n| role(n + 1, &format!("Role {n}"), &[])).collect();
    given_roles(&storage, &before).await;
    let won = race(&storage, RACERS, |n, storage| async move {
        let asked = role(n + 1, "Wanted", &[]);
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = match unit.update_role(&asked).await {
            Ok(done) => done,
            Err(error) => {
                assert_eq!(error, StorageError::Conflict);
                false
            }
        };
        unit.set_parameter(&format!("unit {n}"), "goes on").await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine
    })
    .await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.parameters().await.unwrap().len(), RACERS as usize);
    assert_eq!(view.roles().await.unwrap().iter().filter(|role| role.name.as_str() == "Wanted").count(), 1);
}
