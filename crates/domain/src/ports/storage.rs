//! The port to the database.
//!
//! A [`View`] reads; a [`UnitOfWork`] reads and writes, and commits or rolls back as one: dropping it rolls back. What
//! handles a GET gets a `View`, so it cannot change anything. Not found is `Ok(None)`. What may happen at most once is
//! one guarded write that returns whether it was this caller's.

pub mod audit_trail;
pub mod invitations;
pub mod known_devices;
pub mod mail_desk;
pub mod operator_search;
pub mod parameter_history;
pub mod password_history;
pub mod role_book;
pub mod sweeping;
pub mod two_factors;

use async_trait::async_trait;
use uuid::Uuid;

use self::audit_trail::{AuditTrail, AuditTrailView};
use self::invitations::{InvitationView, Invitations};
use self::known_devices::{KnownDeviceView, KnownDevices};
use self::mail_desk::{MailDesk, MailDeskView};
use self::operator_search::OperatorSearch;
use self::parameter_history::{ParameterHistory, ParameterHistoryView};
use self::password_history::{PasswordHistory, PasswordHistoryView};
use self::role_book::{RoleBook, RoleBookView};
use self::sweeping::Sweeping;
use self::two_factors::{TwoFactorView, TwoFactors};

use crate::account::{Account, AccountId, AccountStatus, Operator};
use crate::audit::AuditEvent;
use crate::display_name::DisplayName;
use crate::email::{Email, EmailKey};
use crate::instant::Instant;
use crate::language::Language;
use crate::mail_message::OutboxEntry;
use crate::one_time_token::{OneTimeToken, Purpose};
use crate::rate_limit::{BudgetKey, Decision, RateLimit};
use crate::role::{Role, RoleId};
use crate::secret::{Digest256, PasswordHash};
use crate::session::{Session, SessionId};

/// Storage did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Something with that key exists already. The unit of work can go on.
    #[error("exists already")]
    Conflict,
    /// The database is away, busy for too long, or full.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// Two units of work waited for one another, and this one was broken off: nothing of it stays. Begun again it succeeds.
    #[error("storage broke it off in favour of another: {0}")]
    BrokenOff(String),
    /// A row holds what no value of the domain can be.
    #[error("storage holds a corrupt row: {0}")]
    Corrupt(String),
}

/// What every method of the storage answers.
pub type Stored<T> = Result<T, StorageError>;

/// The way to the database.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Opens a view for reading.
    async fn view(&self) -> Stored<Box<dyn View>>;

    /// Opens a unit of work. On engines with one writer it waits for its turn.
    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>>;
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many to pass over.
    pub offset: u64,
    /// How many to give, at most 500.
    pub limit: u64,
}

/// An invitation or reset that somebody asked for without being signed in. It is written for every address alike and
/// worked off later, so that neither the bytes nor the time of the answer tell who has an account (ASVS 6.3.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRequest {
    /// Its identity.
    pub id: Uuid,
    /// The key of what was typed.
    pub email: EmailKey,
    /// The client's address.
    pub address: String,
    /// When it was asked.
    pub requested_at: Instant,
    /// Not to be worked off before.
    pub due_at: Instant,
}

/// Reads.
#[async_trait]
pub trait View:
    TwoFactorView
    + KnownDeviceView
    + RoleBookView
    + OperatorSearch
    + ParameterHistoryView
    + PasswordHistoryView
    + AuditTrailView
    + MailDeskView
    + InvitationView
    + Send
{
    /// When the first operator was made; `None` before.
    async fn set_up_at(&mut self) -> Stored<Option<Instant>>;

    /// The account of an identity.
    async fn account(&mut self, id: AccountId) -> Stored<Option<Account>>;

    /// The account of an address, whatever its kind.
    async fn account_by_email(&mut self, email: &EmailKey) -> Stored<Option<Account>>;

    /// The operator of an identity, with roles and grants; `None` for a vendor or a customer.
    async fn operator(&mut self, id: AccountId) -> Stored<Option<Operator>>;

    /// Operators whose address or name contains `search` (case-insensitive, by [`EmailKey::of`]), by name, then identity.
    async fn operators(&mut self, search: &str, page: Page) -> Stored<Vec<Operator>>;

    /// How many operators [`View::operators`] would list.
    async fn count_operators(&mut self, search: &str) -> Stored<u64>;

    /// Every role, by name; the built-in first.
    async fn roles(&mut self) -> Stored<Vec<Role>>;

    /// The token of a digest, whatever it is worth.
    async fn token(&mut self, digest: &Digest256) -> Stored<Option<OneTimeToken>>;

    /// The session of a cookie's digest, live or not.
    async fn session(&mut self, digest: &Digest256) -> Stored<Option<Session>>;

    /// The sessions of an account, latest use first.
    async fn sessions(&mut self, account: AccountId) -> Stored<Vec<Session>>;

    /// Every parameter that was set: key and text.
    async fn parameters(&mut self) -> Stored<Vec<(String, String)>>;

    /// The latest audit events, newest first.
    async fn audit_events(&mut self, page: Page) -> Stored<Vec<AuditEvent>>;

    /// The outbox, newest first.
    async fn outbox(&mut self, page: Page) -> Stored<Vec<OutboxEntry>>;
}

