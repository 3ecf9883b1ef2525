//! Second factors and recovery codes.

use std::collections::BTreeSet;

use async_trait::async_trait;
use portcullis_domain::account::{AccountId, AccountKind, AccountStatus};
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::two_factors::{Coverage, TwoFactorView, TwoFactors};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::secret::{Digest256, Sealed};
use portcullis_domain::two_factor::TwoFactor;

use crate::transaction::Transaction;

/// A second factor with the recovery codes that are left: a spent one is as good as one that never was.
#[derive(Clone)]
pub(crate) struct HeldFactor {
    factor: TwoFactor,
    codes: BTreeSet<Digest256>,
}

#[async_trait]
impl TwoFactorView for Transaction {
    async fn two_factor(&mut self, account: AccountId) -> Stored<Option<TwoFactor>> {
        Ok(self.state().two_factors.get(&account).map(|held| held.factor.clone()))
    }

    async fn two_factor_holders(&mut self, accounts: &[AccountId]) -> Stored<BTreeSet<AccountId>> {
        let held = &self.state().two_factors;
        Ok(accounts.iter().copied().filter(|account| held.contains_key(account)).collect())
    }

    async fn recovery_codes_left(&mut self, account: AccountId) -> Stored<u64> {
        let left = self.state().two_factors.get(&account).map_or(0, |held| held.codes.len());
        Ok(u64::try_from(left).unwrap_or(u64::MAX))
    }

    async fn two_factor_coverage(&mut self) -> Stored<Coverage> {
        let state = self.state();
        let mut coverage = Coverage::default();
        for account in state.accounts.values() {
            if account.kind == AccountKind::Operator && account.status == AccountStatus::Active {
                coverage.active += 1;
                coverage.covered += u64::from(state.two_factors.contains_key(&account.id));
            }
        }
        Ok(coverage)
    }

    async fn count_secrets_without(&mut self, mark: &[u8]) -> Stored<u64> {
        let others = self.state().two_factors.values().filter(|held| !held.factor.secret.0.starts_with(mark));
        Ok(u64::try_from(others.count()).unwrap_or(u64::MAX))
    }
}

#[async_trait]
impl TwoFactors for Transaction {
    async fn add_two_factor(&mut self, account: AccountId, factor: &TwoFactor, codes: &[Digest256]) -> Stored<bool> {
        if !self.state().accounts.contains_key(&account) {
            return Err(StorageError::Conflict);
        }
        if self.state().two_factors.contains_key(&account) {
            return Ok(false);
        }
        let held = HeldFactor { factor: factor.clone(), codes: codes.iter().copied().collect() };
        self.own().two_factors.insert(account, held);
        Ok(true)
    }

    async fn remove_two_factor(&mut self, account: AccountId) -> Stored<bool> {
        Ok(self.own().two_factors.remove(&account).is_some())
    }

    async fn spend_totp_step(&mut self, account: AccountId, step: i64) -> Stored<bool> {
        let Some(held) = self.own().two_factors.get_mut(&account).filter(|held| held.factor.last_step < step) else {
            return Ok(false);
        };
        held.factor.last_step = step;
        Ok(true)
    }

    async fn reseal_two_factor(&mut self, account: AccountId, opened: &Sealed, anew: &Sealed) -> Stored<bool> {
        let Some(held) = self.own().two_factors.get_mut(&account).filter(|held| held.factor.secret == *opened) else {
            return Ok(false);
        };
        held.factor.secret = anew.clone();
        Ok(true)
    }

    async fn replace_recovery_codes(&mut self, account: AccountId, codes: &[Digest256]) -> Stored<bool> {
        let Some(held) = self.own().two_factors.get_mut(&account) else { return Ok(false) };
        held.codes = codes.iter().copied().collect();
        Ok(true)
    }

    async fn spend_recovery_code(&mut self, account: AccountId, code: &Digest256, _now: Instant) -> Stored<bool> {
        Ok(self.own().two_factors.get_mut(&account).is_some_and(|held| held.codes.remove(code)))
    }
}
