//! What parameters were before.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::ports::storage::parameter_history::{ParameterChange, ParameterHistory, ParameterHistoryView};
use portcullis_domain::ports::storage::{Page, Stored, UnitOfWork};

use crate::state::{Numbered, State, cut};
use crate::transaction::Transaction;

/// All changes, the newest first; of the same microsecond, the last written first.
fn newest_first(state: &State) -> Vec<&ParameterChange> {
    let mut changes: Vec<&Numbered<ParameterChange>> = state.parameter_changes.iter().collect();
    changes.sort_by_key(|change| Reverse((change.row.at, change.number)));
    changes.into_iter().map(|change| &change.row).collect()
}

#[async_trait]
impl ParameterHistoryView for Transaction {
    async fn parameter_changes(&mut self, key: &str, page: Page) -> Stored<Vec<ParameterChange>> {
        let changes = newest_first(self.state()).into_iter().filter(|change| change.key == key);
        Ok(cut(changes.cloned().collect(), page))
    }

    async fn latest_parameter_changes(&mut self) -> Stored<Vec<ParameterChange>> {
        let mut latest: BTreeMap<&str, &ParameterChange> = BTreeMap::new();
        for change in newest_first(self.state()) {
            latest.entry(&change.key).or_insert(change);
        }
        Ok(latest.into_values().cloned().collect())
    }
}

#[async_trait]
impl ParameterHistory for Transaction {
    async fn change_parameter(&mut self, change: &ParameterChange) -> Stored<()> {
        self.set_parameter(&change.key, &change.text).await?;
        let state = self.own();
        let number = state.next_number();
        state.parameter_changes.push(Numbered { number, row: change.clone() });
        Ok(())
    }
}
