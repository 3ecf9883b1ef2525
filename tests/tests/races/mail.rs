//! The outbox, and requests for new passwords.

use async_trait::async_trait;
use portcullis_domain::account::AccountStatus;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::RecoveryRequest;
use portcullis_domain::secret::Sealed;
use time::Duration;
use uuid::Uuid;

use crate::node::{Node, at};
use crate::rule::{Rule, WHO, operator};

/// How many are due in a round.
const DUE: u32 = 3;

/// Longer than all rounds: what was claimed once stays claimed.
fn lease(round: u32) -> Instant {
    at(round) + Duration::days(365)
}

fn mail(number: u32, round: u32) -> OutboxEntry {
    OutboxEntry {
        id: Uuid::from_u128(1 + u128::from(number)),
        to: operator(WHO, AccountStatus::Active).email,
        kind: "suspended".to_owned(),
        body: Some(Sealed(vec![1])),
        state: MailState::Waiting,
        attempts: 0,
        next_attempt_at: at(round),
        created_at: at(round),
        last_error: None,
    }
}

async fn claim(node: &Node, round: u32) -> Option<OutboxEntry> {
    let mut unit = node.begin().await;
    let claimed = unit.claim_mail(at(round), lease(round), 1).await.expect("an answer").pop();
    unit.commit().await.expect("a commit");
    claimed
}

/// Three mails, of which everybody wants one.
pub(crate) struct Claimed;

#[async_trait]
impl Rule for Claimed {
    async fn prepare(&self, node: &Node, round: u32) {
        let mut unit = node.begin().await;
        for number in 0..DUE {
            unit.insert_mail(&mail(round * DUE + number, round)).await.expect("a mail");
        }
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        claim(node, round).await.is_some()
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        // Were one claimed twice, so many could only have been claimed with another left.
        assert_eq!((won, claim(node, round).await), (DUE, None), "round {round}");
    }
}

/// A mail that two nodes think is theirs.
pub(crate) struct Told;

#[async_trait]
impl Rule for Told {
    async fn prepare(&self, node: &Node, round: u32) {
        let mut unit = node.begin().await;
        unit.insert_mail(&mail(round, round)).await.expect("a mail");
        unit.commit().await.expect("a commit");
        assert!(claim(node, round).await.is_some());
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let sent = OutboxEntry { state: MailState::Sent, attempts: 1, body: None, ..mail(round, round) };
        let mut unit = node.begin().await;
        let written = unit.update_mail(&sent, lease(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        written
    }
}

/// A request from "forgot password".
pub(crate) struct Requested;

#[async_trait]
impl Rule for Requested {
    async fn prepare(&self, node: &Node, round: u32) {
        let request = RecoveryRequest {
            id: Uuid::from_u128(1 + u128::from(round)),
            email: operator(WHO, AccountStatus::Active).email.key(),
            address: "203.0.113.7".to_owned(),
            requested_at: at(round),
            due_at: at(round),
        };
        let mut unit = node.begin().await;
        unit.insert_recovery_request(&request).await.expect("a request");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let taken = unit.take_recovery_requests(at(round), 1).await.expect("an answer");
        unit.commit().await.expect("a commit");
        !taken.is_empty()
    }
}
