//! Storage of second factors and recovery codes.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::Stored;
use crate::account::AccountId;
use crate::instant::Instant;
use crate::secret::{Digest256, Sealed};
use crate::two_factor::TwoFactor;

/// How many active operators there are, and how many of them have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Active operators.
    pub active: u64,
    /// Those of them with a second factor.
    pub covered: u64,
}

/// Reads second factors.
#[async_trait]
pub trait TwoFactorView: Send {
    /// The second factor of an account.
    async fn two_factor(&mut self, account: AccountId) -> Stored<Option<TwoFactor>>;

    /// Those of the accounts that have one.
    async fn two_factor_holders(&mut self, accounts: &[AccountId]) -> Stored<BTreeSet<AccountId>>;

    /// How many recovery codes are left.
    async fn recovery_codes_left(&mut self, account: AccountId) -> Stored<u64>;

    /// How many of the active operators have a second factor.
    async fn two_factor_coverage(&mut self) -> Stored<Coverage>;

    /// How many secrets do not begin with `mark`: those that the present key did not seal, see
    /// [`crate::ports::credentials::Sealer::mark`]. Reads every one.
    async fn count_secrets_without(&mut self, mark: &[u8]) -> Stored<u64>;
}

/// Writes second factors.
#[async_trait]
pub trait TwoFactors: TwoFactorView {
    /// Adds a second factor with its recovery codes. False when there is one already: of two tabs one wins.
    async fn add_two_factor(&mut self, account: AccountId, factor: &TwoFactor, codes: &[Digest256]) -> Stored<bool>;

    /// Removes the second factor and its recovery codes. False when there is none.
    async fn remove_two_factor(&mut self, account: AccountId) -> Stored<bool>;

    /// Spends a step: one guarded write that succeeds only while the last spent step is earlier (RFC 6238 §5.2).
    async fn spend_totp_step(&mut self, account: AccountId, step: i64) -> Stored<bool>;

    /// Puts a secret that was sealed anew in the place of the one that was opened. False when that one is not there any more.
    async fn reseal_two_factor(&mut self, account: AccountId, opened: &Sealed, anew: &Sealed) -> Stored<bool>;

    /// Replaces the recovery codes, used and unused. False when the account has no second factor.
    async fn replace_recovery_codes(&mut self, account: AccountId, codes: &[Digest256]) -> Stored<bool>;

    /// Spends a recovery code of this account: true for exactly one caller (ASVS 6.5.1).
    async fn spend_recovery_code(&mut self, account: AccountId, code: &Digest256, now: Instant) -> Stored<bool>;
}
