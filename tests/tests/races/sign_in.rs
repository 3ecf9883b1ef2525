//! Signing in: the second step, the end of a session, and limits.

use async_trait::async_trait;
use portcullis_core::second_step;
use portcullis_core::session::Authenticated;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::session::{Session, SessionId, Stage};
use portcullis_domain::two_factor::step_at;
use time::Duration;
use uuid::Uuid;

use crate::factors::protect;
use crate::node::{Node, at, client};
use crate::rule::{Rule, WHO, token, with_who};

/// How many tries are admitted.
const BURST: u32 = 5;

/// The session of a round, half a sign-in.
pub(crate) fn session(round: u32) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(1 + u128::from(round))),
        digest: token(round).digest(),
        account: WHO,
        stage: Stage::SecondStepDue,
        created_at: at(round),
        last_seen_at: at(round),
        proven_at: at(round),
        address: "203.0.113.7".to_owned(),
        device: "Browser".to_owned(),
    }
}

async fn open_session(node: &Node, round: u32) {
    let mut unit = node.begin().await;
    unit.end_sessions(WHO, None).await.expect("an answer");
    unit.insert_session(&session(round)).await.expect("a session");
    unit.commit().await.expect("a commit");
}

/// One challenge, one code, in sixteen tabs.
pub(crate) struct SecondStep;

#[async_trait]
impl Rule for SecondStep {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        protect(node, &[]).await;
        open_session(node, round).await;
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let operator = node.view().await.operator(WHO).await.expect("an answer").expect("an operator");
        // As the gate read it, before anybody was faster.
        let who = Authenticated { session: session(round), operator };
        let code = format!("{:06}", step_at(at(round)) % 1_000_000);
        second_step::with_code(&node.access, &client(), &who, &code).await.is_ok()
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let sessions = node.view().await.sessions(WHO).await.expect("an answer");
        let replaced = matches!(&*sessions, [one] if one.stage == Stage::SignedIn && one.id != session(round).id);
        assert!(won == 1 && replaced, "round {round}: {won}, {sessions:?}");
    }
}

/// A session is ended.
pub(crate) struct Ended;

#[async_trait]
impl Rule for Ended {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        open_session(node, round).await;
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let ended = unit.end_session(session(round).id).await.expect("an answer");
        unit.commit().await.expect("a commit");
        ended
    }
}

/// A budget that nobody has spent of yet.
pub(crate) struct Limit;

#[async_trait]
impl Rule for Limit {
    async fn prepare(&self, _node: &Node, _round: u32) {}

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let key = BudgetKey::new("races", &[&round.to_string()]);
        let limit = RateLimit::new(BURST, Duration::minutes(15));
        let mut unit = node.begin().await;
        let decision = unit.spend_budget(&key, &limit, at(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        matches!(decision, Decision::Admitted { .. })
    }

    async fn holds(&self, _node: &Node, round: u32, won: u32) {
        assert_eq!(won, BURST, "round {round}");
    }
}
