//! The last super-administrator: four of them, and sixteen who demote, suspend and delete at once.

use async_trait::async_trait;
use portcullis_core::authority::Authority;
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::session::Authenticated;
use portcullis_domain::account::{AccountId, AccountStatus};
use portcullis_domain::role::RoleId;
use portcullis_domain::session::{Session, SessionId, Stage};
use uuid::Uuid;

use crate::node::{Node, client};
use crate::rule::{Rule, operator, token};
use crate::sign_in::session as begun;

const ADMINISTRATORS: u32 = 4;

fn id(n: u32) -> AccountId {
    AccountId(Uuid::from_u128(100 + u128::from(n % ADMINISTRATORS)))
}

/// Where one of them is signed in.
fn session(n: u32, round: u32) -> Session {
    Session {
        id: SessionId(id(n).0),
        digest: token(n).digest(),
        account: id(n),
        stage: Stage::SignedIn,
        ..begun(round)
    }
}

/// All of them are there, active and signed in, and hold everything.
async fn reinstate(node: &Node, round: u32) {
    let mut unit = node.begin().await;
    for n in 0..ADMINISTRATORS {
        if unit.account(id(n)).await.expect("an answer").is_none() {
            unit.insert_account(&operator(id(n), AccountStatus::Active)).await.expect("an account");
        }
        unit.set_status(id(n), AccountStatus::Suspended, AccountStatus::Active).await.expect("an answer");
        unit.set_roles(id(n), &[RoleId::SUPER_ADMINISTRATOR]).await.expect("an answer");
        unit.end_sessions(id(n), None).await.expect("an answer");
        unit.insert_session(&session(n, round)).await.expect("a session");
    }
    unit.commit().await.expect("a commit");
}

/// Each is struck by four callers, in three ways.
async fn strike(node: &Node, by: Authority<'_>, round: u32, caller: u32) -> bool {
    let (access, whom) = (&node.access, id(caller));
    let struck = match (round + caller / ADMINISTRATORS) % 3 {
        0 => operator_care::set_roles(access, by, &client(), whom, &[], None).await,
        1 => operator_care::suspend(access, by, &client(), whom).await,
        _ => operator_care::delete(access, by, &client(), whom).await,
    };
    match struck {
        Err(CareError::Storage(error)) => panic!("round {round}: {error}"),
        other => other.is_ok(),
    }
}

/// In every other round it is the machine's console, which holds everything, that strikes everybody: all but one fall. In
/// the rounds between each strikes the next one: whoever has fallen strikes nobody any more.
pub(crate) struct Remains;

fn by_the_console(round: u32) -> bool {
    round.is_multiple_of(2)
}

#[async_trait]
impl Rule for Remains {
    async fn prepare(&self, node: &Node, round: u32) {
        reinstate(node, round).await;
    }

    async fn attempt(&self, node: &Node, round: u32, caller: u32) -> bool {
        if by_the_console(round) {
            return strike(node, Authority::CommandLine, round, caller).await;
        }
        // As the gate read it, before anybody was faster.
        let n = (caller + 1) % ADMINISTRATORS;
        let Some(operator) = node.view().await.operator(id(n)).await.expect("an answer") else { return false };
        let by = Authenticated { session: session(n, round), operator };
        strike(node, Authority::Operator(&by), round, caller).await
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let left = node.view().await.count_active_super_administrators(None).await.expect("a count");
        let most = if by_the_console(round) { 1 } else { u64::from(ADMINISTRATORS) - 1 };
        assert!(won >= 1 && (1..=most).contains(&left), "round {round}: {won}, {left} left");
    }
}