/// Reads and writes, as one.
#[async_trait]
pub trait UnitOfWork:
    View
    + TwoFactors
    + KnownDevices
    + RoleBook
    + ParameterHistory
    + PasswordHistory
    + AuditTrail
    + MailDesk
    + Invitations
    + Sweeping
{
    /// Waits until no other unit of work holds the account, and holds it until this one ends: what is read of it, of its
    /// sessions, tokens and second factor from here on is what stands when this commits. False when there is none.
    async fn lock_account(&mut self, id: AccountId) -> Stored<bool>;

    /// Marks set-up as done. True for exactly one caller, ever.
    async fn complete_set_up(&mut self, now: Instant) -> Stored<bool>;

    /// Adds an account.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when its address or identity exists; the unit of work can go on.
    async fn insert_account(&mut self, account: &Account) -> Stored<()>;

    /// Sets a password and makes an invited account active; clears the due change. Guarded: only while the stored hash is
    /// still `expected`, and never for a suspended account. The rules that
    /// were noted for the earlier password go with it. True when it was so.
    async fn set_password(
        &mut self,
        id: AccountId,
        expected: Option<&PasswordHash>,
        hash: &PasswordHash,
        now: Instant,
    ) -> Stored<bool>;

    /// Replaces a hash by one of the same password, guarded as [`UnitOfWork::set_password`]; touches nothing else.
    async fn renew_hash(&mut self, id: AccountId, expected: &PasswordHash, hash: &PasswordHash) -> Stored<bool>;

    /// Changes name and language. False when there is no such account.
    async fn set_profile(&mut self, id: AccountId, name: &DisplayName, language: Language) -> Stored<bool>;

    /// Moves an account from one status to another; false when it was not in `from`.
    async fn set_status(&mut self, id: AccountId, from: AccountStatus, to: AccountStatus) -> Stored<bool>;

    /// Deletes an account with its roles, sessions and tokens. False when there is none.
    async fn delete_account(&mut self, id: AccountId) -> Stored<bool>;

    /// Adds a role.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when its name (by [`EmailKey::of`]) or identity exists.
    async fn insert_role(&mut self, role: &Role) -> Stored<()>;

    /// Replaces the roles of an account. Unknown roles are [`StorageError::Conflict`].
    async fn set_roles(&mut self, id: AccountId, roles: &[RoleId]) -> Stored<()>;

    /// Stores a new token and voids the older ones of the same purpose and person. Of two that are issued at once one is
    /// good afterwards.
    async fn issue_token(&mut self, token: &OneTimeToken) -> Stored<()>;

    /// Spends a token: guarded by digest, purpose, expiry and not being spent. `Some` for exactly one caller.
    async fn consume_token(
        &mut self,
        digest: &Digest256,
        purpose: Purpose,
        now: Instant,
    ) -> Stored<Option<OneTimeToken>>;

    /// Voids all unspent tokens of an account, of a purpose or of all; also one that is just being issued.
    async fn void_tokens(&mut self, account: AccountId, purpose: Option<Purpose>, now: Instant) -> Stored<()>;

    /// Adds a session.
    async fn insert_session(&mut self, session: &Session) -> Stored<()>;

    /// Notes that a session was used, unless that was noted within a minute before.
    async fn touch_session(&mut self, id: SessionId, now: Instant) -> Stored<()>;

    /// Ends a session; false when it had ended.
    async fn end_session(&mut self, id: SessionId) -> Stored<bool>;

    /// Ends an account's sessions, all or all but one; says how many.
    async fn end_sessions(&mut self, account: AccountId, except: Option<SessionId>) -> Stored<u64>;

    /// Takes one from a budget, atomically: as [`RateLimit::decide`] says, exact under any number of callers.
    async fn spend_budget(&mut self, key: &BudgetKey, limit: &RateLimit, now: Instant) -> Stored<Decision>;

    /// Gives one back, when the try turned out not to count.
    async fn refund_budget(&mut self, key: &BudgetKey, limit: &RateLimit) -> Stored<()>;

    /// Writes a mail to the outbox.
    async fn insert_mail(&mut self, entry: &OutboxEntry) -> Stored<()>;

    /// Claims up to `most` mails that are due: their next attempt moves to `until`, and each goes to one caller only, who
    /// has it leased until then. One that cannot be read is marked as failed, and holds none of the others up.
    async fn claim_mail(&mut self, now: Instant, until: Instant, most: u64) -> Stored<Vec<OutboxEntry>>;

    /// Replaces what is known of a mail after a try: state, attempts, next attempt, body, error; it is nobody's then. Guarded:
    /// only while it waits and is leased until `lease`, as [`UnitOfWork::claim_mail`] said, so that who is late does not
    /// overwrite what another made of it. True when it was so.
    async fn update_mail(&mut self, entry: &OutboxEntry, lease: Instant) -> Stored<bool>;

    /// Notes that somebody asked for a way back in.
    async fn insert_recovery_request(&mut self, request: &RecoveryRequest) -> Stored<()>;

    /// Takes up to `most` requests that are due: each goes to one caller only, and is gone when this commits.
    async fn take_recovery_requests(&mut self, now: Instant, most: u64) -> Stored<Vec<RecoveryRequest>>;

    /// Appends an audit event.
    async fn append_audit_event(&mut self, event: &AuditEvent) -> Stored<()>;

    /// Sets a parameter.
    async fn set_parameter(&mut self, key: &str, text: &str) -> Stored<()>;

    /// Makes all of it last.
    async fn commit(self: Box<Self>) -> Stored<()>;
}

/// Address and name as [`View::operators`] searches them.
pub fn search_key(email: &Email, name: &DisplayName) -> String {
    format!("{} {}", email.key().as_str(), EmailKey::of(name.as_str()).as_str())
}
