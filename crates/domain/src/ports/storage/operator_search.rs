//! Searching the operators by more than a text.

use async_trait::async_trait;

use super::Stored;
use crate::account::{AccountId, AccountStatus, Operator};
use crate::email::EmailKey;
use crate::role::RoleId;

/// What operators are asked for. What is `None` or empty does not narrow the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OperatorFilter {
    /// Part of address or name, as in [`super::View::operators`]; of less than [`SHORTEST_INSIDE`] characters, how one of
    /// them begins.
    pub search: String,
    /// Their status.
    pub status: Option<AccountStatus>,
    /// A role that they hold.
    pub role: Option<RoleId>,
    /// Whether they have a second factor.
    pub two_factor: Option<bool>,
}

/// The shortest text that is looked for anywhere; a shorter one is looked for where names and addresses begin.
pub const SHORTEST_INSIDE: usize = 3;

/// The most that one search gathers: whoever finds more is asked to type more.
pub const MOST_GATHERED: u64 = 100;

/// An operator's place in the list: by name, then identity. It stays what it is when the operator goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The name, by [`EmailKey::of`].
    pub name: String,
    /// The identity.
    pub id: AccountId,
}

impl Place {
    /// The place of an operator.
    pub fn of(operator: &Operator) -> Self {
        Self { name: EmailKey::of(operator.name().as_str()).as_str().to_owned(), id: operator.id() }
    }
}

/// From where the list is walked, and which way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Walk {
    /// From its beginning.
    #[default]
    Begin,
    /// On from a place, without it.
    On(Place),
    /// Back from a place, without it; what is found comes in the list's order all the same.
    Back(Place),
}

/// Searches operators.
#[async_trait]
pub trait OperatorSearch: Send {
    /// How many match, counted no further than `most`.
    async fn count_found_operators(&mut self, filter: &OperatorFilter, most: u64) -> Stored<u64>;

    /// The next `most` of those who match, at most 500, at a cost that does not grow with how many operators there are.
    /// With a search no more than [`MOST_GATHERED`] of those who match are looked at.
    async fn walk_operators(&mut self, filter: &OperatorFilter, walk: &Walk, most: u64) -> Stored<Vec<Operator>>;

    /// Those who are called just that, by [`EmailKey::of`], in the order of their identities; at most `most`, and 500. However
    /// many have that name inside of theirs, at the same cost.
    async fn operators_named(&mut self, name: &EmailKey, most: u64) -> Stored<Vec<Operator>>;

    /// The next `most` active operators, at most 500, in the order of their identities, from after `after` on (`None`: from
    /// the first). Whoever is renamed on the way is neither missed nor met twice. At a cost that does not grow with how many
    /// there are.
    async fn active_operators(&mut self, after: Option<AccountId>, most: u64) -> Stored<Vec<Operator>>;
}
