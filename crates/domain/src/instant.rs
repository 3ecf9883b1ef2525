//! Points in time, as every layer keeps them: UTC, to the microsecond.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

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

/// Reads an instant that somebody typed: RFC 3339, or without an offset, as a date field of a browser gives it, in UTC:
/// `2026-11-24`, `2026-11-24T10:00`, `2026-11-24T10:00:30`.
pub fn parse(typed: &str) -> Option<Instant> {
    let typed = typed.trim();
    let completed = match typed.len() {
        10 => format!("{typed}T00:00:00Z"),
        16 => format!("{typed}:00Z"),
        19 => format!("{typed}Z"),
        _ => typed.to_owned(),
    };
    let read = OffsetDateTime::parse(&completed, &Rfc3339).ok()?;
    // Near the ends of the calendar an offset leads beyond it.
    read.checked_to_offset(time::UtcOffset::UTC).map(truncated)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_typed_without_an_offset_is_utc() {
        let noon = datetime!(2026-11-24 12:00 UTC);
        for typed in ["2026-11-24T12:00", " 2026-11-24T12:00:00 ", "2026-11-24T12:00:00Z", "2026-11-24T13:00:00+01:00"]
        {
            assert_eq!(parse(typed), Some(noon), "{typed}");
        }
        assert_eq!(parse("2026-11-24"), Some(datetime!(2026-11-24 0:00 UTC)));
        for typed in
            ["", "yesterday", "2026-13-01", "24.11.2026", "2026-11-24T25:00", "ééééé", "9999-12-31T23:59:59-23:00"]
        {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_instant_survives_storage_to_the_microsecond() {
        let exact = datetime!(2026-11-24 10:00:00.123_456 UTC);
        assert_eq!(from_micros(to_micros(exact)), exact);
        assert_eq!(truncated(datetime!(2026-11-24 10:00:00.123_456_789 UTC)), exact);
    }
}
