//! The languages that pages and mail are written in.

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, where nothing better is known.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Its name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
        }
    }

    /// The language of a tag, `fr` or `fr-CA`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); `None` when it asks for none of them.
    pub fn negotiate(header: &str) -> Option<Self> {
        let mut best = (0.0_f32, None);
        for part in header.split(',') {
            // White space may stand around the semicolon, and the `q` may be a capital.
            let (tag, quality) = match part.split_once(';') {
                Some((tag, weight)) => (tag, weight.trim().get(2..).and_then(|q| q.parse().ok()).unwrap_or(0.0)),
                None => (part, 1.0),
            };
            if let Some(language) = Self::from_tag(tag)
                && quality > best.0
            {
                best = (quality, Some(language));
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_the_browser_likes_best_of_those_that_there_are() {
        for (header, language) in [
            ("fr-FR,fr;q=0.9,en;q=0.8", Some(Language::Fr)),
            ("en;q=0.5, fr;q=0.7", Some(Language::Fr)),
            ("de, en;q=0.4", Some(Language::En)),
            ("de", None),
            ("", None),
            ("fr;q=x", None),
            ("en; q=0.5, fr ; Q=0.7", Some(Language::Fr)),
            ("fr;q=0, *", None),
            ("fr;", None),
        ] {
            assert_eq!(Language::negotiate(header), language, "{header}");
        }
    }
}
