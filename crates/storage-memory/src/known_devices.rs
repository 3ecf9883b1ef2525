//! Devices that completed a sign-in.

use std::cmp::Reverse;

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::known_devices::{KnownDeviceView, KnownDevices};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::secret::Digest256;

use crate::transaction::Transaction;

/// How many devices of an account are kept.
const KEPT: usize = 20;

#[async_trait]
impl KnownDeviceView for Transaction {
    async fn is_known_device(&mut self, account: AccountId, device: &Digest256) -> Stored<bool> {
        Ok(self.state().known_devices.get(&account).is_some_and(|devices| devices.contains_key(device)))
    }

    async fn has_known_devices(&mut self, account: AccountId) -> Stored<bool> {
        Ok(self.state().known_devices.get(&account).is_some_and(|devices| !devices.is_empty()))
    }

    async fn known_devices(&mut self, account: AccountId) -> Stored<Vec<Digest256>> {
        let known = self.state().known_devices.get(&account);
        let mut devices: Vec<_> = known.into_iter().flatten().map(|(digest, used)| (Reverse(*used), *digest)).collect();
        devices.sort_unstable();
        Ok(devices.into_iter().map(|(_, digest)| digest).collect())
    }
}

#[async_trait]
impl KnownDevices for Transaction {
    async fn remember_device(&mut self, account: AccountId, device: &Digest256, now: Instant) -> Stored<()> {
        if !self.state().accounts.contains_key(&account) {
            return Err(StorageError::Conflict);
        }
        let devices = self.own().known_devices.entry(account).or_default();
        devices.insert(*device, now);
        while devices.len() > KEPT {
            // Of those that were used at the same moment, the one being noted stays.
            let oldest =
                devices.iter().min_by_key(|(digest, used)| (**used, *digest == device)).map(|(digest, _)| *digest);
            let Some(oldest) = oldest else { break };
            devices.remove(&oldest);
        }
        Ok(())
    }

    async fn forget_devices(&mut self, account: AccountId) -> Stored<()> {
        self.own().known_devices.remove(&account);
        Ok(())
    }
}
