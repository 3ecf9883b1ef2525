//! The audit trail.

use async_trait::async_trait;
use portcullis_core::audit_seal::{TrailSealer, verify};
use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::audit_seal::Head;
use uuid::Uuid;

use crate::node::{Node, at};
use crate::rule::Rule;

/// An event, by everybody who seals.
pub(crate) struct Sealed;

#[async_trait]
impl Rule for Sealed {
    async fn prepare(&self, node: &Node, round: u32) {
        let mut unit = node.begin().await;
        if unit.audit_head().await.expect("an answer").is_none() {
            let begun = Head::origin().sealed(node.access.ports().sealer.as_ref());
            unit.set_audit_head(&begun).await.expect("a head");
        }
        let event = AuditEvent {
            id: Uuid::from_u128(1 + u128::from(round)),
            at: at(round),
            actor: Actor::System,
            action: Action::SignedOut,
            target: None,
            address: None,
            details: [].into(),
        };
        unit.append_audit_event(&event).await.expect("an event");
        unit.commit().await.expect("a commit");
    }

    async fn attempt(&self, node: &Node, _round: u32, _caller: u32) -> bool {
        TrailSealer::default().seal_due(&node.access).await.expect("an answer") == 1
    }

    async fn holds(&self, node: &Node, round: u32, won: u32) {
        assert_eq!(won, 1, "round {round}");
        // Reading all of it each time would take longer than the race.
        if round % 100 == 49 {
            let whole = verify(&node.access, None).await.expect("a trail that holds");
            assert_eq!(whole.waiting, 0, "round {round}");
        }
    }
}
