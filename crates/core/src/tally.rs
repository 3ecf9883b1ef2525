//! How often each thing was decided, for whoever watches the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_domain::audit::Action;

/// Counts the audit events that this instance wrote since it was made, by action. A clone counts with it. What was written in
/// a unit of work that was rolled back afterwards is counted too: the trail is what is exact.
#[derive(Debug, Clone)]
pub struct Tally(Arc<[AtomicU64]>);

impl Tally {
    pub(crate) fn new() -> Self {
        Self(Action::ALL.iter().map(|_| AtomicU64::new(0)).collect())
    }

    pub(crate) fn count(&self, action: Action) {
        let counted = Action::ALL.iter().zip(self.0.iter()).find(|(known, _)| **known == action);
        if let Some((_, counter)) = counted {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Every action with how often it was written.
    pub fn counts(&self) -> impl Iterator<Item = (Action, u64)> + '_ {
        Action::ALL.iter().zip(self.0.iter()).map(|(action, counter)| (*action, counter.load(Ordering::Relaxed)))
    }
}
