//! Storage of where invitations stand.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::Stored;
use crate::account::AccountId;
use crate::instant::Instant;
use crate::one_time_token::OneTimeToken;
use crate::secret::Digest256;

/// Reads where they stand.
#[async_trait]
pub trait InvitationView: Send {
    /// The token of each one's invitation: the one that is not spent, or else the newest. Whoever never had one is left
    /// out. At most 500 are asked for.
    async fn invitation_tokens(&mut self, accounts: &[AccountId]) -> Stored<BTreeMap<AccountId, OneTimeToken>>;
}

/// Writes where they stand.
#[async_trait]
pub trait Invitations: InvitationView {
    /// Notes that somebody has opened the invitation of a token: guarded by its purpose, its expiry, not being spent, and
    /// not being noted before. True for exactly one caller.
    async fn note_opened(&mut self, digest: &Digest256, now: Instant) -> Stored<bool>;
}
