//! Parameters that were set.

use portcullis_domain::ports::storage::Stored;
use sea_orm::ConnectionTrait;

use crate::statement::{execute, rows, text};

pub(crate) async fn all<C: ConnectionTrait>(db: &C) -> Stored<Vec<(String, String)>> {
    rows(db, "SELECT parameter_key, content FROM parameters ORDER BY parameter_key", vec![])
        .await?
        .iter()
        .map(|row| Ok((row.text("parameter_key")?, row.text("content")?)))
        .collect()
}

pub(crate) async fn set<C: ConnectionTrait>(db: &C, key: &str, content: &str) -> Stored<()> {
    let sql = "INSERT INTO parameters (parameter_key, content) VALUES ($1, $2) \
               ON CONFLICT (parameter_key) DO UPDATE SET content = excluded.content";
    execute(db, sql, vec![text(key), text(content)]).await.map(drop)
}
