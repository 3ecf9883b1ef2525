//! The system's clock, and one that does not go back.

use std::sync::atomic::{AtomicI64, Ordering};

use portcullis_domain::instant::{Instant, from_micros, to_micros, truncated};
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

/// A clock that stands still while another one, set back, catches up: what has expired stays so, and no limit begins anew.
///
/// It stands still for [`SteadyClock::PATIENCE`] at most. A clock that is set back by more was wrong before, by hours or days: to
/// stand still for as long would end nothing and let nobody in, so it is followed, and that is logged.
#[derive(Debug)]
pub struct SteadyClock<C = SystemClock> {
    clock: C,
    /// The latest instant that was told, in microseconds.
    told: AtomicI64,
    started: std::time::Instant,
}

impl<C: Clock> SteadyClock<C> {
    /// How far the clock may be set back and is waited for.
    pub const PATIENCE: time::Duration = time::Duration::minutes(5);

    /// Goes by `clock`.
    #[expect(clippy::disallowed_methods, reason = "this is an adapter behind the Clock port")]
    pub fn new(clock: C) -> Self {
        let told = AtomicI64::new(to_micros(clock.now()));
        Self { clock, told, started: std::time::Instant::now() }
    }
}

impl<C: Clock> Clock for SteadyClock<C> {
    fn now(&self) -> Instant {
        let now = self.clock.now();
        let micros = to_micros(now);
        let told = self.told.fetch_max(micros, Ordering::Relaxed);
        let back = told.saturating_sub(micros);
        if back <= 0 {
            return now;
        }
        if time::Duration::microseconds(back) <= Self::PATIENCE {
            return from_micros(told);
        }
        // Of those that see the same jump one tells of it.
        if self.told.compare_exchange(told, micros, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(
                seconds = back / 1_000_000,
                "the clock was set back; what counts by it may last longer, or come back"
            );
        }
        now
    }

    fn wall(&self) -> Instant {
        self.clock.now()
    }

    fn monotonic(&self) -> time::Duration {
        time::Duration::try_from(self.started.elapsed()).unwrap_or(time::Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    /// A clock that is set by hand, in microseconds.
    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Instant {
            from_micros(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn the_present_has_nothing_finer_than_a_microsecond() {
        assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
    }

    #[test]
    fn a_clock_that_is_set_back_is_waited_for_and_one_that_was_wrong_by_much_is_followed() {
        let clock = SteadyClock::new(Hand::default());
        let patience = SteadyClock::<Hand>::PATIENCE;
        let begin = clock.now();
        // What the hand says, and what is told, from the beginning on.
        for (hand, told) in [
            (Duration::HOUR, Duration::HOUR),
            (Duration::HOUR - Duration::seconds(90), Duration::HOUR),
            (Duration::HOUR - patience, Duration::HOUR),
            (Duration::HOUR - Duration::seconds(1), Duration::HOUR),
            (Duration::HOUR + Duration::seconds(1), Duration::HOUR + Duration::seconds(1)),
            (Duration::MINUTE, Duration::MINUTE),
            (Duration::seconds(59), Duration::MINUTE),
            (-Duration::DAY, -Duration::DAY),
        ] {
            clock.clock.0.store(to_micros(begin + hand), Ordering::Relaxed);
            assert_eq!(clock.now() - begin, told, "{hand}");
            assert_eq!(clock.now() - begin, told, "{hand}, asked again");
            assert_eq!(clock.wall() - begin, hand, "what the hand says is said all the same");
        }
        // However the hand was moved, the age of things is measured by what really passed.
        let age = clock.monotonic();
        assert!(age >= Duration::ZERO && age < Duration::HOUR && clock.monotonic() >= age, "{age}");
    }
}
