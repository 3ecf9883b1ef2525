//! Storage of what parameters were before.

use async_trait::async_trait;

use super::{Page, Stored};
use crate::audit::Actor;
use crate::instant::Instant;

/// A change of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterChange {
    /// Its key.
    pub key: String,
    /// The value that it was given.
    pub text: String,
    /// Who changed it.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

/// A change as it stands in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedChange {
    /// What names it: no other change has the number, of whatever parameter.
    pub number: i64,
    /// The change.
    pub change: ParameterChange,
}

/// Reads changes.
#[async_trait]
pub trait ParameterHistoryView: Send {
    /// The changes of a parameter, newest first.
    async fn parameter_changes(&mut self, key: &str, page: Page) -> Stored<Vec<RecordedChange>>;

    /// The change of a number, when it is one of this parameter.
    async fn parameter_change(&mut self, key: &str, number: i64) -> Stored<Option<ParameterChange>>;

    /// The newest change of each parameter that was ever changed.
    async fn latest_parameter_changes(&mut self) -> Stored<Vec<ParameterChange>>;
}

/// Writes changes.
#[async_trait]
pub trait ParameterHistory: ParameterHistoryView {
    /// Sets the parameter, as [`super::UnitOfWork::set_parameter`] does, and records who did it.
    async fn change_parameter(&mut self, change: &ParameterChange) -> Stored<()>;
}
