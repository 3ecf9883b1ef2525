//! On whose authority something is done: an operator's, who acts within what they hold, or the machine's console, which
//! holds everything.
//!
//! What an operator holds is judged in the unit of work that writes. The request read them before; while it waited, for a
//! lock, for a hash or for its turn, they may have been suspended, demoted or signed out. So a use case asks for `Acting`, and an
//! audit event takes no operator but one that was found so.

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::{Stored, View};
use portcullis_domain::role::{Grants, Level};

use crate::access::Access;
use crate::author::Author;
use crate::roles;
use crate::session::{self, Authenticated};

/// Who acts.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// Somebody who is signed in, within what they hold.
    Operator(&'a Authenticated),
    /// The machine's console, which holds everything.
    CommandLine,
}

impl Authority<'_> {
    /// The operator's identity; none at the console.
    pub(crate) fn id(self) -> Option<AccountId> {
        match self {
            Self::Operator(who) => Some(who.operator.id()),
            Self::CommandLine => None,
        }
    }

    /// Whoever manages the functionality at this moment, read in the unit of work that is about to write. `None` for an
    /// operator who does not, or who was suspended, deleted or signed out since the request came.
    pub(crate) async fn managing<V: View + ?Sized>(
        self,
        unit: &mut V,
        functionality: BuiltIn,
    ) -> Stored<Option<Acting>> {
        let Self::Operator(who) = self else { return Ok(Some(Acting(None))) };
        if !session::goes_on(unit, who).await? {
            return Ok(None);
        }
        let present = unit.operator(who.operator.id()).await?.filter(|now| now.status() == AccountStatus::Active);
        let manages = |now: &Operator| now.grants().allow(&functionality.id(), Level::Manage);
        Ok(present.filter(manages).map(|now| Acting(Some(now))))
    }
}

/// Somebody who manages a functionality, as the unit of work that is about to write found them; the console where it is
/// nobody. There is no other way to one than [`Authority::managing`].
#[derive(Debug)]
pub(crate) struct Acting(Option<Operator>);

impl Acting {
    /// Whether they hold all of `asked`: nobody grants what they do not hold, or touches somebody who holds more.
    pub(crate) fn covers(&self, asked: &Grants) -> bool {
        self.operator().is_none_or(|operator| operator.grants().cover(asked))
    }

    /// Whether they may change or delete a role that grants `asked`: [`roles::may_change`].
    pub(crate) fn may_change(&self, access: &Access, asked: &Grants) -> bool {
        self.operator().is_none_or(|operator| roles::may_change(access, operator.grants(), asked))
    }

    /// The operator; none at the console.
    pub(crate) const fn operator(&self) -> Option<&Operator> {
        self.0.as_ref()
    }

    /// For the audit trail.
    pub(crate) fn author(&self) -> Author {
        self.into()
    }

    /// For mail.
    pub(crate) fn name(&self, access: &Access) -> String {
        let product = || access.settings().product_name.clone();
        self.operator().map_or_else(product, |operator| operator.name().as_str().to_owned())
    }

    /// The language of their account; none at the console.
    pub(crate) fn language(&self) -> Option<Language> {
        self.operator().map(|operator| operator.account().language)
    }
}
