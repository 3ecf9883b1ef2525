//! Who an audit event says did it.

use portcullis_domain::account::Account;
use portcullis_domain::audit::Actor;

use crate::account_lock::LockedOperator;
use crate::authority::Acting;
use crate::session::Authenticated;

/// The author of an audit event. What was done is told of an operator only as the unit of work that does it found them:
/// acting for others ([`Acting`]) or locked ([`LockedOperator`]). So nothing is written for somebody whom nobody looked at
/// again.
#[derive(Debug, Clone)]
pub(crate) struct Author(Actor);

impl Author {
    /// Somebody who has not signed in.
    pub(crate) const STRANGER: Self = Self(Actor::Stranger);
    /// Whoever sits at the machine.
    pub(crate) const CONSOLE: Self = Self(Actor::CommandLine);
    /// The product itself.
    pub(crate) const SYSTEM: Self = Self(Actor::System);

    /// Whoever asked for what was refused, as the request knew them: a refusal stays true whatever became of them since.
    pub(crate) fn refused(who: &Authenticated) -> Self {
        Self(of(who.operator.account()))
    }

    /// The first operator, whose account is made in this very unit of work.
    pub(crate) fn newcomer(account: &Account) -> Self {
        Self(of(account))
    }

    /// As it is stored.
    pub(crate) fn actor(&self) -> Actor {
        self.0.clone()
    }
}

fn of(account: &Account) -> Actor {
    Actor::Operator(account.id, account.name.as_str().to_owned())
}

impl From<&LockedOperator> for Author {
    fn from(operator: &LockedOperator) -> Self {
        Self(of(operator.account()))
    }
}

impl From<&Acting> for Author {
    fn from(acting: &Acting) -> Self {
        acting.operator().map_or(Self::CONSOLE, |operator| Self(of(operator.account())))
    }
}
