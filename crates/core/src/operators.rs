//! The list of operators, and what there is to know of one.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::functionality::FunctionalityId;
use portcullis_domain::ports::storage::operator_search::{MOST_GATHERED, OperatorFilter, Walk};
use portcullis_domain::ports::storage::two_factors::Coverage;
use portcullis_domain::ports::storage::{Page, Stored};
use portcullis_domain::role::{Grants, Level, Role, RoleId};

use crate::access::Access;

/// A page of the list.
#[derive(Debug)]
pub struct Listing {
    /// The operators on it.
    pub operators: Vec<Operator>,
    /// How many there are on all pages.
    pub total: u64,
    /// Every role, for their names.
    pub roles: Vec<Role>,
}

/// Lists operators whose name or address contains `search`.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn list(access: &Access, search: &str, page: Page) -> Stored<Listing> {
    let mut view = access.ports().storage.view().await?;
    let operators = view.operators(search, page).await?;
    Ok(Listing { operators, total: view.count_operators(search).await?, roles: view.roles().await? })
}

/// A page of what was searched.
#[derive(Debug)]
pub struct Found {
    /// The operators on it.
    pub operators: Vec<Operator>,
    /// Those of them who have a second factor.
    pub with_two_factor: BTreeSet<AccountId>,
    /// How many match on all pages, counted to one more than [`Found::countable`].
    pub total: u64,
    /// Up to how many are counted.
    pub countable: u64,
    /// Whether there are some before these.
    pub before: bool,
    /// Whether there are some after these.
    pub after: bool,
    /// Every role, for their names.
    pub roles: Vec<Role>,
    /// How many of all active operators have a second factor.
    pub coverage: Coverage,
}

/// How far a list is counted: beyond it there are "more than", so that counting costs the same however many there are.
const COUNTED: u64 = 1_000;

/// Searches operators: the next `most` of those who match, at most 499. Costs the same however many there are.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn search(access: &Access, filter: &OperatorFilter, walk: &Walk, most: u64) -> Stored<Found> {
    let mut view = access.ports().storage.view().await?;
    // One more than asked for tells whether the walk goes on.
    let mut operators = view.walk_operators(filter, walk, most + 1).await?;
    let more = operators.len() as u64 > most;
    if more {
        let odd = if matches!(walk, Walk::Back(_)) { 0 } else { operators.len() - 1 };
        operators.remove(odd);
    }
    let (before, after) = match walk {
        Walk::Begin => (false, more),
        Walk::On(_) => (true, more),
        Walk::Back(_) => (more, true),
    };
    let ids: Vec<AccountId> = operators.iter().map(Operator::id).collect();
    let countable = if filter.search.trim().is_empty() { COUNTED } else { MOST_GATHERED };
    Ok(Found {
        with_two_factor: view.two_factor_holders(&ids).await?,
        total: view.count_found_operators(filter, countable + 1).await?,
        countable,
        before,
        after,
        roles: view.roles().await?,
        coverage: view.two_factor_coverage().await?,
        operators,
    })
}

/// An operator with every role there is, for their names; `None` when there is no such operator.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn one(access: &Access, id: AccountId) -> Stored<Option<(Operator, Vec<Role>)>> {
    let mut view = access.ports().storage.view().await?;
    let Some(operator) = view.operator(id).await? else { return Ok(None) };
    Ok(Some((operator, view.roles().await?)))
}

/// Why an operator may do what they may: for each of `functionalities` the level held, and the roles that give it.
/// What is not held is left out.
pub fn reasons(
    operator: &Operator,
    roles: &[Role],
    functionalities: &[FunctionalityId],
) -> BTreeMap<FunctionalityId, (Level, Vec<RoleId>)> {
    let held = |grants: &Grants, id: &FunctionalityId| {
        [Level::Manage, Level::View].into_iter().find(|level| grants.allow(id, *level))
    };
    let given = |id: &FunctionalityId, level: Level| {
        let givers = roles.iter().filter(|role| operator.roles().contains(&role.id) && role.grants.allow(id, level));
        givers.map(|role| role.id).collect()
    };
    functionalities
        .iter()
        .filter_map(|id| held(operator.grants(), id).map(|level| (id.clone(), (level, given(id, level)))))
        .collect()
}
