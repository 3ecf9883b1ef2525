//! Sessions: what a browser has proven so far, kept on the server.

use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

use crate::account::AccountId;
use crate::instant::Instant;
use crate::secret::Digest256;

/// Names a session on pages; opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId(pub Uuid);

/// How far a sign-in has come. What each stage may reach is one table, in the web app's routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// The password was right; the second step is due.
    SecondStepDue,
    /// A new password must be chosen before anything else.
    NewPasswordDue,
    /// A second factor must be enrolled before anything else.
    EnrolmentDue,
    /// Signed in.
    SignedIn,
}

impl Stage {
    /// The stage as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecondStepDue => "second-step-due",
            Self::NewPasswordDue => "new-password-due",
            Self::EnrolmentDue => "enrolment-due",
            Self::SignedIn => "signed-in",
        }
    }

    /// Reads what [`Stage::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SecondStepDue, Self::NewPasswordDue, Self::EnrolmentDue, Self::SignedIn]
            .into_iter()
            .find(|stage| stage.as_str() == text)
    }
}

/// A session as it is stored. The cookie's 256 bits are not in it, only their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name on pages.
    pub id: SessionId,
    /// The digest of the cookie.
    pub digest: Digest256,
    /// Whose it is.
    pub account: AccountId,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// When the sign-in began: what the absolute end counts from.
    pub created_at: Instant,
    /// When it was last used: what the idle end counts from.
    pub last_seen_at: Instant,
    /// When password or code were last proven: what the step-up window counts from.
    pub proven_at: Instant,
    /// The client's address.
    pub address: String,
    /// The client's own word for itself (`User-Agent`), shortened.
    pub device: String,
}

/// When sessions end, from the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without use.
    pub idle: Duration,
    /// At the latest.
    pub absolute: Duration,
}

impl Session {
    /// Whether it still counts at `now` (ASVS 7.3.1, 7.3.2).
    pub fn is_live(&self, lifetime: &Lifetime, now: Instant) -> bool {
        now < self.last_seen_at + lifetime.idle && now < self.created_at + lifetime.absolute
    }
}
