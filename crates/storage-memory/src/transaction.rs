//! How a transaction writes: to its own copy of the state, one guarded write for what may happen at most once.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, AccountStatus};
use portcullis_domain::audit::AuditEvent;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::language::Language;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::one_time_token::{OneTimeToken, Purpose, Worth};
use portcullis_domain::ports::storage::{RecoveryRequest, StorageError, Stored, UnitOfWork};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use portcullis_domain::role::{Role, RoleId};
use portcullis_domain::secret::{Digest256, PasswordHash};
use portcullis_domain::session::{Session, SessionId};
use tokio::sync::OwnedMutexGuard;

use crate::state::{Numbered, State, add, due};
use crate::storage::Shared;

/// A view or a unit of work. It begins with what was committed and copies it when it first writes.
pub(crate) struct Transaction {
    shared: Arc<Shared>,
    state: Arc<State>,
    /// Held by the one that writes, until it commits or is dropped.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    /// One that reads. It is handed out as a view only, so nothing can write with it.
    pub(crate) fn reading(shared: &Arc<Shared>, state: Arc<State>) -> Self {
        Self { shared: Arc::clone(shared), state, _turn: None }
    }

    /// One that writes, as it is its turn.
    pub(crate) fn writing(shared: &Arc<Shared>, state: Arc<State>, turn: OwnedMutexGuard<()>) -> Self {
        Self { shared: Arc::clone(shared), state, _turn: Some(turn) }
    }

    /// What it sees.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Its own copy, to be written.
    pub(crate) fn own(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }

    /// The account when it may get another password: not suspended, and with the hash that the caller saw.
    fn with_hash(&mut self, id: AccountId, expected: Option<&PasswordHash>) -> Option<&mut Account> {
        self.own()
            .accounts
            .get_mut(&id)
            .filter(|account| account.status != AccountStatus::Suspended && account.password.as_ref() == expected)
    }
}

#[async_trait]
impl UnitOfWork for Transaction {
    async fn lock_account(&mut self, id: AccountId) -> Stored<bool> {
        // There is one writer at a time, and it began with what the one before it left.
        Ok(self.state().accounts.contains_key(&id))
    }

    async fn complete_set_up(&mut self, now: Instant) -> Stored<bool> {
        let first = self.state().set_up_at.is_none();
        if first {
            self.own().set_up_at = Some(now);
        }
        Ok(first)
    }

    async fn insert_account(&mut self, account: &Account) -> Stored<()> {
        let key = account.email.key();
        if self.state().addresses.contains_key(&key) {
            return Err(StorageError::Conflict);
        }
        let state = self.own();
        add(&mut state.accounts, account.id, account.clone())?;
        add(&mut state.addresses, key, account.id)
    }

    async fn set_password(
        &mut self,
        id: AccountId,
        expected: Option<&PasswordHash>,
        hash: &PasswordHash,
        now: Instant,
    ) -> Stored<bool> {
        let Some(account) = self.with_hash(id, expected) else { return Ok(false) };
        account.password = Some(hash.clone());
        account.password_set_at = Some(now);
        account.password_change_due = false;
        account.status = AccountStatus::Active;
        self.own().password_rules.remove(&id);
        Ok(true)
    }

    async fn renew_hash(&mut self, id: AccountId, expected: &PasswordHash, hash: &PasswordHash) -> Stored<bool> {
        let Some(account) = self.with_hash(id, Some(expected)) else { return Ok(false) };
        account.password = Some(hash.clone());
        Ok(true)
    }

    async fn set_profile(&mut self, id: AccountId, name: &DisplayName, language: Language) -> Stored<bool> {
        let Some(account) = self.own().accounts.get_mut(&id) else { return Ok(false) };
        account.name = name.clone();
        account.language = language;
        Ok(true)
    }

    async fn set_status(&mut self, id: AccountId, from: AccountStatus, to: AccountStatus) -> Stored<bool> {
        let Some(account) = self.own().accounts.get_mut(&id).filter(|account| account.status == from) else {
            return Ok(false);
        };
        account.status = to;
        Ok(true)
    }

    async fn delete_account(&mut self, id: AccountId) -> Stored<bool> {
        let state = self.own();
        let Some(account) = state.accounts.remove(&id) else { return Ok(false) };
        state.addresses.remove(&account.email.key());
        state.roles_held.remove(&id);
        state.sessions.retain(|_, session| session.account != id);
        state.tokens.retain(|_, token| token.account != Some(id));
        state.two_factors.remove(&id);
        state.known_devices.remove(&id);
        state.earlier_passwords.remove(&id);
        state.password_rules.remove(&id);
        Ok(true)
    }

    async fn insert_role(&mut self, role: &Role) -> Stored<()> {
        let name = EmailKey::of(role.name.as_str());
        if self.state().roles.values().any(|other| EmailKey::of(other.name.as_str()) == name) {
            return Err(StorageError::Conflict);
        }
        add(&mut self.own().roles, role.id, role.clone())
    }

    async fn set_roles(&mut self, id: AccountId, roles: &[RoleId]) -> Stored<()> {
        let state = self.state();
        if !state.accounts.contains_key(&id) || !roles.iter().all(|role| state.roles.contains_key(role)) {
            return Err(StorageError::Conflict);
        }
        self.own().roles_held.insert(id, roles.iter().copied().collect());
        Ok(())
    }

