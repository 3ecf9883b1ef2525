//! On whose authority something is done: an operator's, who acts within what they hold, or the machine's console, which
//! holds everything.

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Actor;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::{Stored, UnitOfWork};
use portcullis_domain::role::{Grants, Level};

use crate::access::Access;

/// Who acts.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// An operator, within what they hold.
    Operator(&'a Operator),
    /// The machine's console, which holds everything.
    CommandLine,
}

impl Authority<'_> {
    /// Whether it manages the functionality and holds all of `grants`: nobody grants what they do not hold.
    pub(crate) fn may_grant(self, functionality: BuiltIn, grants: &Grants) -> bool {
        match self {
            Self::Operator(operator) => covers(operator.grants(), functionality, grants),
            Self::CommandLine => true,
        }
    }

    /// What it holds at this moment, read in the unit of work that is about to write: a request that was on its way while
    /// its author was suspended or demoted does nothing any more.
    pub(crate) async fn holds_now(self, unit: &mut dyn UnitOfWork) -> Stored<Grants> {
        let Self::Operator(operator) = self else { return Ok(Grants::Everything) };
        let present = unit.operator(operator.id()).await?.filter(|now| now.status() == AccountStatus::Active);
        Ok(present.map(|now| now.grants().clone()).unwrap_or_default())
    }

    /// The operator's identity; none at the console.
    pub(crate) fn id(self) -> Option<AccountId> {
        match self {
            Self::Operator(operator) => Some(operator.id()),
            Self::CommandLine => None,
        }
    }

    /// For the audit trail.
    pub(crate) fn actor(self) -> Actor {
        match self {
            Self::Operator(operator) => Actor::Operator(operator.id(), operator.name().as_str().to_owned()),
            Self::CommandLine => Actor::CommandLine,
        }
    }

    /// For mail.
    pub(crate) fn name(self, access: &Access) -> String {
        match self {
            Self::Operator(operator) => operator.name().as_str().to_owned(),
            Self::CommandLine => access.settings().product_name.clone(),
        }
    }
}

/// Whether `held` manages the functionality and includes all of `grants`.
pub(crate) fn covers(held: &Grants, functionality: BuiltIn, grants: &Grants) -> bool {
    held.allow(&functionality.id(), Level::Manage) && held.cover(grants)
}
