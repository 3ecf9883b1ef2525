//! Where invitations stand.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::invitations::{InvitationView, Invitations};
use portcullis_domain::secret::Digest256;

use crate::transaction::Transaction;

#[async_trait]
impl InvitationView for Transaction {
    async fn invitation_tokens(&mut self, accounts: &[AccountId]) -> Stored<BTreeMap<AccountId, OneTimeToken>> {
        let tokens = self.state().tokens.values().filter(|token| token.purpose == Purpose::Invitation);
        let mut found: BTreeMap<AccountId, OneTimeToken> = BTreeMap::new();
        for token in tokens {
            let Some(account) = token.account.filter(|account| accounts.contains(account)) else { continue };
            let rank = |token: &OneTimeToken| (token.consumed_at.is_none(), token.created_at);
            if found.get(&account).is_none_or(|best| rank(best) < rank(token)) {
                found.insert(account, token.clone());
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl Invitations for Transaction {
    async fn note_opened(&mut self, digest: &Digest256, now: Instant) -> Stored<bool> {
        let unopened = |token: &&mut OneTimeToken| {
            token.purpose == Purpose::Invitation && token.worth(now) == Worth::Good && token.opened_at.is_none()
        };
        let token = self.own().tokens.get_mut(digest).filter(unopened);
        Ok(token.map(|token| token.opened_at = Some(now)).is_some())
    }
}
