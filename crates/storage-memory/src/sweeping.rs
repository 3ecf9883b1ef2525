//! Taking away what has served its time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::mail_message::MailState;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::sweeping::{Outlived, Sweeping};

use crate::transaction::Transaction;

#[async_trait]
impl Sweeping for Transaction {
    async fn sweep(&mut self, outlived: &Outlived, most: u64) -> Stored<u64> {
        let state = self.own();
        Ok(taken(&mut state.budgets, most, |full_at| *full_at < outlived.budgets)
            + taken(&mut state.sessions, most, |session| session.created_at < outlived.sessions)
            + taken(&mut state.tokens, most, |token| token.expires_at < outlived.tokens)
            + taken(&mut state.outbox, most, |mail| {
                mail.row.state == MailState::Sent && mail.row.created_at < outlived.mails
            }))
    }
}

fn taken<K: Ord + Clone, V>(all: &mut BTreeMap<K, V>, most: u64, is_outlived: impl Fn(&V) -> bool) -> u64 {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let keys: Vec<K> =
        all.iter().filter(|(_, value)| is_outlived(value)).map(|(key, _)| key.clone()).take(most).collect();
    for key in &keys {
        all.remove(key);
    }
    u64::try_from(keys.len()).unwrap_or(u64::MAX)
}
