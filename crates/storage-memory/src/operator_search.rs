//! Searching the operators by more than a text.

use async_trait::async_trait;
use portcullis_domain::account::Operator;
use portcullis_domain::ports::storage::operator_search::{OperatorFilter, OperatorSearch};
use portcullis_domain::ports::storage::{Page, Stored};

use crate::state::{State, cut};
use crate::transaction::Transaction;

/// Those who match, by name, then identity.
fn found(state: &State, filter: &OperatorFilter) -> Vec<Operator> {
    let mut operators = state.operators_matching(&filter.search);
    operators.retain(|operator| {
        filter.status.is_none_or(|status| operator.status() == status)
            && filter.role.is_none_or(|role| operator.roles().contains(&role))
            && filter.two_factor.is_none_or(|wanted| state.two_factors.contains_key(&operator.id()) == wanted)
    });
    operators
}

#[async_trait]
impl OperatorSearch for Transaction {
    async fn search_operators(&mut self, filter: &OperatorFilter, page: Page) -> Stored<Vec<Operator>> {
        Ok(cut(found(self.state(), filter), page))
    }

    async fn count_found_operators(&mut self, filter: &OperatorFilter) -> Stored<u64> {
        Ok(u64::try_from(found(self.state(), filter).len()).unwrap_or(u64::MAX))
    }
}
