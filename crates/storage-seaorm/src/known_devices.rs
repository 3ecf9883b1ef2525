//! Devices that completed a sign-in.

use async_trait::async_trait;
use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::known_devices::{KnownDeviceView, KnownDevices};
use portcullis_domain::secret::Digest256;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::handle::Handle;
use crate::statement::{at, digest, execute, row, rows};

#[async_trait]
impl<C: ConnectionTrait + Send> KnownDeviceView for Handle<C> {
    async fn is_known_device(&mut self, account: AccountId, device: &Digest256) -> Stored<bool> {
        let sql = "SELECT seen_at FROM known_devices WHERE account_id = $1 AND digest = $2";
        Ok(row(&self.0, sql, vec![account.0.into(), digest(device)]).await?.is_some())
    }

    async fn has_known_devices(&mut self, account: AccountId) -> Stored<bool> {
        let sql = "SELECT seen_at FROM known_devices WHERE account_id = $1 LIMIT 1";
        Ok(row(&self.0, sql, vec![account.0.into()]).await?.is_some())
    }

    async fn known_devices(&mut self, account: AccountId) -> Stored<Vec<Digest256>> {
        let sql = "SELECT digest FROM known_devices WHERE account_id = $1 ORDER BY seen_at DESC, digest";
        rows(&self.0, sql, vec![account.0.into()]).await?.iter().map(|row| row.digest("digest")).collect()
    }
}

#[async_trait]
impl KnownDevices for Handle<DatabaseTransaction> {
    async fn remember_device(&mut self, account: AccountId, device: &Digest256, now: Instant) -> Stored<()> {
        let sql = "INSERT INTO known_devices (account_id, digest, seen_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (account_id, digest) DO UPDATE SET seen_at = excluded.seen_at";
        execute(&self.0, sql, vec![account.0.into(), digest(device), at(now)]).await?;
        let sql = "DELETE FROM known_devices WHERE account_id = $1 AND digest NOT IN (\
                   SELECT digest FROM known_devices WHERE account_id = $1 ORDER BY seen_at DESC, digest LIMIT 20)";
        execute(&self.0, sql, vec![account.0.into()]).await.map(drop)
    }

    async fn forget_devices(&mut self, account: AccountId) -> Stored<()> {
        execute(&self.0, "DELETE FROM known_devices WHERE account_id = $1", vec![account.0.into()]).await.map(drop)
    }
}
