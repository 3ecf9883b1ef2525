//! Rate limits: the generic cell rate algorithm (GCRA). N at once, then one more every window/N.

use std::fmt;

use time::Duration;

use crate::instant::{Instant, from_micros, to_micros};
use crate::secret::Digest256;

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    burst: u32,
    window: Duration,
}

/// What the limit says to one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on. `tat` is the theoretical arrival time to remember.
    Admitted {
        /// When the budget would be full again.
        tat: Instant,
    },
    /// Not now.
    Refused {
        /// How long until one more is admitted; at least a microsecond.
        retry_after: Duration,
    },
}

impl RateLimit {
    /// `burst` at once in each `window`. Bounds hold by construction: 1-100 in 1 minute to 24 hours; what lies outside
    /// is brought to the nearest bound, so that no value switches a limit off.
    pub fn new(burst: u32, window: Duration) -> Self {
        Self { burst: burst.clamp(1, 100), window: window.clamp(Duration::MINUTE, Duration::DAY) }
    }

    /// How many at once.
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// In how long.
    pub const fn window(&self) -> Duration {
        self.window
    }

    /// The pause after which one more is admitted, in microseconds.
    pub fn interval_micros(&self) -> i64 {
        i64::try_from(self.window.whole_microseconds()).unwrap_or(i64::MAX) / i64::from(self.burst)
    }

    /// How far ahead of `now` the theoretical arrival time may lie, in microseconds.
    pub fn tolerance_micros(&self) -> i64 {
        self.interval_micros() * i64::from(self.burst)
    }

    /// Decides one try at `now`, when `tat` was remembered (`None`: nothing yet).
    pub fn decide(&self, tat: Option<Instant>, now: Instant) -> Decision {
        let now = to_micros(now);
        // A clock that jumped back must neither open nor close the door for longer than one window.
        let tat = tat.map_or(now, to_micros).clamp(now, now + self.tolerance_micros());
        let next = tat + self.interval_micros();
        let ahead = next - now - self.tolerance_micros();
        if ahead <= 0 {
            Decision::Admitted { tat: from_micros(next) }
        } else {
            Decision::Refused { retry_after: Duration::microseconds(ahead) }
        }
    }

    /// Whether the try that left `tat` behind was the last for now.
    pub fn is_spent(&self, tat: Instant, now: Instant) -> bool {
        matches!(self.decide(Some(tat), now), Decision::Refused { .. })
    }

    /// What to remember when one admitted try turned out not to count (the password was right).
    pub fn refund(&self, tat: Instant) -> Instant {
        from_micros(to_micros(tat) - self.interval_micros())
    }
}

/// Whose budget: a purpose and a subject, as a digest, so that what was typed at the door is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BudgetKey(Digest256);

impl BudgetKey {
    /// The budget of `subject` for `purpose`, for example `sign-in/account-and-address`.
    pub fn new(purpose: &str, subject: &[&str]) -> Self {
        let mut bytes = Vec::with_capacity(128);
        for part in std::iter::once(&purpose).chain(subject) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(Digest256::of(&bytes))
    }

    /// The 32 bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for BudgetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BudgetKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn tries(limit: RateLimit, at: &[i64]) -> Vec<bool> {
        let start = datetime!(2026-11-24 10:00 UTC);
        let mut tat = None;
        at.iter()
            .map(|micros| match limit.decide(tat, start + Duration::microseconds(*micros)) {
                Decision::Admitted { tat: next } => {
                    tat = Some(next);
                    true
                }
                Decision::Refused { .. } => false,
            })
            .collect()
    }

    #[test]
    fn three_at_once_then_one_every_twenty_minutes() {
        let minute = 60_000_000;
        let limit = RateLimit::new(3, Duration::HOUR);
        assert_eq!(
            tries(limit, &[0, 0, 0, 0, 19 * minute, 20 * minute, 20 * minute]),
            [true, true, true, false, false, true, false]
        );
    }

    #[test]
    fn no_value_switches_a_limit_off() {
        assert_eq!(RateLimit::new(0, Duration::ZERO), RateLimit::new(1, Duration::MINUTE));
        assert_eq!(RateLimit::new(u32::MAX, Duration::MAX), RateLimit::new(100, Duration::DAY));
    }

    #[test]
    fn a_clock_that_jumps_back_shuts_nobody_out_for_longer_than_a_window() {
        let limit = RateLimit::new(3, Duration::HOUR);
        let now = datetime!(2026-11-24 10:00 UTC);
        match limit.decide(Some(now + Duration::DAY * 365), now) {
            Decision::Refused { retry_after } => assert!(retry_after <= Duration::HOUR),
            Decision::Admitted { .. } => panic!("a full budget admits nothing"),
        }
    }

    #[test]
    fn a_budget_belongs_to_one_purpose_and_subject() {
        assert_ne!(BudgetKey::new("a", &["bc"]), BudgetKey::new("ab", &["c"]));
        assert_ne!(BudgetKey::new("a", &["b", "c"]), BudgetKey::new("a", &["bc"]));
    }

    proptest! {
        #[test]
        fn never_more_than_twice_the_burst_in_any_window(burst in 1_u32..20, mut at in prop::collection::vec(0_i64..7_200_000_000, 1..200)) {
            at.sort_unstable();
            let limit = RateLimit::new(burst, Duration::HOUR);
            let admitted: Vec<i64> = tries(limit, &at).into_iter().zip(&at).filter_map(|(yes, t)| yes.then_some(*t)).collect();
            for (i, from) in admitted.iter().enumerate() {
                let within = admitted[i..].iter().take_while(|t| **t < from + 3_600_000_000).count();
                prop_assert!(within <= 2 * burst as usize);
            }
        }
    }
}
