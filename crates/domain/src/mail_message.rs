//! Mail: what is said, to whom, in which language. How it looks is the mail adapter's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::display_name::DisplayName;
use crate::email::Email;
use crate::instant::Instant;
use crate::language::Language;
use crate::secret::Sealed;

/// What a mail says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Somebody was invited.
    Invitation {
        /// Who invites.
        inviter: String,
        /// The back office's address.
        back_office: String,
        /// The names of the roles.
        roles: Vec<String>,
        /// The link to create a password.
        link: String,
        /// How long it works, in hours.
        hours: u32,
    },
    /// The link to a new password.
    PasswordReset {
        /// The link.
        link: String,
        /// How long it works, in minutes.
        minutes: u32,
    },
    /// The password was changed.
    PasswordChanged {
        /// From which client address.
        address: String,
    },
    /// A sign-in from a device that was not seen before.
    NewDevice {
        /// The device in its own words.
        device: String,
        /// From which client address.
        address: String,
    },
    /// A second factor was added.
    TwoFactorAdded {
        /// The device in its own words.
        device: String,
        /// From which client address.
        address: String,
    },
    /// The second factor was removed.
    TwoFactorRemoved {
        /// The administrator who did it; `None` when it was the operator.
        by: Option<String>,
    },
    /// An administrator removed somebody else's second factor: told to the administrator.
    TwoFactorRemovedFor {
        /// Whose.
        whose: String,
    },
    /// A recovery code was used to sign in.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
        /// The device in its own words.
        device: String,
        /// From which client address.
        address: String,
    },
    /// New recovery codes were made, and the old ones are void.
    RecoveryCodesReplaced {
        /// The device in its own words.
        device: String,
        /// From which client address.
        address: String,
    },
    /// Somebody had the right password and wrong codes.
    WrongCodes {
        /// The device in its own words.
        device: String,
        /// From which client address.
        address: String,
    },
    /// The back office's address changed.
    AliasChanged {
        /// The new address.
        back_office: String,
        /// Who changed it.
        by: String,
        /// Until when the old address leads those who are signed in to the new one; `None` when it is dead already.
        #[serde(default, with = "time::serde::rfc3339::option")]
        old_until: Option<Instant>,
    },
    /// Somebody's roles changed.
    RolesChanged {
        /// The names of the roles now held.
        roles: Vec<String>,
        /// Who changed them.
        by: String,
    },
    /// The account was suspended.
    Suspended,
    /// A test.
    Test,
}

impl Content {
    /// The kind's stable name, for the mail page and metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password-reset",
            Self::PasswordChanged { .. } => "password-changed",
            Self::NewDevice { .. } => "new-device",
            Self::TwoFactorAdded { .. } => "two-factor-added",
            Self::TwoFactorRemoved { .. } => "two-factor-removed",
            Self::TwoFactorRemovedFor { .. } => "two-factor-removed-for",
            Self::RecoveryCodeUsed { .. } => "recovery-code-used",
            Self::RecoveryCodesReplaced { .. } => "recovery-codes-replaced",
            Self::WrongCodes { .. } => "wrong-codes",
            Self::AliasChanged { .. } => "alias-changed",
            Self::RolesChanged { .. } => "roles-changed",
            Self::Suspended => "suspended",
            Self::Test => "test",
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

/// A mail, ready to be written in somebody's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailMessage {
    /// To which address.
    pub to: Email,
    /// To whom.
    pub name: DisplayName,
    /// In which language.
    pub language: Language,
    /// When what it tells happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: Instant,
    /// What it says.
    pub content: Content,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailState {
    /// Waits, or is being tried.
    Waiting,
    /// The next server took it.
    Sent,
    /// Given up after the last try.
    Failed,
}

impl MailState {
    /// The state as text, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads what [`MailState::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A mail in the outbox: written in the transaction of what it tells, sent later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its identity, from which the Message-ID is made: the same at every try.
    pub id: Uuid,
    /// To which address.
    pub to: Email,
    /// The kind, see [`Content::kind`].
    pub kind: String,
    /// The sealed [`MailMessage`]; gone once sent.
    pub body: Option<Sealed>,
    /// Where it stands.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: u32,
    /// Not to be tried before.
    pub next_attempt_at: Instant,
    /// When it was written.
    pub created_at: Instant,
    /// Why the last try failed, in words fit for the mail page.
    pub last_error: Option<String>,
}
