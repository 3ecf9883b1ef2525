//! The list of operators, and what there is to know of one.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::functionality::FunctionalityId;
use portcullis_domain::ports::storage::operator_search::OperatorFilter;
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
    /// How many match on all pages.
    pub total: u64,
    /// Every role, for their names.
    pub roles: Vec<Role>,
    /// How many of all active operators have a second factor.
    pub coverage: Coverage,
}

/// Searches operators.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn search(access: &Access, filter: &OperatorFilter, page: Page) -> Stored<Found> {
    let mut view = access.ports().storage.view().await?;
    let operators = view.search_operators(filter, page).await?;
    let ids: Vec<AccountId> = operators.iter().map(Operator::id).collect();
    Ok(Found {
        with_two_factor: view.two_factor_holders(&ids).await?,
        total: view.count_found_operators(filter).await?,
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
