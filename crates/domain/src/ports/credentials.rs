//! Ports to what handles secrets.

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::password_policy::Strength;
use crate::secret::{Password, PasswordHash, Sealed};
use crate::two_factor::{Code, TotpSecret};

/// Draws random bytes from the operating system (ASVS 11.5.1).
pub trait SecretGenerator: Send + Sync {
    /// 32 fresh bytes.
    fn bytes32(&self) -> [u8; 32];
}

/// Hashing was not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashingError {
    /// The queue is full: try again in a moment (503 with Retry-After).
    #[error("too many passwords are being checked at once")]
    Overloaded,
    /// The hasher failed.
    #[error("the password hasher failed")]
    Failed,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Another password, or a hash that cannot be read.
    Wrong,
    /// The password, and the hash is as it should be.
    Right,
    /// The password; the hash was made with other parameters or another algorithm, and is to be replaced by this one.
    RightRenewed(PasswordHash),
}

/// Hashes passwords, on bounded threads of its own with a bounded queue.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with the present parameters.
    ///
    /// # Errors
    /// [`HashingError::Overloaded`] at once when the queue is full.
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError>;

    /// Verifies a password against a hash, exactly: no trim, no truncation (ASVS 6.2.8). Without a hash it does the same
    /// work against a decoy with the present parameters and finds [`Verification::Wrong`] (ASVS 6.3.8).
    ///
    /// # Errors
    /// [`HashingError::Overloaded`] at once when the queue is full.
    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verification, HashingError>;

    /// Whether it can verify a password against this hash at all: asked before a hash from elsewhere is stored.
    fn understands(&self, _hash: &PasswordHash) -> bool {
        true
    }
}

/// Judges how hard a password is to guess.
pub trait StrengthEstimator: Send + Sync {
    /// The strength of `password` for somebody about whom `own_words` are known.
    fn estimate(&self, password: &Password, own_words: &[&str]) -> Strength;
}

/// What was sealed cannot be opened: another key, or not these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be unsealed with the keys at hand")]
pub struct UnsealError;

/// Seals secrets that are stored, with a key that is not in the database.
pub trait Sealer: Send + Sync {
    /// Seals `plain`, bound to `context` (whose it is).
    fn seal(&self, plain: &[u8], context: &[u8]) -> Sealed;

    /// Opens what [`Sealer::seal`] made with the same context.
    ///
    /// # Errors
    /// [`UnsealError`] for another key, other bytes or another context.
    fn unseal(&self, sealed: &Sealed, context: &[u8]) -> Result<Vec<u8>, UnsealError>;

    /// What everything begins with that the present key seals. What begins otherwise was sealed with one of before, and is to
    /// be sealed anew when it is opened. Empty where keys do not change.
    fn mark(&self) -> &[u8] {
        &[]
    }
}

/// Computes one-time codes.
pub trait TotpGenerator: Send + Sync {
    /// The six-digit code of a step: HMAC-SHA-1, truncated (RFC 4226 §5.3, RFC 6238 §4).
    fn code(&self, secret: &TotpSecret, step: u64) -> Code;

    /// The `otpauth:` URI that an authenticator app reads, with the product as issuer and the address as account.
    fn key_uri(&self, secret: &TotpSecret, issuer: &str, account: &str) -> Zeroizing<String>;
}

/// Draws QR codes.
pub trait QrEncoder: Send + Sync {
    /// An SVG picture of `text`, dark on white, with the quiet zone of four modules (ISO/IEC 18004); `None` when the text
    /// is too long for one.
    fn svg(&self, text: &str) -> Option<String>;
}
