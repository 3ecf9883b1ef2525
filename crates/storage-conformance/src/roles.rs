//! Roles, and who holds them.

use std::sync::Arc;

use portcullis_domain::functionality::{BuiltIn, FunctionalityId};
use portcullis_domain::ports::storage::{Storage, StorageError};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};

use crate::fixtures::{given, id, operator, uuid};

/// A role of version `n`.
pub(crate) fn role(n: u32, name: &str, grants: &[(BuiltIn, Level)]) -> Role {
    Role {
        id: RoleId(uuid(n)),
        name: RoleName::parse(name).unwrap(),
        description: format!("What {name} is for. 🐢"),
        grants: Grants::Some(grants.iter().map(|(part, level)| (part.id(), *level)).collect()),
        version: i64::from(n),
    }
}

/// Puts roles there.
pub(crate) async fn given_roles(storage: &Arc<dyn Storage>, roles: &[Role]) {
    let mut unit = storage.begin().await.unwrap();
    for role in roles {
        unit.insert_role(role).await.unwrap();
    }
    unit.commit().await.unwrap();
}

pub(crate) async fn the_built_in_role_is_there_and_first(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().roles().await.unwrap(), [Role::super_administrator()]);
    given_roles(&storage, &[role(1, "Zoo", &[]), role(2, "Aquarium", &[])]).await;
    let roles = storage.view().await.unwrap().roles().await.unwrap();
    assert_eq!(roles, [Role::super_administrator(), role(2, "Aquarium", &[]), role(1, "Zoo", &[])]);
}

pub(crate) async fn a_role_is_read_back_as_it_was_written(storage: Arc<dyn Storage>) {
    let mut own = role(3, "Cashier", &[]);
    own.grants = Grants::Some([(FunctionalityId::parse("cash_desk-2").unwrap(), Level::Manage)].into());
    let roles = [
        role(1, "A", &[(BuiltIn::Audit, Level::View), (BuiltIn::Operators, Level::Manage)]),
        role(2, "B", &[]),
        own,
        Role { grants: Grants::Everything, ..role(4, "D", &[]) },
    ];
    given_roles(&storage, &roles).await;
    assert_eq!(storage.view().await.unwrap().roles().await.unwrap()[1..], roles);
}

pub(crate) async fn a_role_name_is_taken_without_regard_to_case(storage: Arc<dyn Storage>) {
    given_roles(&storage, &[role(1, "Großhandel", &[])]).await;
    let mut unit = storage.begin().await.unwrap();
    for taken in ["GROSSHANDEL", "großhandel", "super-ADMINISTRATOR"] {
        assert_eq!(unit.insert_role(&role(2, taken, &[])).await, Err(StorageError::Conflict), "{taken}");
    }
    assert_eq!(unit.insert_role(&role(1, "Other", &[])).await, Err(StorageError::Conflict), "its identity");
    unit.insert_role(&role(2, "Other", &[])).await.unwrap();
}

pub(crate) async fn an_operator_holds_the_union_of_the_roles(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    let looks = role(1, "Looks", &[(BuiltIn::Audit, Level::View), (BuiltIn::Mail, Level::View)]);
    let mails = role(2, "Mails", &[(BuiltIn::Mail, Level::Manage)]);
    given_roles(&storage, &[looks.clone(), mails.clone()]).await;

    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.operator(id(1)).await.unwrap().unwrap().grants(), &Grants::default());
    unit.set_roles(id(1), &[mails.id, looks.id]).await.unwrap();
    unit.set_roles(id(2), &[looks.id, RoleId::SUPER_ADMINISTRATOR]).await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    let both = view.operator(id(1)).await.unwrap().unwrap();
    assert_eq!(both.grants(), &looks.grants.clone().union(mails.grants.clone()));
    let mut held = both.roles().to_vec();
    held.sort();
    assert_eq!(held, [looks.id, mails.id]);
    assert!(view.operator(id(2)).await.unwrap().unwrap().is_super_administrator());
    let listed = view.operators("", crate::fixtures::FIRST).await.unwrap();
    assert_eq!(listed[0].grants(), both.grants(), "the list says the same");
    assert!(listed[1].is_super_administrator());
    drop(view);

    let mut unit = storage.begin().await.unwrap();
    unit.set_roles(id(1), &[looks.id]).await.unwrap();
    assert_eq!(unit.operator(id(1)).await.unwrap().unwrap().grants(), &looks.grants);
    unit.set_roles(id(1), &[]).await.unwrap();
    assert_eq!(unit.operator(id(1)).await.unwrap().unwrap().grants(), &Grants::default());
}

pub(crate) async fn unknown_roles_are_refused_and_the_old_ones_stay(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let known = role(1, "Known", &[(BuiltIn::Audit, Level::View)]);
    given_roles(&storage, std::slice::from_ref(&known)).await;
    let mut unit = storage.begin().await.unwrap();
    unit.set_roles(id(1), &[known.id]).await.unwrap();
    let unknown = RoleId(uuid(99));
    assert_eq!(unit.set_roles(id(1), &[RoleId::SUPER_ADMINISTRATOR, unknown]).await, Err(StorageError::Conflict));
    unit.commit().await.unwrap();
    let held = storage.view().await.unwrap().operator(id(1)).await.unwrap().unwrap();
    assert_eq!(held.roles(), [known.id]);
}
