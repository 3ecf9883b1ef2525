//! What is compared before it is written: passwords and roles.

use async_trait::async_trait;
use portcullis_core::authority::Authority;
use portcullis_core::operator_care::{self, CareError};
use portcullis_domain::account::AccountStatus;
use portcullis_domain::role::{Grants, Role, RoleId, RoleName};
use portcullis_domain::secret::PasswordHash;
use uuid::Uuid;

use crate::CALLERS;
use crate::node::{Node, at, client};
use crate::rule::{Rule, WHO, operator, with_who};

/// A password, by somebody who knows the one of before.
pub(crate) struct Password;

fn hash(round: u32) -> PasswordHash {
    match round {
        0 => operator(WHO, AccountStatus::Active).password.expect("a password"),
        later => PasswordHash::new(format!("password of round {later}")),
    }
}

#[async_trait]
impl Rule for Password {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let (before, after) = (hash(round), hash(round + 1));
        let written = unit.set_password(WHO, Some(&before), &after, at(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        written
    }
}

/// A role, by everybody who saw the same version of it.
pub(crate) struct EditedRole;

fn role(round: u32, caller: u32) -> Role {
    Role {
        id: RoleId(Uuid::from_u128(9)),
        name: RoleName::parse(&format!("Role of {caller}")).expect("a name"),
        description: String::new(),
        grants: Grants::default(),
        version: 1 + i64::from(round),
    }
}

#[async_trait]
impl Rule for EditedRole {
    async fn prepare(&self, node: &Node, round: u32) {
        if round == 0 {
            let mut unit = node.begin().await;
            unit.insert_role(&role(0, 0)).await.expect("a role");
            unit.commit().await.expect("a commit");
        }
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let mut unit = node.begin().await;
        let edited = unit.update_role(&role(round, caller)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        edited
    }
}

/// An operator's roles, by everybody who saw that there were none.
pub(crate) struct GivenRoles;

impl GivenRoles {
    fn of(caller: u32) -> RoleId {
        RoleId(Uuid::from_u128(50 + u128::from(caller)))
    }
}

#[async_trait]
impl Rule for GivenRoles {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        let mut unit = node.begin().await;
        for caller in (0..CALLERS).filter(|_| round == 0) {
            let role = Role { id: Self::of(caller), ..role(0, caller) };
            unit.insert_role(&role).await.expect("a role");
        }
        unit.set_roles(WHO, &[]).await.expect("an answer");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        let (by, roles) = (Authority::CommandLine, [Self::of(caller)]);
        match operator_care::set_roles(&node.access, by, &client(), WHO, &roles, Some(&[])).await {
            Err(CareError::Storage(error)) => panic!("round {round}: {error}"),
            other => other.is_ok(),
        }
    }
}
