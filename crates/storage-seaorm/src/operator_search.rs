//! Searching the operators by more than a text, and walking the list at a cost that does not grow with it.

use async_trait::async_trait;
use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::email::EmailKey;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::operator_search::{
    MOST_GATHERED, OperatorFilter, OperatorSearch, Place, SHORTEST_INSIDE, Walk,
};
use sea_orm::{ConnectionTrait, DbBackend, Value};

use crate::accounts;
use crate::handle::Handle;
use crate::statement::{count, limit, rows, text};

/// Values of a statement, each with its placeholder.
#[derive(Default)]
struct Values(Vec<Value>);

impl Values {
    fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}

/// What narrows the list besides a text and a role; what does not narrow it costs nothing.
fn narrowed(filter: &OperatorFilter, values: &mut Values) -> String {
    let mut sql = String::from("kind = 'operator'");
    if let Some(status) = filter.status {
        sql = format!("{sql} AND status = {}", values.add(status.as_str()));
    }
    if let Some(wanted) = filter.two_factor {
        sql = format!("{sql} AND two_factor = {}", values.add(wanted));
    }
    sql
}

/// The text that is looked for, as names and addresses are stored; empty when there is none.
fn needle(filter: &OperatorFilter) -> String {
    EmailKey::of(&filter.search).as_str().replace('\0', "\u{fffd}")
}

fn is_short(needle: &str) -> bool {
    needle.chars().count() < SHORTEST_INSIDE
}

/// Who holds the role, as a condition.
fn holds(filter: &OperatorFilter, values: &mut Values) -> String {
    filter.role.map_or_else(String::new, |role| {
        let role = values.add(role.0);
        format!(
            " AND EXISTS (SELECT 1 FROM account_roles ar WHERE ar.account_id = accounts.id AND ar.role_id = {role})"
        )
    })
}

/// The identities of those who match a text and all else, no more than `most`: what is found is read along the index of
/// the text and given up there, however many match.
fn gathered(db: DbBackend, filter: &OperatorFilter, most: u64, values: &mut Values) -> String {
    let needle = needle(filter);
    let most = values.add(i64::try_from(most).unwrap_or(i64::MAX));
    if is_short(&needle) {
        let (from, to) = (values.add(text(&needle)), values.add(text(&format!("{needle}\u{10ffff}"))));
        let others = format!("{}{}", narrowed(filter, values), holds(filter, values));
        let arm = |column: &str| {
            format!(
                "SELECT id FROM (SELECT id FROM accounts WHERE {column} >= {from} AND {column} < {to} AND {others} \
                 LIMIT {most}) by_{column}"
            )
        };
        return format!("SELECT id FROM ({} UNION {}) begins LIMIT {most}", arm("name_key"), arm("email_key"));
    }
    let from = if db == DbBackend::Sqlite {
        // A phrase of trigrams is the text itself; the joins are walked in this order.
        let phrase = values.add(text(&format!("\"{}\"", needle.replace('"', "\"\""))));
        format!(
            "searched_words CROSS JOIN searched ON searched.place = searched_words.rowid \
             CROSS JOIN accounts ON accounts.id = searched.account_id WHERE searched_words MATCH {phrase}"
        )
    } else {
        format!("accounts WHERE search LIKE {} ESCAPE '\\'", values.add(accounts::pattern(&needle)))
    };
    let others = format!("{}{}", narrowed(filter, values), holds(filter, values));
    format!("SELECT accounts.id FROM {from} AND {others} LIMIT {most}")
}

