//! E-mail addresses, and the key by which two of them are the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest address that SMTP carries (RFC 5321 §4.5.3.1.3).
pub const MAX_BYTES: usize = 254;

/// An address that one can write a mail to, as it was typed, without white space around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// What two addresses are compared by: NFKC and full case folding, so that no two accounts differ only in how the
/// address is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailKey(String);

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing but white space.
    #[error("enter an email address")]
    Empty,
    /// More than 254 bytes.
    #[error("use an email address of at most 254 characters")]
    TooLong,
    /// Not of the form `name@example.com`, or more than one address.
    #[error("enter one email address like name@example.com")]
    Malformed,
}

impl Email {
    /// Reads one address. White space around it goes; quotes, comments, lists and control characters are refused.
    ///
    /// # Errors
    /// [`EmailError`], which says what to change.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailError::Empty);
        }
        if typed.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        let (local, host) = typed.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.split('.').all(|part| !part.is_empty())
            && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let host_ok = host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        if local_ok && host_ok { Ok(Self(typed.to_owned())) } else { Err(EmailError::Malformed) }
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key by which it is compared.
    pub fn key(&self) -> EmailKey {
        EmailKey::of(&self.0)
    }
}

impl EmailKey {
    /// The key of any text, an address or not: what somebody typed at the door is looked up and limited by it.
    pub fn of(typed: &str) -> Self {
        let once: String = typed.trim().nfkc().collect();
        Self(caseless::default_case_fold_str(&once).nfkc().collect())
    }

    /// The key as text, for storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_anything_else_is_refused() {
        for good in ["bea@example.com", "  bea@example.com ", "b.e+a@shop.example", "bea@localhost", "bé@exämple.fr"]
        {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "bea",
            "@x.y",
            "bea@",
            "a@b@c.d",
            "a b@c.d",
            "a@b.c,d@e.f",
            "a@b\r\nBcc: x@y.z",
            "a\0@b.c",
            "a..b@c.d",
            "a@-b.c",
            "<a@b.c>",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Email::parse(&format!("{}@b.c", "a".repeat(260))), Err(EmailError::TooLong));
    }

    #[test]
    fn addresses_that_differ_only_in_writing_have_one_key() {
        let key = |text: &str| EmailKey::of(text);
        assert_eq!(key("Bea@Example.COM"), key("bea@example.com"));
        assert_eq!(key("STRASSE@x.de"), key("straße@x.de"));
        assert_eq!(key("ＢＥＡ@x.y"), key("bea@x.y"));
        assert_ne!(key("bea@x.y"), key("be.a@x.y"));
    }
}
