//! What is stored, and the keys by which it is found.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::account::{Account, AccountId, Operator};
use portcullis_domain::audit::AuditEvent;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::OutboxEntry;
use portcullis_domain::one_time_token::OneTimeToken;
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::ports::storage::{Page, RecoveryRequest, StorageError, Stored, search_key};
use portcullis_domain::rate_limit::BudgetKey;
use portcullis_domain::role::{Grants, Role, RoleId};
use portcullis_domain::secret::{Digest256, PasswordHash, Sealed};
use portcullis_domain::session::{Session, SessionId};
use uuid::Uuid;

use crate::two_factors::HeldFactor;

/// The most that one page gives, whatever it asks for.
const MAX_PAGE: u64 = 500;

/// Everything there is.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) set_up_at: Option<Instant>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// Which account has an address: what makes addresses unique.
    pub(crate) addresses: BTreeMap<EmailKey, AccountId>,
    pub(crate) roles: BTreeMap<RoleId, Role>,
    pub(crate) roles_held: BTreeMap<AccountId, BTreeSet<RoleId>>,
    pub(crate) tokens: BTreeMap<Digest256, OneTimeToken>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    /// When each budget is full again.
    pub(crate) budgets: BTreeMap<BudgetKey, Instant>,
    pub(crate) outbox: BTreeMap<Uuid, Numbered<OutboxEntry>>,
    /// Until when a claimed mail is its claimer's.
    pub(crate) leases: BTreeMap<Uuid, Instant>,
    pub(crate) recovery_requests: BTreeMap<Uuid, Numbered<RecoveryRequest>>,
    pub(crate) audit_events: BTreeMap<Uuid, Numbered<AuditEvent>>,
    /// The seals of events, by their place in the trail.
    pub(crate) seals: BTreeMap<i64, Digest256>,
    /// The signed end of what is sealed.
    pub(crate) audit_head: Option<Sealed>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) parameter_changes: Vec<Numbered<ParameterChange>>,
    pub(crate) two_factors: BTreeMap<AccountId, HeldFactor>,
    /// When each known device of an account was used last.
    pub(crate) known_devices: BTreeMap<AccountId, BTreeMap<Digest256, Instant>>,
    /// When each earlier password was replaced, newest first.
    pub(crate) earlier_passwords: BTreeMap<AccountId, Vec<Numbered<(Instant, PasswordHash)>>>,
    /// The rules under which the present password was set, where they are known.
    pub(crate) password_rules: BTreeMap<AccountId, String>,
    /// How many rows were numbered so far.
    numbered: u64,
}

/// A row with its place in the order of writing, which tells apart what happened in the same microsecond.
#[derive(Clone)]
pub(crate) struct Numbered<T> {
    pub(crate) number: u64,
    pub(crate) row: T,
}

impl Default for State {
    fn default() -> Self {
        let built_in = Role::super_administrator();
        Self {
            set_up_at: None,
            accounts: BTreeMap::new(),
            addresses: BTreeMap::new(),
            roles: BTreeMap::from([(built_in.id, built_in)]),
            roles_held: BTreeMap::new(),
            tokens: BTreeMap::new(),
            sessions: BTreeMap::new(),
            budgets: BTreeMap::new(),
            outbox: BTreeMap::new(),
            leases: BTreeMap::new(),
            recovery_requests: BTreeMap::new(),
            audit_events: BTreeMap::new(),
            seals: BTreeMap::new(),
            audit_head: None,
            parameters: BTreeMap::new(),
            parameter_changes: Vec::new(),
            two_factors: BTreeMap::new(),
            known_devices: BTreeMap::new(),
            earlier_passwords: BTreeMap::new(),
            password_rules: BTreeMap::new(),
            numbered: 0,
        }
    }
}

impl State {
    /// The next number for a row.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    /// The account with what its roles grant together, when it is an operator's.
    pub(crate) fn operator_of(&self, account: &Account) -> Option<Operator> {
        let roles: Vec<RoleId> =
            self.roles_held.get(&account.id).map(|held| held.iter().copied().collect()).unwrap_or_default();
        let grants = roles
            .iter()
            .filter_map(|id| self.roles.get(id))
            .fold(Grants::default(), |grants, role| grants.union(role.grants.clone()));
        Operator::from_account(account.clone(), roles, grants)
    }

    /// The operators that a search finds, by name without regard to case, then identity.
    pub(crate) fn operators_matching(&self, search: &str) -> Vec<Operator> {
        let needle = EmailKey::of(search);
        let mut found: Vec<Operator> = self
            .accounts
            .values()
            .filter(|account| search_key(&account.email, &account.name).contains(needle.as_str()))
            .filter_map(|account| self.operator_of(account))
            .collect();
        found.sort_by_cached_key(|operator| (EmailKey::of(operator.name().as_str()), operator.id()));
        found
    }
}

/// Adds a row under a key that must be new.
///
/// # Errors
/// [`StorageError::Conflict`] when it is not; the row there stays.
pub(crate) fn add<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, row: V) -> Stored<()> {
    if rows.contains_key(&key) {
        return Err(StorageError::Conflict);
    }
    rows.insert(key, row);
    Ok(())
}

/// The rows of a page.
pub(crate) fn cut<T>(rows: Vec<T>, page: Page) -> Vec<T> {
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit.min(MAX_PAGE)).unwrap_or(usize::MAX);
    rows.into_iter().skip(offset).take(limit).collect()
}

/// The rows of a page, the newest first by what `at` says; of the same microsecond, the last written first.
pub(crate) fn newest<T: Clone>(rows: &BTreeMap<Uuid, Numbered<T>>, page: Page, at: impl Fn(&T) -> Instant) -> Vec<T> {
    cut(newest_first(rows, at), page).into_iter().cloned().collect()
}

/// All rows in the order of [`newest`].
pub(crate) fn newest_first<T>(rows: &BTreeMap<Uuid, Numbered<T>>, at: impl Fn(&T) -> Instant) -> Vec<&T> {
    let mut sorted: Vec<&Numbered<T>> = rows.values().collect();
    sorted.sort_by_key(|entry| std::cmp::Reverse((at(&entry.row), entry.number)));
    sorted.into_iter().map(|entry| &entry.row).collect()
}

/// The identities of up to `most` rows that are due, the longest due first. `due_at` is `None` for what is never due.
pub(crate) fn due<T>(
    rows: &BTreeMap<Uuid, Numbered<T>>,
    now: Instant,
    most: u64,
    due_at: impl Fn(&T) -> Option<Instant>,
) -> Vec<Uuid> {
    let mut found: Vec<(Instant, u64, Uuid)> = rows
        .iter()
        .filter_map(|(id, entry)| Some((due_at(&entry.row)?, entry.number, *id)))
        .filter(|(at, _, _)| *at <= now)
        .collect();
    found.sort_unstable();
    found.into_iter().take(usize::try_from(most).unwrap_or(usize::MAX)).map(|(_, _, id)| id).collect()
}
