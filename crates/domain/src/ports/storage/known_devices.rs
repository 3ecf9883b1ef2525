//! Storage of devices that completed a sign-in. A device is the digest of a random cookie; it may be known to several
//! accounts.

use async_trait::async_trait;

use super::Stored;
use crate::account::AccountId;
use crate::instant::Instant;
use crate::secret::Digest256;

/// Reads known devices.
#[async_trait]
pub trait KnownDeviceView: Send {
    /// Whether the device completed a sign-in of this account.
    async fn is_known_device(&mut self, account: AccountId, device: &Digest256) -> Stored<bool>;

    /// Whether the account has any known device: the first one is no news.
    async fn has_known_devices(&mut self, account: AccountId) -> Stored<bool>;

    /// The devices that the account knows, latest use first.
    async fn known_devices(&mut self, account: AccountId) -> Stored<Vec<Digest256>>;
}

/// Writes known devices.
#[async_trait]
pub trait KnownDevices: KnownDeviceView {
    /// Notes that the device completed a sign-in. Keeps the 20 that were used last. Noting it again renews it.
    async fn remember_device(&mut self, account: AccountId, device: &Digest256, now: Instant) -> Stored<()>;

    /// Forgets all devices of the account.
    async fn forget_devices(&mut self, account: AccountId) -> Stored<()>;
}
