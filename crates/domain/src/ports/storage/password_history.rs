//! Storage of earlier passwords, and of the rules under which the present ones were set.

use async_trait::async_trait;

use super::Stored;
use crate::account::AccountId;
use crate::instant::Instant;
use crate::secret::PasswordHash;

/// Reads earlier passwords.
#[async_trait]
pub trait PasswordHistoryView: Send {
    /// The hashes of the last `most` passwords before the present one, newest first.
    async fn earlier_passwords(&mut self, account: AccountId, most: u32) -> Stored<Vec<PasswordHash>>;

    /// For each set of rules under which present passwords of active and suspended operators were set: the rules as text, and how
    /// many.
    /// Passwords of which that is not known come under the empty text.
    async fn password_rules_in_use(&mut self) -> Stored<Vec<(String, u64)>>;
}

/// Writes earlier passwords.
#[async_trait]
pub trait PasswordHistory: PasswordHistoryView {
    /// Notes a password that is being replaced; of each account the 24 newest are kept.
    async fn remember_password(&mut self, account: AccountId, hash: &PasswordHash, now: Instant) -> Stored<()>;

    /// Notes the rules under which the present password was set.
    async fn note_password_rules(&mut self, account: AccountId, rules: &str) -> Stored<()>;

    /// Makes a new password due at the next sign-in of every active or suspended operator whose present one was set under
    /// one of these rules; says how many.
    async fn require_new_passwords(&mut self, rules: &[String]) -> Stored<u64>;
}
