//! The ports: what the use cases need of the world, as traits that adapters implement.
//!
//! [`storage`] is the way to the database; [`credentials`] to hashing, randomness and sealing; [`mail`] out of the house.

pub mod credentials;
pub mod mail;
pub mod storage;

use time::Duration;

use crate::instant::Instant;

/// Tells the time, in UTC, truncated to microseconds.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;

    /// What the clock says, also when it was set back and [`Clock::now`] waits for it to catch up: for what goes by the clock of
    /// somebody else's device.
    fn wall(&self) -> Instant {
        self.now()
    }

    /// Time since some moment in the past: for telling how old something is that this process remembers. It passes evenly,
    /// whatever the clock is set to; a clock that is moved by hand may go by [`Clock::now`].
    fn monotonic(&self) -> Duration {
        self.now() - Instant::UNIX_EPOCH
    }
}
