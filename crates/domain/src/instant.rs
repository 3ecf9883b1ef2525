//! Points in time, as every layer keeps them: UTC, to the microsecond.

use time::OffsetDateTime;

/// A point in time, in UTC. Made by a [`crate::ports::Clock`], which truncates it to microseconds, because that is
/// what every storage keeps: what is read back equals what was written.
pub type Instant = OffsetDateTime;

/// Microseconds since 1970-01-01T00:00:00Z: how instants are stored, compared and sorted in every database.
pub fn to_micros(instant: Instant) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// The instant that lies `micros` microseconds after 1970-01-01T00:00:00Z; the epoch for a number no calendar holds.
pub fn from_micros(micros: i64) -> Instant {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The same instant without what is finer than a microsecond.
pub fn truncated(instant: Instant) -> Instant {
    from_micros(to_micros(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_instant_survives_storage_to_the_microsecond() {
        let exact = datetime!(2026-11-24 10:00:00.123_456 UTC);
        assert_eq!(from_micros(to_micros(exact)), exact);
        assert_eq!(truncated(datetime!(2026-11-24 10:00:00.123_456_789 UTC)), exact);
    }
}
