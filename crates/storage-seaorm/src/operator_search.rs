//! Searching the operators by more than a text.

use async_trait::async_trait;
use portcullis_domain::account::Operator;
use portcullis_domain::ports::storage::operator_search::{OperatorFilter, OperatorSearch};
use portcullis_domain::ports::storage::{Page, Stored};
use sea_orm::{ConnectionTrait, Value};

use crate::accounts;
use crate::handle::Handle;
use crate::statement::{count, limit_offset, rows};

/// The conditions of a filter and their values; what does not narrow the list costs nothing.
fn conditions(filter: &OperatorFilter) -> (String, Vec<Value>) {
    let mut parts = vec!["kind = 'operator'".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    if !filter.search.trim().is_empty() {
        values.push(accounts::pattern(&filter.search));
        parts.push(format!("search LIKE ${} ESCAPE '\\'", values.len()));
    }
    if let Some(status) = filter.status {
        values.push(status.as_str().into());
        parts.push(format!("status = ${}", values.len()));
    }
    if let Some(role) = filter.role {
        values.push(role.0.into());
        parts.push(format!("id IN (SELECT account_id FROM account_roles WHERE role_id = ${})", values.len()));
    }
    if let Some(wanted) = filter.two_factor {
        let not = if wanted { "" } else { "NOT " };
        parts.push(format!("{not}EXISTS (SELECT 1 FROM two_factors t WHERE t.account_id = accounts.id)"));
    }
    (parts.join(" AND "), values)
}

#[async_trait]
impl<C: ConnectionTrait + Send> OperatorSearch for Handle<C> {
    async fn search_operators(&mut self, filter: &OperatorFilter, page: Page) -> Stored<Vec<Operator>> {
        let (conditions, mut values) = conditions(filter);
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        let sql = format!(
            "SELECT {} FROM accounts WHERE {conditions} ORDER BY name_key, id LIMIT ${limit} OFFSET ${offset}",
            accounts::COLUMNS
        );
        values.extend(limit_offset(page));
        let found = rows(&self.0, &sql, values).await?;
        accounts::with_roles(&self.0, found.iter().map(accounts::read).collect::<Stored<_>>()?).await
    }

    async fn count_found_operators(&mut self, filter: &OperatorFilter) -> Stored<u64> {
        let (conditions, values) = conditions(filter);
        count(&self.0, &format!("SELECT COUNT(*) AS counted FROM accounts WHERE {conditions}"), values).await
    }
}
