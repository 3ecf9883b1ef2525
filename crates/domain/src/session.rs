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

/// What a sign-in still asks for, once the password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The account has a second factor, and it was not shown yet.
    pub second_step_open: bool,
    /// A new password is due.
    pub password_due: bool,
    /// A second factor is required, there is none, and the days of grace are over.
    pub enrolment_due: bool,
}

impl Progress {
    /// The stage that comes next. The second step is first: nothing is changed before both factors were shown (ASVS
    /// 2.3.1, 6.3.3).
    pub const fn stage(self) -> Stage {
        if self.second_step_open {
            Stage::SecondStepDue
        } else if self.password_due {
            Stage::NewPasswordDue
        } else if self.enrolment_due {
            Stage::EnrolmentDue
        } else {
            Stage::SignedIn
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_reached_before_the_second_step() {
        for bits in 0..8_u8 {
            let progress =
                Progress { second_step_open: bits & 1 != 0, password_due: bits & 2 != 0, enrolment_due: bits & 4 != 0 };
            assert_eq!(progress.stage() == Stage::SecondStepDue, progress.second_step_open, "{progress:?}");
            assert_eq!(progress.stage() == Stage::SignedIn, bits == 0, "{progress:?}");
        }
    }
}
