//! Earlier passwords, and the rules under which the present ones were set.

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::password_history::{PasswordHistory, PasswordHistoryView};
use portcullis_domain::secret::PasswordHash;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::handle::Handle;
use crate::statement::{at, execute, keeps_counts, limit, placeholders, rows, text};

#[async_trait]
impl<C: ConnectionTrait + Send> PasswordHistoryView for Handle<C> {
    async fn earlier_passwords(&mut self, account: AccountId, most: u32) -> Stored<Vec<PasswordHash>> {
        let sql = "SELECT password FROM password_history WHERE account_id = $1 ORDER BY seq DESC LIMIT $2";
        let found = rows(&self.0, sql, vec![account.0.into(), limit(u64::from(most))]).await?;
        found.iter().map(|row| Ok(PasswordHash::new(row.text("password")?))).collect()
    }

    async fn password_rules_in_use(&mut self) -> Stored<Vec<(String, u64)>> {
        let sql = if keeps_counts(&self.0) {
            "SELECT of AS password_rules, counted FROM counters WHERE subject = 'rules' AND counted > 0 ORDER BY of"
        } else {
            "SELECT password_rules, COUNT(*) AS counted FROM accounts WHERE kind = 'operator' \
             AND status IN ('active', 'suspended') AND password IS NOT NULL \
             GROUP BY password_rules ORDER BY password_rules"
        };
        let found = rows(&self.0, sql, vec![]).await?;
        let read = |row: &crate::statement::Row| {
            Ok((row.text("password_rules")?, u64::try_from(row.get::<i64>("counted")?).unwrap_or(0)))
        };
        found.iter().map(read).collect()
    }
}

#[async_trait]
impl PasswordHistory for Handle<DatabaseTransaction> {
    async fn remember_password(&mut self, account: AccountId, hash: &PasswordHash, now: Instant) -> Stored<()> {
        let sql = "INSERT INTO password_history (account_id, password, replaced_at) VALUES ($1, $2, $3)";
        execute(&self.0, sql, vec![account.0.into(), text(hash.expose()), at(now)]).await?;
        let sql = "DELETE FROM password_history WHERE account_id = $1 AND seq NOT IN (\
                   SELECT seq FROM password_history WHERE account_id = $1 ORDER BY seq DESC LIMIT 24)";
        execute(&self.0, sql, vec![account.0.into()]).await.map(drop)
    }

    async fn note_password_rules(&mut self, account: AccountId, rules: &str) -> Stored<()> {
        let sql = "UPDATE accounts SET password_rules = $2 WHERE id = $1";
        execute(&self.0, sql, vec![account.0.into(), text(rules)]).await.map(drop)
    }

    async fn require_new_passwords(&mut self, rules: &[String]) -> Stored<u64> {
        if rules.is_empty() {
            return Ok(0);
        }
        let sql = format!(
            "UPDATE accounts SET password_change_due = TRUE WHERE kind = 'operator' \
             AND status IN ('active', 'suspended') AND password IS NOT NULL AND password_rules IN ({})",
            placeholders(1, rules.len())
        );
        execute(&self.0, &sql, rules.iter().map(|rules| text(rules)).collect()).await
    }
}