/// The condition of a walk on two columns, and the way it goes.
fn walked(walk: &Walk, name: &str, id: &str, values: &mut Values) -> (String, &'static str) {
    let mut beyond = |sign: &str, place: &Place| {
        let (by_name, by_id) = (values.add(text(&place.name)), values.add(place.id.0));
        format!(" AND ({name}, {id}) {sign} ({by_name}, {by_id})")
    };
    match walk {
        Walk::Begin => (String::new(), ""),
        Walk::On(place) => (beyond(">", place), ""),
        Walk::Back(place) => (beyond("<", place), " DESC"),
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send> OperatorSearch for Handle<C> {
    async fn count_found_operators(&mut self, filter: &OperatorFilter, most: u64) -> Stored<u64> {
        let mut values = Values::default();
        let alone = filter.status.is_none() && filter.two_factor.is_none();
        let found = if !needle(filter).is_empty() {
            gathered(self.0.get_database_backend(), filter, most, &mut values)
        } else if let Some(role) = filter.role {
            let role = values.add(role.0);
            let others = if alone {
                String::new()
            } else {
                let others = narrowed(filter, &mut values);
                format!(" AND EXISTS (SELECT 1 FROM accounts WHERE accounts.id = ar.account_id AND {others})")
            };
            let most = values.add(i64::try_from(most).unwrap_or(i64::MAX));
            format!(
                "SELECT 1 AS one FROM account_roles ar WHERE ar.role_id = {role} AND ar.name_key IS NOT NULL{others} \
                 LIMIT {most}"
            )
        } else {
            let others = narrowed(filter, &mut values);
            let most = values.add(i64::try_from(most).unwrap_or(i64::MAX));
            format!("SELECT 1 AS one FROM accounts WHERE {others} LIMIT {most}")
        };
        count(&self.0, &format!("SELECT COUNT(*) AS counted FROM ({found}) found"), values.0).await
    }

    async fn walk_operators(&mut self, filter: &OperatorFilter, walk: &Walk, most: u64) -> Stored<Vec<Operator>> {
        let mut values = Values::default();
        let sql = if !needle(filter).is_empty() {
            let found = gathered(self.0.get_database_backend(), filter, MOST_GATHERED, &mut values);
            let (beyond, way) = walked(walk, "name_key", "id", &mut values);
            format!("accounts WHERE id IN (SELECT id FROM ({found}) found){beyond} ORDER BY name_key{way}, id{way}")
        } else if let Some(role) = filter.role {
            let role = values.add(role.0);
            let (beyond, way) = walked(walk, "ar.name_key", "ar.account_id", &mut values);
            let others = narrowed(filter, &mut values);
            format!(
                "account_roles ar CROSS JOIN accounts WHERE accounts.id = ar.account_id AND ar.role_id = {role} \
                 AND ar.name_key IS NOT NULL{beyond} AND {others} ORDER BY ar.name_key{way}, ar.account_id{way}"
            )
        } else {
            let others = narrowed(filter, &mut values);
            let (beyond, way) = walked(walk, "name_key", "id", &mut values);
            format!("accounts WHERE {others}{beyond} ORDER BY name_key{way}, id{way}")
        };
        let most = values.add(limit(most));
        let sql = format!("SELECT {} FROM {sql} LIMIT {most}", accounts::COLUMNS);
        let mut found = rows(&self.0, &sql, values.0).await?;
        if let Walk::Back(_) = walk {
            found.reverse();
        }
        accounts::with_roles(&self.0, found.iter().map(accounts::read).collect::<Stored<_>>()?).await
    }

    async fn operators_named(&mut self, name: &EmailKey, most: u64) -> Stored<Vec<Operator>> {
        let sql = format!(
            "SELECT {} FROM accounts WHERE kind = 'operator' AND name_key = $1 ORDER BY id LIMIT $2",
            accounts::COLUMNS
        );
        let found = rows(&self.0, &sql, vec![text(name.as_str()), limit(most)]).await?;
        accounts::with_roles(&self.0, found.iter().map(accounts::read).collect::<Stored<_>>()?).await
    }

    async fn active_operators(&mut self, after: Option<AccountId>, most: u64) -> Stored<Vec<Operator>> {
        let mut values = vec![limit(most)];
        let beyond = match after {
            Some(AccountId(id)) => {
                values.push(id.into());
                " AND id > $2"
            }
            None => "",
        };
        let sql = format!(
            "SELECT {} FROM accounts WHERE kind = 'operator' AND status = 'active'{beyond} ORDER BY id LIMIT $1",
            accounts::COLUMNS
        );
        let found = rows(&self.0, &sql, values).await?;
        accounts::with_roles(&self.0, found.iter().map(accounts::read).collect::<Stored<_>>()?).await
    }
}
