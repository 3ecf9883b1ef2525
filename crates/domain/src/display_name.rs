//! The name that people see.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most characters that a name has.
pub const MAX_CHARS: usize = 100;

/// What a person is called: 1-100 characters on one line, without control characters, so that a name can never write a
/// mail header or a line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DisplayNameError {
    /// Nothing but white space.
    #[error("enter a name")]
    Empty,
    /// More than 100 characters.
    #[error("use a name of at most 100 characters")]
    TooLong,
    /// A line break, another control character, or one that changes the direction of the text around it.
    #[error("use a name without line breaks or control characters")]
    ControlCharacter,
}

impl DisplayName {
    /// Reads a name. White space around it goes.
    ///
    /// # Errors
    /// [`DisplayNameError`], which says what to change.
    pub fn parse(typed: &str) -> Result<Self, DisplayNameError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(DisplayNameError::Empty);
        }
        if typed.chars().count() > MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        if typed.chars().any(forbidden) {
            return Err(DisplayNameError::ControlCharacter);
        }
        Ok(Self(typed.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line and paragraph separators, and the bidirectional overrides that make a text lie.
pub(crate) fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DisplayName {
    type Error = DisplayNameError;
    fn try_from(text: String) -> Result<Self, DisplayNameError> {
        Self::parse(&text)
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_plain_text() {
        assert_eq!(DisplayName::parse("  Bea Colleague ").map(String::from), Ok("Bea Colleague".to_owned()));
        assert_eq!(DisplayName::parse(" "), Err(DisplayNameError::Empty));
        assert_eq!(DisplayName::parse(&"x".repeat(101)), Err(DisplayNameError::TooLong));
        for wrong in ["Bea\r\nBcc: x@y.z", "a\0b", "a\u{202e}b", "a\u{2028}b"] {
            assert_eq!(DisplayName::parse(wrong), Err(DisplayNameError::ControlCharacter), "{wrong:?}");
        }
    }
}
