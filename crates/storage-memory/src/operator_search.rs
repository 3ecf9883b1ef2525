//! Searching the operators by more than a text.

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, AccountStatus, Operator};
use portcullis_domain::email::EmailKey;
use portcullis_domain::ports::storage::operator_search::{
    MOST_GATHERED, OperatorFilter, OperatorSearch, Place, SHORTEST_INSIDE, Walk,
};
use portcullis_domain::ports::storage::{Page, Stored};

use crate::state::{State, cut};
use crate::transaction::Transaction;

/// Those who match, by name, then identity.
fn found(state: &State, filter: &OperatorFilter) -> Vec<Operator> {
    let key = EmailKey::of(&filter.search);
    let (whole, short) = (key.as_str(), key.as_str().chars().count() < SHORTEST_INSIDE);
    let mut operators = state.operators_matching(&filter.search);
    operators.retain(|operator| {
        let begins = |text: &EmailKey| text.as_str().starts_with(whole);
        (!short || begins(&operator.email().key()) || begins(&EmailKey::of(operator.name().as_str())))
            && filter.status.is_none_or(|status| operator.status() == status)
            && filter.role.is_none_or(|role| operator.roles().contains(&role))
            && filter.two_factor.is_none_or(|wanted| state.two_factors.contains_key(&operator.id()) == wanted)
    });
    operators
}

/// Those of whom that holds, in the order of their identities.
fn by_identity(state: &State, most: u64, holds: impl Fn(&Account) -> bool) -> Vec<Operator> {
    let found = state.accounts.values().filter(|account| holds(account));
    cut(found.filter_map(|account| state.operator_of(account)).collect(), Page { offset: 0, limit: most })
}

#[async_trait]
impl OperatorSearch for Transaction {
    async fn count_found_operators(&mut self, filter: &OperatorFilter, most: u64) -> Stored<u64> {
        Ok(u64::try_from(found(self.state(), filter).len()).unwrap_or(u64::MAX).min(most))
    }

    async fn walk_operators(&mut self, filter: &OperatorFilter, walk: &Walk, most: u64) -> Stored<Vec<Operator>> {
        let mut operators = found(self.state(), filter);
        if !filter.search.trim().is_empty() {
            operators.truncate(usize::try_from(MOST_GATHERED).unwrap_or(usize::MAX));
        }
        operators.retain(|operator| match walk {
            Walk::Begin => true,
            Walk::On(place) => Place::of(operator) > *place,
            Walk::Back(place) => Place::of(operator) < *place,
        });
        if let Walk::Back(_) = walk {
            let first = operators.len().saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
            operators.drain(..first);
        }
        Ok(cut(operators, Page { offset: 0, limit: most }))
    }

    async fn operators_named(&mut self, name: &EmailKey, most: u64) -> Stored<Vec<Operator>> {
        Ok(by_identity(self.state(), most, |account| EmailKey::of(account.name.as_str()) == *name))
    }

    async fn active_operators(&mut self, after: Option<AccountId>, most: u64) -> Stored<Vec<Operator>> {
        let beyond = |account: &Account| after.is_none_or(|after| account.id > after);
        Ok(by_identity(self.state(), most, |account| account.status == AccountStatus::Active && beyond(account)))
    }
}
