//! One-time tokens: what the link in a mail carries.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::instant::Instant;
use crate::secret::Digest256;

/// What a token is good for. A token never serves another purpose than its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// Makes the first operator.
    SetUp,
    /// Creates an invited operator's password.
    Invitation,
    /// Replaces a forgotten password.
    PasswordReset,
}

impl Purpose {
    /// The purpose as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password-reset",
        }
    }

    /// Reads what [`Purpose::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SetUp, Self::Invitation, Self::PasswordReset].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A token as it is stored: bound to purpose and person, expiring, single-use (ASVS 6.4.1, 6.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// The digest of the 256 random bits in the link.
    pub digest: Digest256,
    /// What it is good for.
    pub purpose: Purpose,
    /// Whose it is; nobody's at set-up, when nobody exists.
    pub account: Option<AccountId>,
    /// When it was made.
    pub created_at: Instant,
    /// From when on it is worth nothing.
    pub expires_at: Instant,
    /// When it was spent or voided by a newer one.
    pub consumed_at: Option<Instant>,
    /// When somebody first came with it and did more than look.
    pub opened_at: Option<Instant>,
}

/// What a token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It can be spent.
    Good,
    /// Its time is over.
    Expired,
    /// It was spent, or a newer one voided it.
    Spent,
}

impl OneTimeToken {
    /// What it is worth at `now`. It expires *at* `expires_at`, not after.
    pub fn worth(&self, now: Instant) -> Worth {
        if self.consumed_at.is_some() {
            Worth::Spent
        } else if now >= self.expires_at {
            Worth::Expired
        } else {
            Worth::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn a_token_is_good_until_it_expires_or_is_spent() {
        let made = datetime!(2026-11-24 10:00 UTC);
        let token = OneTimeToken {
            digest: Digest256::of(b"t"),
            purpose: Purpose::Invitation,
            account: None,
            created_at: made,
            expires_at: made + Duration::HOUR,
            consumed_at: None,
            opened_at: None,
        };
        assert_eq!(token.worth(made + Duration::HOUR - Duration::MICROSECOND), Worth::Good);
        assert_eq!(token.worth(made + Duration::HOUR), Worth::Expired);
        assert_eq!(OneTimeToken { consumed_at: Some(made), ..token }.worth(made), Worth::Spent);
    }
}
