//! One way to speak with the database, for views and for units of work: each method is a function of its concept's
//! module, on whatever connection the handle has.

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, AccountStatus, Operator};
use portcullis_domain::audit::AuditEvent;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::language::Language;
use portcullis_domain::mail_message::OutboxEntry;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::{Page, RecoveryRequest, Stored, UnitOfWork, View};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::role::{Role, RoleId};
use portcullis_domain::secret::{Digest256, PasswordHash};
use portcullis_domain::session::{Session, SessionId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::statement::in_time;
use crate::{accounts, audit, one_time_tokens, outbox, parameters, rate_limits, recovery_requests, roles, sessions};

/// A connection: the readers' pool, where each read is on its own, or a transaction. A transaction that is dropped rolls
/// back before its connection serves anybody else, also when it is dropped with a future that is cancelled.
pub(crate) struct Handle<C>(pub(crate) C);

#[async_trait]
impl<C: ConnectionTrait + Send> View for Handle<C> {
    async fn set_up_at(&mut self) -> Stored<Option<Instant>> {
        accounts::set_up_at(&self.0).await
    }

    async fn account(&mut self, id: AccountId) -> Stored<Option<Account>> {
        accounts::by_id(&self.0, id).await
    }

    async fn account_by_email(&mut self, email: &EmailKey) -> Stored<Option<Account>> {
        accounts::by_email(&self.0, email).await
    }

    async fn operator(&mut self, id: AccountId) -> Stored<Option<Operator>> {
        accounts::operator(&self.0, id).await
    }

    async fn operators(&mut self, search: &str, page: Page) -> Stored<Vec<Operator>> {
        accounts::operators(&self.0, search, page).await
    }

    async fn count_operators(&mut self, search: &str) -> Stored<u64> {
        accounts::count_operators(&self.0, search).await
    }

    async fn roles(&mut self) -> Stored<Vec<Role>> {
        roles::all(&self.0).await
    }

    async fn token(&mut self, digest: &Digest256) -> Stored<Option<OneTimeToken>> {
        one_time_tokens::by_digest(&self.0, digest).await
    }

    async fn session(&mut self, digest: &Digest256) -> Stored<Option<Session>> {
        sessions::by_digest(&self.0, digest).await
    }

    async fn sessions(&mut self, account: AccountId) -> Stored<Vec<Session>> {
        sessions::of_account(&self.0, account).await
    }

    async fn parameters(&mut self) -> Stored<Vec<(String, String)>> {
        parameters::all(&self.0).await
    }

    async fn audit_events(&mut self, page: Page) -> Stored<Vec<AuditEvent>> {
        audit::page(&self.0, page).await
    }

    async fn outbox(&mut self, page: Page) -> Stored<Vec<OutboxEntry>> {
        outbox::page(&self.0, page).await
    }
}

#[async_trait]
impl UnitOfWork for Handle<DatabaseTransaction> {
    async fn lock_account(&mut self, id: AccountId) -> Stored<bool> {
        accounts::lock(&self.0, id).await
    }

    async fn complete_set_up(&mut self, now: Instant) -> Stored<bool> {
        accounts::complete_set_up(&self.0, now).await
    }

    async fn insert_account(&mut self, account: &Account) -> Stored<()> {
        accounts::insert(&self.0, account).await
    }

    async fn set_password(
        &mut self,
        id: AccountId,
        expected: Option<&PasswordHash>,
        hash: &PasswordHash,
        now: Instant,
    ) -> Stored<bool> {
        accounts::set_password(&self.0, id, expected, hash, now).await
    }

    async fn renew_hash(&mut self, id: AccountId, expected: &PasswordHash, hash: &PasswordHash) -> Stored<bool> {
        accounts::renew_hash(&self.0, id, expected, hash).await
    }

    async fn set_profile(&mut self, id: AccountId, name: &DisplayName, language: Language) -> Stored<bool> {
        accounts::set_profile(&self.0, id, name, language).await
    }

    async fn set_status(&mut self, id: AccountId, from: AccountStatus, to: AccountStatus) -> Stored<bool> {
        accounts::set_status(&self.0, id, from, to).await
    }

    async fn delete_account(&mut self, id: AccountId) -> Stored<bool> {
        accounts::delete(&self.0, id).await
    }

    async fn insert_role(&mut self, role: &Role) -> Stored<()> {
        roles::insert(&self.0, role).await
    }

    async fn set_roles(&mut self, id: AccountId, roles: &[RoleId]) -> Stored<()> {
        roles::assign(&self.0, id, roles).await
    }

    async fn issue_token(&mut self, token: &OneTimeToken) -> Stored<()> {
        one_time_tokens::issue(&self.0, token).await
    }

    async fn consume_token(
        &mut self,
        digest: &Digest256,
        purpose: Purpose,
        now: Instant,
    ) -> Stored<Option<OneTimeToken>> {
        one_time_tokens::consume(&self.0, digest, purpose, now).await
    }

    async fn void_tokens(&mut self, account: AccountId, purpose: Option<Purpose>, now: Instant) -> Stored<()> {
        one_time_tokens::void(&self.0, account, purpose, now).await
    }

    async fn insert_session(&mut self, session: &Session) -> Stored<()> {
        sessions::insert(&self.0, session).await
    }

    async fn touch_session(&mut self, id: SessionId, now: Instant) -> Stored<()> {
        sessions::touch(&self.0, id, now).await
    }

    async fn end_session(&mut self, id: SessionId) -> Stored<bool> {
        sessions::end(&self.0, id).await
    }

    async fn end_sessions(&mut self, account: AccountId, except: Option<SessionId>) -> Stored<u64> {
        sessions::end_all(&self.0, account, except).await
    }

    async fn spend_budget(&mut self, key: &BudgetKey, limit: &RateLimit, now: Instant) -> Stored<Decision> {
        rate_limits::spend(&self.0, key, limit, now).await
    }

    async fn refund_budget(&mut self, key: &BudgetKey, limit: &RateLimit) -> Stored<()> {
        rate_limits::refund(&self.0, key, limit).await
    }

    async fn insert_mail(&mut self, entry: &OutboxEntry) -> Stored<()> {
        outbox::insert(&self.0, entry).await
    }

    async fn claim_mail(&mut self, now: Instant, until: Instant, most: u64) -> Stored<Vec<OutboxEntry>> {
        outbox::claim(&self.0, now, until, most).await
    }

    async fn update_mail(&mut self, entry: &OutboxEntry, lease: Instant) -> Stored<bool> {
        outbox::update(&self.0, entry, lease).await
    }

    async fn insert_recovery_request(&mut self, request: &RecoveryRequest) -> Stored<()> {
        recovery_requests::insert(&self.0, request).await
    }

    async fn take_recovery_requests(&mut self, now: Instant, most: u64) -> Stored<Vec<RecoveryRequest>> {
        recovery_requests::take(&self.0, now, most).await
    }

    async fn append_audit_event(&mut self, event: &AuditEvent) -> Stored<()> {
        audit::append(&self.0, event).await
    }

    async fn set_parameter(&mut self, key: &str, text: &str) -> Stored<()> {
        parameters::set(&self.0, key, text).await
    }

    async fn commit(self: Box<Self>) -> Stored<()> {
        in_time(self.0.commit()).await
    }
}
