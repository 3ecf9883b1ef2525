//! Moments and spans of time in words.
//!
//! The exact time belongs behind the words, in `<time datetime>`; here stands what somebody in a hurry reads.

use std::sync::LazyLock;

use portcullis_domain::language::Language;
use time::OffsetDateTime;

use crate::words::Words;

const TEXTS: [(Language, &str); 2] =
    [(Language::En, include_str!("../texts/moment.en.ftl")), (Language::Fr, include_str!("../texts/moment.fr.ftl"))];

// Constant text, parsed once. A mistake in it, which the tests would show, leaves the keys to be read.
static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(&TEXTS).unwrap_or_default());

/// A moment for machines, to the second: RFC 3339 in UTC. HTML's `<time datetime>` takes no microseconds.
pub fn exact(instant: OffsetDateTime) -> String {
    let second = instant.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).unwrap_or(instant);
    second.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

/// A moment as seen from `now`: "2 minutes ago", "in 12 minutes", "just now" (nearer than 45 seconds).
///
/// To the nearest unit, with one unit only.
pub fn in_words(language: Language, instant: OffsetDateTime, now: OffsetDateTime) -> String {
    let speaker = WORDS.speaker(language);
    let distance = (instant - now).whole_seconds();
    let seconds = distance.unsigned_abs();
    let (key, unit) = match seconds {
        0..45 => return speaker.text("moment-now"),
        _ if nearest(seconds, MINUTE) < 60 => ("duration-minutes", MINUTE),
        _ if nearest(seconds, HOUR) < 24 => ("duration-hours", HOUR),
        _ if nearest(seconds, DAY) < 30 => ("duration-days", DAY),
        _ if nearest(seconds, MONTH) < 12 => ("duration-months", MONTH),
        _ => ("duration-years", YEAR),
    };
    let count = nearest(seconds, unit).max(1);
    let duration = speaker.text_with(key, &[("count", count.into())]);
    let frame = if distance < 0 { "moment-past" } else { "moment-future" };
    speaker.text_with(frame, &[("duration", duration.into())])
}

/// A span of `seconds`: "45 seconds", "12 minutes", "90 minutes", "1 hour", "24 hours", "3 days".
///
/// Rounded up, so that nobody who was told to wait comes back too early.
pub fn duration_in_words(language: Language, seconds: u64) -> String {
    let minutes = seconds.div_ceil(MINUTE);
    let (key, count) = if seconds < MINUTE {
        ("duration-seconds", seconds)
    } else if minutes < 120 && minutes != 60 {
        ("duration-minutes", minutes)
    } else if minutes.div_ceil(60) < 48 {
        ("duration-hours", minutes.div_ceil(60))
    } else {
        ("duration-days", minutes.div_ceil(24 * 60))
    };
    WORDS.speaker(language).text_with(key, &[("count", count.into())])
}

/// How many units, to the nearest; halves go up.
fn nearest(amount: u64, unit: u64) -> u64 {
    amount.saturating_add(unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn the_languages_have_the_same_texts() {
        let words = Words::new(&TEXTS).unwrap();
        assert_eq!(TEXTS.map(|(language, _)| language), Language::ALL);
        for language in Language::ALL {
            assert_eq!(words.keys(language), words.keys(Language::default()), "{language:?}");
        }
    }

    #[test]
    fn moments_are_said_from_now() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        for (distance, english, french) in [
            (0, "just now", "à l'instant"),
            (-44, "just now", "à l'instant"),
            (44, "just now", "à l'instant"),
            (-45, "1 minute ago", "il y a 1 minute"),
            (-120, "2 minutes ago", "il y a 2 minutes"),
            (720, "in 12 minutes", "dans 12 minutes"),
            (-3_569, "59 minutes ago", "il y a 59 minutes"),
            (-3_570, "1 hour ago", "il y a 1 heure"),
            (7_200, "in 2 hours", "dans 2 heures"),
            (-86_400, "1 day ago", "il y a 1 jour"),
            (-86_400 * 3, "3 days ago", "il y a 3 jours"),
            (-86_400 * 30, "1 month ago", "il y a 1 mois"),
            (-86_400 * 90, "3 months ago", "il y a 3 mois"),
            (-86_400 * 355, "1 year ago", "il y a 1 an"),
            (86_400 * 800, "in 2 years", "dans 2 ans"),
        ] {
            let instant = now + Duration::seconds(distance);
            assert_eq!(in_words(Language::En, instant, now), english, "{distance}");
            assert_eq!(in_words(Language::Fr, instant, now), french, "{distance}");
        }
    }

    #[test]
    fn spans_are_said_in_one_unit() {
        for (seconds, english, french) in [
            (0, "0 seconds", "0 seconde"),
            (1, "1 second", "1 seconde"),
            (59, "59 seconds", "59 secondes"),
            (60, "1 minute", "1 minute"),
            (61, "2 minutes", "2 minutes"),
            (720, "12 minutes", "12 minutes"),
            (3_541, "1 hour", "1 heure"),
            (3_600, "1 hour", "1 heure"),
            (5_400, "90 minutes", "90 minutes"),
            (7_200, "2 hours", "2 heures"),
            (7_500, "3 hours", "3 heures"),
            (86_400, "24 hours", "24 heures"),
            (86_400 * 7, "7 days", "7 jours"),
        ] {
            assert_eq!(duration_in_words(Language::En, seconds), english, "{seconds}");
            assert_eq!(duration_in_words(Language::Fr, seconds), french, "{seconds}");
        }
        assert_eq!(duration_in_words(Language::En, u64::MAX), "213503982334602 days");
    }
}
