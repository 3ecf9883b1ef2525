//! The system's clock.

use portcullis_domain::instant::{Instant, truncated};
use portcullis_domain::ports::Clock;

/// The clock of the machine, in UTC, truncated to microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter behind the Clock port")]
    fn now(&self) -> Instant {
        truncated(time::OffsetDateTime::now_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_has_nothing_finer_than_a_microsecond() {
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }
}
