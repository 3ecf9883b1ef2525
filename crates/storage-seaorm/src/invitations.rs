//! Where invitations stand.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::one_time_token::OneTimeToken;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::invitations::{InvitationView, Invitations};
use portcullis_domain::secret::Digest256;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::handle::Handle;
use crate::one_time_tokens::{COLUMNS, read};
use crate::statement::{at, digest, execute, placeholders, rows};

#[async_trait]
impl<C: ConnectionTrait + Send> InvitationView for Handle<C> {
    async fn invitation_tokens(&mut self, accounts: &[AccountId]) -> Stored<BTreeMap<AccountId, OneTimeToken>> {
        if accounts.is_empty() {
            return Ok(BTreeMap::new());
        }
        // The later row of an account replaces the earlier: the newest comes last, and the one that is not spent after it.
        let sql = format!(
            "SELECT {COLUMNS} FROM one_time_tokens WHERE purpose = 'invitation' AND account_id IN ({}) \
             ORDER BY CASE WHEN consumed_at IS NULL THEN 1 ELSE 0 END, created_at",
            placeholders(1, accounts.len())
        );
        let found = rows(&self.0, &sql, accounts.iter().map(|id| id.0.into()).collect()).await?;
        let tokens = found.iter().map(read).collect::<Stored<Vec<_>>>()?;
        Ok(tokens.into_iter().filter_map(|token| Some((token.account?, token))).collect())
    }
}

#[async_trait]
impl Invitations for Handle<DatabaseTransaction> {
    async fn note_opened(&mut self, of: &Digest256, now: Instant) -> Stored<bool> {
        let sql = "UPDATE one_time_tokens SET opened_at = $2 WHERE digest = $1 AND purpose = 'invitation' \
                   AND opened_at IS NULL AND consumed_at IS NULL AND expires_at > $2";
        Ok(execute(&self.0, sql, vec![digest(of), at(now)]).await? == 1)
    }
}
