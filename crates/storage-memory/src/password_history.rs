//! Earlier passwords, and the rules under which the present ones were set.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::password_history::{PasswordHistory, PasswordHistoryView};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::secret::PasswordHash;

use crate::state::Numbered;
use crate::transaction::Transaction;

/// How many earlier passwords of an account are kept.
const KEPT: usize = 24;

/// Whether there is a present password that lets somebody in.
fn in_use(account: &Account) -> bool {
    account.kind == AccountKind::Operator && account.status != AccountStatus::Invited && account.password.is_some()
}

#[async_trait]
impl PasswordHistoryView for Transaction {
    async fn earlier_passwords(&mut self, account: AccountId, most: u32) -> Stored<Vec<PasswordHash>> {
        let earlier = self.state().earlier_passwords.get(&account).map(Vec::as_slice).unwrap_or_default();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(earlier.iter().take(most).map(|password| password.row.1.clone()).collect())
    }

    async fn password_rules_in_use(&mut self) -> Stored<Vec<(String, u64)>> {
        let state = self.state();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for account in state.accounts.values().filter(|account| in_use(account)) {
            let rules = state.password_rules.get(&account.id).map(String::as_str).unwrap_or_default();
            *counts.entry(rules).or_default() += 1;
        }
        Ok(counts.into_iter().map(|(rules, count)| (rules.to_owned(), count)).collect())
    }
}

#[async_trait]
impl PasswordHistory for Transaction {
    async fn remember_password(&mut self, account: AccountId, hash: &PasswordHash, now: Instant) -> Stored<()> {
        if !self.state().accounts.contains_key(&account) {
            return Err(StorageError::Conflict);
        }
        let state = self.own();
        let number = state.next_number();
        let earlier = state.earlier_passwords.entry(account).or_default();
        earlier.push(Numbered { number, row: (now, hash.clone()) });
        earlier.sort_by_key(|password| Reverse((password.row.0, password.number)));
        earlier.truncate(KEPT);
        Ok(())
    }

    async fn note_password_rules(&mut self, account: AccountId, rules: &str) -> Stored<()> {
        if self.state().accounts.contains_key(&account) {
            self.own().password_rules.insert(account, rules.to_owned());
        }
        Ok(())
    }

    async fn require_new_passwords(&mut self, rules: &[String]) -> Stored<u64> {
        let state = self.own();
        let mut due = 0;
        for account in state.accounts.values_mut().filter(|account| in_use(account)) {
            let under = state.password_rules.get(&account.id).map(String::as_str).unwrap_or_default();
            if rules.iter().any(|rule| rule == under) {
                account.password_change_due = true;
                due += 1;
            }
        }
        Ok(due)
    }
}
