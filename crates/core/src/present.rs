//! Somebody who is signed in, judged in the unit of work that writes: between the request's look at the session and this
//! one they may have been suspended, have lost a permission, or have signed out in another tab.

use std::ops::Deref;

use portcullis_domain::account::AccountStatus;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::{StorageError, UnitOfWork};
use portcullis_domain::role::Level;

use crate::account_lock::LockedOperator;
use crate::author::Author;
use crate::session::{self, Authenticated};

/// What somebody who was signed in asked for was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The session has ended, or moved on in another tab, or its owner was suspended or deleted.
    #[error("the session is over")]
    Over,
    /// The permission was taken away.
    #[error("you may not do that any more")]
    Forbidden,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// An active operator whose account is this unit of work's until it ends, and whose session was there once it was locked.
/// There is no other way to one than [`Present::take`].
pub(crate) struct Present(LockedOperator);

impl Present {
    /// Waits for the account, and looks again.
    ///
    /// # Errors
    /// [`ActError::Over`] when nobody is signed in any more.
    pub(crate) async fn take(unit: &mut dyn UnitOfWork, who: &Authenticated) -> Result<Self, ActError> {
        let owner = LockedOperator::take(unit, who.operator.id()).await?;
        let same = session::goes_on(unit, who).await?;
        match owner.filter(|owner| same && owner.status() == AccountStatus::Active) {
            Some(owner) => Ok(Self(owner)),
            None => Err(ActError::Over),
        }
    }

    /// [`Present::take`], for somebody who holds a permission.
    ///
    /// # Errors
    /// [`ActError`].
    pub(crate) async fn holding(
        unit: &mut dyn UnitOfWork,
        who: &Authenticated,
        functionality: BuiltIn,
        level: Level,
    ) -> Result<Self, ActError> {
        let present = Self::take(unit, who).await?;
        if present.grants().allow(&functionality.id(), level) { Ok(present) } else { Err(ActError::Forbidden) }
    }
}

impl Deref for Present {
    type Target = LockedOperator;

    fn deref(&self) -> &LockedOperator {
        &self.0
    }
}

impl From<&Present> for Author {
    fn from(present: &Present) -> Self {
        Self::from(&present.0)
    }
}
