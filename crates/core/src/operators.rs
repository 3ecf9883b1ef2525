//! The list of operators.

use portcullis_domain::account::Operator;
use portcullis_domain::ports::storage::{Page, Stored};
use portcullis_domain::role::Role;

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
