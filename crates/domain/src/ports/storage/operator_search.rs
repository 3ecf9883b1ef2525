//! Searching the operators by more than a text.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::account::{AccountStatus, Operator};
use crate::role::RoleId;

/// What operators are asked for. What is `None` or empty does not narrow the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OperatorFilter {
    /// Part of address or name, as in [`super::View::operators`].
    pub search: String,
    /// Their status.
    pub status: Option<AccountStatus>,
    /// A role that they hold.
    pub role: Option<RoleId>,
    /// Whether they have a second factor.
    pub two_factor: Option<bool>,
}

/// Searches operators.
#[async_trait]
pub trait OperatorSearch: Send {
    /// Those who match, by name, then identity.
    async fn search_operators(&mut self, filter: &OperatorFilter, page: Page) -> Stored<Vec<Operator>>;

    /// How many match.
    async fn count_found_operators(&mut self, filter: &OperatorFilter) -> Stored<u64>;
}
