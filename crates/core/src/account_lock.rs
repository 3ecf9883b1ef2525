//! An account is locked before its sessions, its password, its factor, its status or its links change, and read again then.
//!
//! Two people, or two nodes, may decide over one account at the same moment: one signs in while the other suspends it. On
//! an engine that lets them both go on, each would miss what the other is writing: the session outlives the suspension.
//! So whoever opens, renews or ends sessions, or changes what they rest on, takes turns at the account's row, and goes by
//! what it reads after that. Opening and renewing a session ask for the proof, so that nobody forgets.
//!
//! The order of locks is: super-administrators, the account, all the rest. Nobody holds two accounts.

use std::ops::Deref;

use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::ports::storage::{Stored, UnitOfWork};

/// An operator whose account is this unit of work's until it ends, as it was read once it was locked. There is no other way
/// to one than [`LockedOperator::take`].
pub(crate) struct LockedOperator(Operator);

impl LockedOperator {
    /// Waits for the account and reads it. `None` when there is no such operator (any more).
    pub(crate) async fn take(unit: &mut dyn UnitOfWork, id: AccountId) -> Stored<Option<Self>> {
        if !unit.lock_account(id).await? {
            return Ok(None);
        }
        Ok(unit.operator(id).await?.map(Self))
    }
}

impl Deref for LockedOperator {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.0
    }
}
