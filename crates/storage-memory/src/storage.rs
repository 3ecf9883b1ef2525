//! The storage itself: the committed state, and whose turn it is to write.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use portcullis_domain::ports::storage::{Storage, StorageError, Stored, UnitOfWork, View};

use crate::state::State;
use crate::transaction::Transaction;

/// Everything in memory, gone with the process. Clones share what they hold.
///
/// The built-in role is there from the start. Writers take turns in the order in which they asked; readers never wait.
#[derive(Clone, Default)]
pub struct MemoryStorage {
    shared: Arc<Shared>,
}

/// What the clones of a storage, and its transactions, share.
#[derive(Default)]
pub(crate) struct Shared {
    committed: Mutex<Arc<State>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    unavailable: AtomicBool,
}

impl Shared {
    /// What was committed last.
    fn snapshot(&self) -> Arc<State> {
        Arc::clone(&self.committed())
    }

    /// Puts `state` in the place of what was committed last.
    pub(crate) fn replace(&self, state: Arc<State>) {
        *self.committed() = state;
    }

    /// Fails while storage is away.
    pub(crate) fn available(&self) -> Stored<()> {
        if self.unavailable.load(Ordering::SeqCst) {
            Err(StorageError::Unavailable("memory was told to be unavailable".to_owned()))
        } else {
            Ok(())
        }
    }

    /// A poisoned lock holds a good state all the same: only whole states are ever put into it.
    fn committed(&self) -> MutexGuard<'_, Arc<State>> {
        self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryStorage {
    /// An empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// For tests: from now on, until told otherwise, [`Storage::view`], [`Storage::begin`] and [`UnitOfWork::commit`]
    /// fail with [`StorageError::Unavailable`], on every clone.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.shared.unavailable.store(unavailable, Ordering::SeqCst);
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn view(&self) -> Stored<Box<dyn View>> {
        self.shared.available()?;
        Ok(Box::new(Transaction::reading(&self.shared, self.shared.snapshot())))
    }

    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        self.shared.available()?;
        let turn = Arc::clone(&self.shared.turn).lock_owned().await;
        // Taken once it is our turn: a state from before the wait would undo what was committed meanwhile.
        Ok(Box::new(Transaction::writing(&self.shared, self.shared.snapshot(), turn)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn storage_that_is_away_says_so_until_it_is_back() {
        let storage = MemoryStorage::new();
        let open = storage.begin().await.unwrap();
        storage.clone().set_unavailable(true);
        assert!(matches!(storage.view().await.map(drop), Err(StorageError::Unavailable(_))));
        assert!(matches!(storage.begin().await.map(drop), Err(StorageError::Unavailable(_))));
        assert!(matches!(open.commit().await, Err(StorageError::Unavailable(_))));
        storage.set_unavailable(false);
        assert!(storage.begin().await.unwrap().commit().await.is_ok());
    }

    #[tokio::test]
    async fn a_reader_keeps_what_it_saw_and_waits_for_nobody() {
        let storage = MemoryStorage::new();
        let mut unit = storage.begin().await.unwrap();
        let mut before = storage.view().await.unwrap();
        unit.set_parameter("key", "text").await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(before.parameters().await, Ok(vec![]));
        assert_eq!(storage.view().await.unwrap().parameters().await.unwrap().len(), 1);
    }
}
