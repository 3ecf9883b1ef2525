//! Values that must not leak: their `Debug` prints nothing, and their memory is wiped when they are dropped.

use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A password as somebody typed it, in NFKC (NIST SP 800-63B-4 §3.1.1.2), never trimmed and never cut (ASVS 6.2.8).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// Takes what was typed.
    pub fn new(typed: &str) -> Self {
        Self(typed.nfkc().collect())
    }

    /// The password itself, for the hasher and the policy.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its length in code points after normalisation: what minimum and maximum are counted in.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password hash in PHC form, `$argon2id$…`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string; the hasher judges it when it verifies.
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for storage and the hasher.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// 256 random bits that open something: a link in a mail, or a session (ASVS 7.2.3, 11.5.1). Only its
/// [`Digest256`] is stored.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; 32]);

impl Token {
    /// Wraps bytes that the operating system's generator made.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the 43 characters of base64url that [`Token::expose`] writes; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
        Some(Self(bytes.as_slice().try_into().ok()?))
    }

    /// The token in base64url, 43 characters: what stands in a link or a cookie.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(&self.0))
    }

    /// What is stored in its place.
    pub fn digest(&self) -> Digest256 {
        Digest256::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A SHA-256 digest of something that has 128 random bits or more, so that a plain digest is enough; and comparing
/// two of them tells nothing, because nobody chooses where a digest begins to differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest256([u8; 32]);

impl Digest256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest as storage gave it back; `None` unless it has 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Digest256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest256(…)")
    }
}

/// Bytes sealed by a [`crate::ports::credentials::Sealer`]: safe to store, useless without the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_prints_itself() {
        let token = Token::from_bytes([7; 32]);
        let printed = format!(
            "{:?} {:?} {:?} {:?}",
            Password::new("hunter2"),
            PasswordHash::new("$argon2id$x"),
            token,
            token.digest()
        );
        assert!(
            !printed.contains("hunter2") && !printed.contains("argon2id") && !printed.contains(token.expose().as_str())
        );
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let token = Token::from_bytes([9; 32]);
        assert_eq!(Token::parse(&token.expose()).map(|t| t.digest()), Some(token.digest()));
        for wrong in [
            "",
            " ",
            "null",
            "AAAA",
            &format!("{}=", token.expose().as_str()),
            &format!("{} ", token.expose().as_str()),
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_password_keeps_every_character_and_counts_code_points() {
        assert_eq!(Password::new("  pass  ").expose(), "  pass  ");
        assert_eq!(Password::new("é").expose(), Password::new("e\u{301}").expose());
        assert_eq!(Password::new("🐢🐢").length(), 2);
    }
}
