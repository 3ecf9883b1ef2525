//! Taking away what has served its time, so that no table grows with every stranger who knocks. Nothing depends on it:
//! expiry is checked where something is used.

use async_trait::async_trait;

use super::Stored;
use crate::instant::Instant;

/// What has served its time: all that lies before these instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlived {
    /// Budgets that were full again before. A budget that is not stored is a full one.
    pub budgets: Instant,
    /// Sessions that began before, whatever became of them.
    pub sessions: Instant,
    /// Tokens that expired before, spent or not.
    pub tokens: Instant,
    /// Mails that were written before and have left.
    pub mails: Instant,
}

/// Takes away.
#[async_trait]
pub trait Sweeping: Send {
    /// Deletes what is outlived, at most `most` of each kind; says how many in all. What somebody is using at this moment
    /// is left, or looked at again.
    async fn sweep(&mut self, outlived: &Outlived, most: u64) -> Stored<u64>;
}