    async fn issue_token(&mut self, token: &OneTimeToken) -> Stored<()> {
        let state = self.state();
        let stranger = token.account.is_some_and(|id| !state.accounts.contains_key(&id));
        if stranger || state.tokens.contains_key(&token.digest) {
            return Err(StorageError::Conflict);
        }
        let state = self.own();
        for older in state.tokens.values_mut() {
            if older.purpose == token.purpose && older.account == token.account {
                older.consumed_at.get_or_insert(token.created_at);
            }
        }
        add(&mut state.tokens, token.digest, token.clone())
    }

    async fn consume_token(
        &mut self,
        digest: &Digest256,
        purpose: Purpose,
        now: Instant,
    ) -> Stored<Option<OneTimeToken>> {
        let token = self
            .own()
            .tokens
            .get_mut(digest)
            .filter(|token| token.purpose == purpose && token.worth(now) == Worth::Good);
        Ok(token.map(|token| {
            token.consumed_at = Some(now);
            token.clone()
        }))
    }

    async fn void_tokens(&mut self, account: AccountId, purpose: Option<Purpose>, now: Instant) -> Stored<()> {
        for token in self.own().tokens.values_mut() {
            if token.account == Some(account) && purpose.is_none_or(|purpose| token.purpose == purpose) {
                token.consumed_at.get_or_insert(now);
            }
        }
        Ok(())
    }

    async fn insert_session(&mut self, session: &Session) -> Stored<()> {
        let state = self.state();
        let taken = state.sessions.values().any(|other| other.digest == session.digest);
        if taken || !state.accounts.contains_key(&session.account) {
            return Err(StorageError::Conflict);
        }
        add(&mut self.own().sessions, session.id, session.clone())
    }

    async fn touch_session(&mut self, id: SessionId, now: Instant) -> Stored<()> {
        if let Some(session) = self.own().sessions.get_mut(&id) {
            // Two requests may arrive here in the other order than that in which they came.
            if (now - session.last_seen_at).whole_minutes() >= 1 {
                session.last_seen_at = now;
            }
        }
        Ok(())
    }

    async fn end_session(&mut self, id: SessionId) -> Stored<bool> {
        Ok(self.own().sessions.remove(&id).is_some())
    }

    async fn end_sessions(&mut self, account: AccountId, except: Option<SessionId>) -> Stored<u64> {
        let mut ended = 0;
        self.own().sessions.retain(|id, session| {
            let stays = session.account != account || Some(*id) == except;
            ended += u64::from(!stays);
            stays
        });
        Ok(ended)
    }

    async fn spend_budget(&mut self, key: &BudgetKey, limit: &RateLimit, now: Instant) -> Stored<Decision> {
        let decision = limit.decide(self.state().budgets.get(key).copied(), now);
        if let Decision::Admitted { tat } = decision {
            self.own().budgets.insert(*key, tat);
        }
        Ok(decision)
    }

    async fn refund_budget(&mut self, key: &BudgetKey, limit: &RateLimit) -> Stored<()> {
        if let Some(tat) = self.own().budgets.get_mut(key) {
            *tat = limit.refund(*tat);
        }
        Ok(())
    }

    async fn insert_mail(&mut self, entry: &OutboxEntry) -> Stored<()> {
        let state = self.own();
        let number = state.next_number();
        add(&mut state.outbox, entry.id, Numbered { number, row: entry.clone() })
    }

    async fn claim_mail(&mut self, now: Instant, until: Instant, most: u64) -> Stored<Vec<OutboxEntry>> {
        let State { outbox, leases, .. } = self.own();
        let claimed = due(outbox, now, most, |mail| (mail.state == MailState::Waiting).then_some(mail.next_attempt_at));
        let mut mails = Vec::with_capacity(claimed.len());
        for id in claimed {
            if let Some(mail) = outbox.get_mut(&id) {
                mail.row.next_attempt_at = until;
                leases.insert(id, until);
                mails.push(mail.row.clone());
            }
        }
        Ok(mails)
    }

    async fn update_mail(&mut self, entry: &OutboxEntry, lease: Instant) -> Stored<bool> {
        if self.state().leases.get(&entry.id) != Some(&lease) {
            return Ok(false);
        }
        let State { outbox, leases, .. } = self.own();
        let leased = outbox.get_mut(&entry.id).filter(|mail| mail.row.state == MailState::Waiting);
        leases.remove(&entry.id);
        Ok(leased.is_some_and(|Numbered { row, .. }| {
            row.state = entry.state;
            row.attempts = entry.attempts;
            row.next_attempt_at = entry.next_attempt_at;
            row.body.clone_from(&entry.body);
            row.last_error.clone_from(&entry.last_error);
            true
        }))
    }

    async fn insert_recovery_request(&mut self, request: &RecoveryRequest) -> Stored<()> {
        let state = self.own();
        let number = state.next_number();
        add(&mut state.recovery_requests, request.id, Numbered { number, row: request.clone() })
    }

    async fn take_recovery_requests(&mut self, now: Instant, most: u64) -> Stored<Vec<RecoveryRequest>> {
        let requests = &mut self.own().recovery_requests;
        let taken = due(requests, now, most, |request| Some(request.due_at));
        Ok(taken.iter().filter_map(|id| requests.remove(id)).map(|request| request.row).collect())
    }

    async fn append_audit_event(&mut self, event: &AuditEvent) -> Stored<()> {
        let state = self.own();
        let number = state.next_number();
        add(&mut state.audit_events, event.id, Numbered { number, row: event.clone() })
    }

    async fn set_parameter(&mut self, key: &str, text: &str) -> Stored<()> {
        self.own().parameters.insert(key.to_owned(), text.to_owned());
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Stored<()> {
        self.shared.available()?;
        // The turn ends when `self` is dropped, after the state took its place.
        self.shared.replace(Arc::clone(&self.state));
        Ok(())
    }
}
