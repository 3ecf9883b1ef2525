//! Taking away what has served its time.

use async_trait::async_trait;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::sweeping::{Outlived, Sweeping};
use sea_orm::DatabaseTransaction;

use crate::handle::Handle;
use crate::statement::{at, execute, limit};

#[async_trait]
impl Sweeping for Handle<DatabaseTransaction> {
    async fn sweep(&mut self, outlived: &Outlived, most: u64) -> Stored<u64> {
        // The condition stands twice: a row that was changed while the deletion waited for it is looked at again by the
        // outer one.
        let kinds: [(&str, &str, &str, Instant); 4] = [
            ("rate_limits", "budget_key", "tat < $1", outlived.budgets),
            ("sessions", "id", "created_at < $1", outlived.sessions),
            ("one_time_tokens", "digest", "expires_at < $1", outlived.tokens),
            ("outbox", "id", "state = 'sent' AND created_at < $1", outlived.mails),
        ];
        let mut swept = 0;
        for (table, key, condition, before) in kinds {
            let sql = format!(
                "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {condition} LIMIT $2) AND {condition}"
            );
            swept += execute(&self.0, &sql, vec![at(before), limit(most)]).await?;
        }
        Ok(swept)
    }
}
