//! What parameters were before.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use portcullis_domain::ports::storage::parameter_history::{
    ParameterChange, ParameterHistory, ParameterHistoryView, RecordedChange,
};
use portcullis_domain::ports::storage::{Page, Stored, UnitOfWork};

use crate::state::{Numbered, State, cut};
use crate::transaction::Transaction;

/// All changes, the newest first; of the same microsecond, the last written first.
fn newest_first(state: &State) -> Vec<&Numbered<ParameterChange>> {
    let mut changes: Vec<&Numbered<ParameterChange>> = state.parameter_changes.iter().collect();
    changes.sort_by_key(|change| Reverse((change.row.at, change.number)));
    changes
}

fn number(change: &Numbered<ParameterChange>) -> i64 {
    i64::try_from(change.number).unwrap_or(i64::MAX)
}

#[async_trait]
impl ParameterHistoryView for Transaction {
    async fn parameter_changes(&mut self, key: &str, page: Page) -> Stored<Vec<RecordedChange>> {
        let changes = newest_first(self.state()).into_iter().filter(|change| change.row.key == key);
        let recorded = changes.map(|change| RecordedChange { number: number(change), change: change.row.clone() });
        Ok(cut(recorded.collect(), page))
    }

    async fn parameter_change(&mut self, key: &str, wanted: i64) -> Stored<Option<ParameterChange>> {
        let mut changes = self.state().parameter_changes.iter();
        let found = changes.find(|change| number(change) == wanted && change.row.key == key);
        Ok(found.map(|change| change.row.clone()))
    }

    async fn latest_parameter_changes(&mut self) -> Stored<Vec<ParameterChange>> {
        let mut latest: BTreeMap<&str, &ParameterChange> = BTreeMap::new();
        for change in newest_first(self.state()) {
            latest.entry(&change.row.key).or_insert(&change.row);
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
