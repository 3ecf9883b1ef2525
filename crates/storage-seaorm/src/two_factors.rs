//! Second factors and recovery codes.

use std::collections::BTreeSet;

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::two_factors::{Coverage, TwoFactorView, TwoFactors};
use portcullis_domain::secret::{Digest256, Sealed};
use portcullis_domain::two_factor::TwoFactor;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

use crate::handle::Handle;
use crate::statement::{at, count, digest, execute, keeps_counts, placeholders, row, row_lock, rows};

#[async_trait]
impl<C: ConnectionTrait + Send> TwoFactorView for Handle<C> {
    async fn two_factor(&mut self, account: AccountId) -> Stored<Option<TwoFactor>> {
        let sql = "SELECT secret, added_at, last_step FROM two_factors WHERE account_id = $1";
        let Some(row) = row(&self.0, sql, vec![account.0.into()]).await? else { return Ok(None) };
        Ok(Some(TwoFactor {
            secret: Sealed(row.get("secret")?),
            added_at: row.instant("added_at")?,
            last_step: row.get("last_step")?,
        }))
    }

    async fn two_factor_holders(&mut self, accounts: &[AccountId]) -> Stored<BTreeSet<AccountId>> {
        if accounts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql =
            format!("SELECT account_id FROM two_factors WHERE account_id IN ({})", placeholders(1, accounts.len()));
        let values = accounts.iter().map(|id| id.0.into()).collect();
        rows(&self.0, &sql, values).await?.iter().map(|row| Ok(AccountId(row.uuid("account_id")?))).collect()
    }

    async fn recovery_codes_left(&mut self, account: AccountId) -> Stored<u64> {
        let sql = "SELECT COUNT(*) AS counted FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL";
        count(&self.0, sql, vec![account.0.into()]).await
    }

    async fn two_factor_coverage(&mut self) -> Stored<Coverage> {
        let sql = if keeps_counts(&self.0) {
            "SELECT subject, counted FROM counters WHERE subject IN ('active', 'covered')"
        } else {
            "SELECT 'active' AS subject, COUNT(*) AS counted FROM accounts \
             WHERE kind = 'operator' AND status = 'active' \
             UNION ALL SELECT 'covered', COUNT(*) FROM accounts \
             WHERE kind = 'operator' AND status = 'active' AND two_factor = TRUE"
        };
        let mut coverage = Coverage::default();
        for row in rows(&self.0, sql, vec![]).await? {
            let counted = u64::try_from(row.get::<i64>("counted")?).unwrap_or(0);
            if row.text("subject")? == "active" { coverage.active = counted } else { coverage.covered = counted }
        }
        Ok(coverage)
    }

    async fn count_secrets_without(&mut self, mark: &[u8]) -> Stored<u64> {
        let length = i64::try_from(mark.len()).unwrap_or(i64::MAX);
        let sql = match self.0.get_database_backend() {
            DbBackend::Postgres => {
                "SELECT COUNT(*) AS counted FROM two_factors WHERE substring(secret FROM 1 FOR $2::INT) <> $1"
            }
            _ => "SELECT COUNT(*) AS counted FROM two_factors WHERE substr(secret, 1, $2) <> $1",
        };
        count(&self.0, sql, vec![mark.to_vec().into(), length.into()]).await
    }
}

#[async_trait]
impl TwoFactors for Handle<DatabaseTransaction> {
    async fn add_two_factor(&mut self, account: AccountId, factor: &TwoFactor, codes: &[Digest256]) -> Stored<bool> {
        let sql = "INSERT INTO two_factors (account_id, secret, added_at, last_step) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        let secret = factor.secret.0.clone();
        let values = vec![account.0.into(), secret.into(), at(factor.added_at), factor.last_step.into()];
        if execute(&self.0, sql, values).await? == 0 {
            return Ok(false);
        }
        insert_codes(&self.0, account, codes).await?;
        note(&self.0, account, true).await?;
        Ok(true)
    }

    async fn remove_two_factor(&mut self, account: AccountId) -> Stored<bool> {
        // Its codes go with it: their table says so.
        let sql = "DELETE FROM two_factors WHERE account_id = $1";
        let removed = execute(&self.0, sql, vec![account.0.into()]).await? == 1;
        if removed {
            note(&self.0, account, false).await?;
        }
        Ok(removed)
    }

    async fn spend_totp_step(&mut self, account: AccountId, step: i64) -> Stored<bool> {
        let sql = "UPDATE two_factors SET last_step = $2 WHERE account_id = $1 AND last_step < $2";
        Ok(execute(&self.0, sql, vec![account.0.into(), step.into()]).await? == 1)
    }

    async fn reseal_two_factor(&mut self, account: AccountId, opened: &Sealed, anew: &Sealed) -> Stored<bool> {
        let sql = "UPDATE two_factors SET secret = $3 WHERE account_id = $1 AND secret = $2";
        let values = vec![account.0.into(), opened.0.clone().into(), anew.0.clone().into()];
        Ok(execute(&self.0, sql, values).await? == 1)
    }

    async fn replace_recovery_codes(&mut self, account: AccountId, codes: &[Digest256]) -> Stored<bool> {
        // Locked, so that of two who replace them at once only one's stay.
        let sql =
            format!("SELECT account_id FROM two_factors WHERE account_id = $1{}", row_lock(&self.0, " FOR UPDATE"));
        if row(&self.0, &sql, vec![account.0.into()]).await?.is_none() {
            return Ok(false);
        }
        execute(&self.0, "DELETE FROM recovery_codes WHERE account_id = $1", vec![account.0.into()]).await?;
        insert_codes(&self.0, account, codes).await?;
        Ok(true)
    }

    async fn spend_recovery_code(&mut self, account: AccountId, code: &Digest256, now: Instant) -> Stored<bool> {
        let sql = "UPDATE recovery_codes SET used_at = $3 WHERE account_id = $1 AND digest = $2 AND used_at IS NULL";
        Ok(execute(&self.0, sql, vec![account.0.into(), digest(code), at(now)]).await? == 1)
    }
}

/// Notes beside the account whether it has a second factor: the list of operators is filtered by it.
async fn note<C: ConnectionTrait>(db: &C, account: AccountId, on: bool) -> Stored<()> {
    execute(db, "UPDATE accounts SET two_factor = $2 WHERE id = $1", vec![account.0.into(), on.into()]).await.map(drop)
}

async fn insert_codes<C: ConnectionTrait>(db: &C, account: AccountId, codes: &[Digest256]) -> Stored<()> {
    for code in codes {
        let sql = "INSERT INTO recovery_codes (account_id, digest) VALUES ($1, $2)";
        execute(db, sql, vec![account.0.into(), digest(code)]).await?;
    }
    Ok(())
}
