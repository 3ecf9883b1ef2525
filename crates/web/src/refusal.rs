//! What a request is told when it is not served. The inside is logged once and never shown (ASVS 16.5.1).

use poem::http::StatusCode;
use portcullis_core::present::ActError;
use portcullis_domain::ports::credentials::HashingError;
use portcullis_domain::ports::storage::StorageError;
use time::Duration;

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not signed in: led to the sign-in page, and back afterwards.
    SignInFirst,
    /// The sign-in has not come that far: led to the step that is due.
    StepDue(&'static str),
    /// Dangerous, and the last proof is too old: led to the confirmation, and back afterwards.
    ConfirmFirst,
    /// The permission is missing.
    Forbidden,
    /// A form that came from another site, or from nowhere.
    CrossSite,
    /// A form of an earlier sign-in, from our own pages.
    OutOfDate,
    /// There is nothing, or nothing that may be known.
    NotFound,
    /// A body over the limit.
    TooLarge,
    /// A limit holds.
    Limited(Duration),
    /// Overloaded, or storage is away.
    Unavailable,
}

impl Refusal {
    /// The status, and the key of the words.
    pub const fn status(self) -> (StatusCode, &'static str) {
        match self {
            Self::SignInFirst | Self::StepDue(_) | Self::ConfirmFirst => (StatusCode::SEE_OTHER, "refusal-not-found"),
            Self::Forbidden | Self::CrossSite => (StatusCode::FORBIDDEN, "refusal-forbidden"),
            Self::OutOfDate => (StatusCode::FORBIDDEN, "refusal-out-of-date"),
            Self::NotFound => (StatusCode::NOT_FOUND, "refusal-not-found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "refusal-too-large"),
            Self::Limited(_) => (StatusCode::TOO_MANY_REQUESTS, "refusal-limited"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "refusal-unavailable"),
        }
    }
}

/// Whole seconds to wait, at least one.
pub fn seconds(pause: Duration) -> u64 {
    u64::try_from(pause.whole_milliseconds()).unwrap_or(0).div_ceil(1000).max(1)
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "storage failed; the request was refused");
        Self::Unavailable
    }
}

impl From<ActError> for Refusal {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Over => Self::SignInFirst,
            ActError::Forbidden => Self::Forbidden,
            ActError::Storage(error) => error.into(),
        }
    }
}

impl From<HashingError> for Refusal {
    fn from(error: HashingError) -> Self {
        tracing::warn!(%error, "a password could not be hashed; the request was refused");
        Self::Unavailable
    }
}
