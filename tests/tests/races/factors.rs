//! Second factors: steps, recovery codes, and adding one.

use async_trait::async_trait;
use portcullis_core::authority::Authority;
use portcullis_core::operator_care::{self, CareError};
use portcullis_domain::secret::Digest256;
use portcullis_domain::two_factor::{TwoFactor, step_at};

use crate::node::{Node, at, client};
use crate::rule::{Rule, WHO, token, with_who};

/// A second factor of 160 bits, which the node's sealer leaves as they are.
pub(crate) async fn protect(node: &Node, codes: &[Digest256]) -> bool {
    let secret = portcullis_domain::secret::Sealed(vec![7; 20]);
    let factor = TwoFactor { secret, added_at: at(0), last_step: 0 };
    let mut unit = node.begin().await;
    let added = unit.add_two_factor(WHO, &factor, codes).await.expect("an answer");
    unit.commit().await.expect("a commit");
    added
}

/// A step of one-time codes.
pub(crate) struct Step;

#[async_trait]
impl Rule for Step {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        protect(node, &[]).await;
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let spent = unit.spend_totp_step(WHO, step_at(at(round))).await.expect("an answer");
        unit.commit().await.expect("a commit");
        spent
    }
}

/// A recovery code.
pub(crate) struct RecoveryCode;

#[async_trait]
impl Rule for RecoveryCode {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        protect(node, &[]).await;
        let mut unit = node.begin().await;
        let codes = [token(round).digest()];
        assert!(unit.replace_recovery_codes(WHO, &codes).await.expect("an answer"));
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let mut unit = node.begin().await;
        let code = token(round).digest();
        let spent = unit.spend_recovery_code(WHO, &code, at(round)).await.expect("an answer");
        unit.commit().await.expect("a commit");
        spent
    }
}

/// A second factor with its codes, from two tabs at once.
pub(crate) struct Added;

#[async_trait]
impl Rule for Added {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        let mut unit = node.begin().await;
        unit.remove_two_factor(WHO).await.expect("an answer");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, _round: u32, caller: u32) -> bool {
        protect(node, &[token(caller).digest()]).await
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        let left = node.view().await.recovery_codes_left(WHO).await.expect("a count");
        assert_eq!((won, left), (1, 1), "round {round}");
    }
}

/// A second factor, by several administrators who are asked to.
pub(crate) struct Removed;

#[async_trait]
impl Rule for Removed {
    async fn prepare(&self, node: &Node, round: u32) {
        with_who(node, round).await;
        assert!(protect(node, &[]).await, "round {round}");
    }

    async fn attempt(&self, node: &Node, round: u32, _caller: u32) -> bool {
        let removed = operator_care::remove_two_factor(&node.access, Authority::CommandLine, &client(), WHO).await;
        match removed {
            Err(CareError::Storage(error)) => panic!("round {round}: {error}"),
            other => other.is_ok(),
        }
    }
}
