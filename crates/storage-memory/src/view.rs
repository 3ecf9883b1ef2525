//! How a transaction reads: from its own state, so that it sees its own writes and nobody else's.

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, Operator};
use portcullis_domain::audit::AuditEvent;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::OutboxEntry;
use portcullis_domain::one_time_token::OneTimeToken;
use portcullis_domain::ports::storage::{Page, Stored, View};
use portcullis_domain::role::{Role, RoleId};
use portcullis_domain::secret::Digest256;
use portcullis_domain::session::Session;

use crate::state::{cut, newest};
use crate::transaction::Transaction;

#[async_trait]
impl View for Transaction {
    async fn set_up_at(&mut self) -> Stored<Option<Instant>> {
        Ok(self.state().set_up_at)
    }

    async fn account(&mut self, id: AccountId) -> Stored<Option<Account>> {
        Ok(self.state().accounts.get(&id).cloned())
    }

    async fn account_by_email(&mut self, email: &EmailKey) -> Stored<Option<Account>> {
        let state = self.state();
        Ok(state.addresses.get(email).and_then(|id| state.accounts.get(id)).cloned())
    }

    async fn operator(&mut self, id: AccountId) -> Stored<Option<Operator>> {
        let state = self.state();
        Ok(state.accounts.get(&id).and_then(|account| state.operator_of(account)))
    }

    async fn operators(&mut self, search: &str, page: Page) -> Stored<Vec<Operator>> {
        Ok(cut(self.state().operators_matching(search), page))
    }

    async fn count_operators(&mut self, search: &str) -> Stored<u64> {
        Ok(u64::try_from(self.state().operators_matching(search).len()).unwrap_or(u64::MAX))
    }

    async fn roles(&mut self) -> Stored<Vec<Role>> {
        let mut roles: Vec<Role> = self.state().roles.values().cloned().collect();
        roles.sort_by_cached_key(|role| {
            (role.id != RoleId::SUPER_ADMINISTRATOR, EmailKey::of(role.name.as_str()), role.id)
        });
        Ok(roles)
    }

    async fn token(&mut self, digest: &Digest256) -> Stored<Option<OneTimeToken>> {
        Ok(self.state().tokens.get(digest).cloned())
    }

    async fn session(&mut self, digest: &Digest256) -> Stored<Option<Session>> {
        Ok(self.state().sessions.values().find(|session| session.digest == *digest).cloned())
    }

    async fn sessions(&mut self, account: AccountId) -> Stored<Vec<Session>> {
        let mut sessions: Vec<Session> =
            self.state().sessions.values().filter(|session| session.account == account).cloned().collect();
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.last_seen_at), session.id));
        Ok(sessions)
    }

    async fn parameters(&mut self) -> Stored<Vec<(String, String)>> {
        Ok(self.state().parameters.iter().map(|(key, text)| (key.clone(), text.clone())).collect())
    }

    async fn audit_events(&mut self, page: Page) -> Stored<Vec<AuditEvent>> {
        Ok(newest(&self.state().audit_events, page, |event| event.at))
    }

    async fn outbox(&mut self, page: Page) -> Stored<Vec<OutboxEntry>> {
        Ok(newest(&self.state().outbox, page, |entry| entry.created_at))
    }
}
