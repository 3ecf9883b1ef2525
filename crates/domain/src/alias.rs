//! The alias: the secret first segment of every path (the parameter `second_admin_alias`).

use std::fmt;

use subtle::ConstantTimeEq;

/// The secret path segment under which the back office lives: 12-64 of `a-z 0-9 -`, not a guessable word.
///
/// It is obscurity on top of authentication. Its `Debug` prints nothing, so that no log tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct Alias(String);

/// Why a text cannot be the alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// Fewer than 12 or more than 64 characters.
    #[error("use 12 to 64 characters")]
    Length,
    /// Something else than a-z, 0-9 and `-`, or a hyphen at an end.
    #[error("use only a-z, 0-9 and hyphens, and begin and end with a letter or digit")]
    Characters,
    /// A word that a stranger would try, or too few different characters.
    #[error("choose something that cannot be guessed, or have one generated")]
    Guessable,
}

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Words that scanners try. An alias that is made of these alone (and digits, and hyphens) is refused.
const GUESSABLE: &[&str] = &[
    "administration",
    "administrator",
    "administrateur",
    "backoffice",
    "backend",
    "portcullis",
    "management",
    "manager",
    "dashboard",
    "password",
    "secret",
    "private",
    "control",
    "console",
    "office",
    "system",
    "portal",
    "panel",
    "login",
    "signin",
    "staff",
    "operator",
    "second",
    "secure",
    "security",
    "alias",
    "admin",
    "super",
    "intranet",
    "internal",
    "access",
    "root",
    "shop",
    "store",
    "back",
    "site",
    "area",
    "test",
    "demo",
    "user",
    "team",
    "page",
    "path",
    "web",
    "app",
    "api",
    "my",
    "the",
    "wp",
    "cp",
];

impl Alias {
    /// Reads an alias.
    ///
    /// # Errors
    /// [`AliasError`], which says what to change.
    pub fn parse(text: &str) -> Result<Self, AliasError> {
        if !(12..=64).contains(&text.len()) {
            return Err(AliasError::Length);
        }
        let well_formed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if !well_formed {
            return Err(AliasError::Characters);
        }
        if guessable(text) { Err(AliasError::Guessable) } else { Ok(Self(text.to_owned())) }
    }

    /// 20 characters of `a-z2-7` from 100 of the given bits.
    pub fn generate(random: [u8; 20]) -> Self {
        Self(random.iter().map(|byte| char::from(*ALPHABET.get(usize::from(byte & 31)).unwrap_or(&b'a'))).collect())
    }

    /// The alias as it stands in a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a path segment is the alias, in a time that does not tell how near the guess was.
    pub fn matches(&self, segment: &str) -> bool {
        self.0.as_bytes().ct_eq(segment.as_bytes()).into()
    }
}

fn guessable(text: &str) -> bool {
    let mut seen: Vec<u8> = text.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 5 {
        return true;
    }
    let mut left: String = text.chars().filter(char::is_ascii_lowercase).collect();
    for word in GUESSABLE {
        left = left.replace(word, "");
    }
    left.len() < 4
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alias(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_long_plain_and_not_a_word_that_scanners_try() {
        for good in ["k7fq2mzt5xw3np4r", "blue-heron-9-lake", &"ab3de".repeat(8)] {
            assert!(Alias::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("short", AliasError::Length),
            (&*"abc3d".repeat(13), AliasError::Length),
            ("Has-Capitals-1", AliasError::Characters),
            ("-leading-hyphen", AliasError::Characters),
            ("dots.are.not.it", AliasError::Characters),
            ("administration", AliasError::Guessable),
            ("admin-panel-2026", AliasError::Guessable),
            ("backoffice-login", AliasError::Guessable),
            ("aaaaaaaaaaaaaaaa", AliasError::Guessable),
            ("123456789012345", AliasError::Guessable),
        ] {
            assert_eq!(Alias::parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_generated_alias_is_twenty_characters_and_parses() {
        let alias = Alias::generate([1, 250, 33, 7, 91, 18, 77, 205, 4, 66, 129, 38, 240, 11, 5, 172, 99, 54, 200, 31]);
        assert_eq!(alias.as_str().len(), 20);
        assert!(alias.as_str().bytes().all(|b| ALPHABET.contains(&b)));
        assert!(alias.matches(alias.as_str()) && !alias.matches("k7fq2mzt5xw3np4r"));
        assert_eq!(format!("{alias:?}"), "Alias(…)");
    }
}
