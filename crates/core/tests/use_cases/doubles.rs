//! Ports that tests hold in their hands.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::instant::{Instant, from_micros};
use portcullis_domain::mail_message::MailMessage;
use portcullis_domain::ports::Clock;
use portcullis_domain::ports::credentials::{
    HashingError, PasswordHasher, SecretGenerator, TotpGenerator, Verification,
};
use portcullis_domain::ports::mail::{MailError, MailTransport};
use portcullis_domain::ports::storage::{Storage, StorageError, Stored, UnitOfWork, View};
use portcullis_domain::secret::{Digest256, Password, PasswordHash, Token};
use portcullis_domain::two_factor::{Code, TotpSecret};
use portcullis_storage_memory::MemoryStorage;
use time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

mockall::mock! {
    pub(crate) Hasher {}

    #[async_trait]
    impl PasswordHasher for Hasher {
        async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError>;
        async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verification, HashingError>;
    }
}

mockall::mock! {
    pub(crate) Mail {}

    #[async_trait]
    impl MailTransport for Mail {
        async fn send(&self, id: Uuid, message: &MailMessage) -> Result<(), MailError>;
    }
}

mockall::mock! {
    pub(crate) Database {}

    #[async_trait]
    impl Storage for Database {
        async fn view(&self) -> Stored<Box<dyn View>>;
        async fn begin(&self) -> Stored<Box<dyn UnitOfWork>>;
    }
}

/// A clock that stands still until it is moved. It begins at 2026-11-24T10:00:00.123456Z.
pub(crate) struct ManualClock(Mutex<Instant>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new(from_micros(1_795_514_400_123_456)))
    }
}

impl ManualClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// Draws the digests of 0, 1, 2…: all different, and the same in every run. It knows what it drew.
#[derive(Default)]
pub(crate) struct CountingSecrets(AtomicU64);

impl CountingSecrets {
    fn nth(n: u64) -> [u8; 32] {
        *Digest256::of(&n.to_be_bytes()).as_bytes()
    }

    /// Everything that was drawn so far, as the tokens that it may have become.
    pub(crate) fn drawn(&self) -> Vec<Token> {
        (0..self.0.load(Ordering::SeqCst)).map(|n| Token::from_bytes(Self::nth(n))).collect()
    }
}

impl SecretGenerator for CountingSecrets {
    fn bytes32(&self) -> [u8; 32] {
        Self::nth(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Makes codes as the product does, and knows how many it was asked for.
#[derive(Default)]
pub(crate) struct CountingCodes(AtomicUsize);

impl CountingCodes {
    /// How many codes were compared with the present step and the one before.
    pub(crate) fn tried(&self) -> usize {
        self.0.load(Ordering::SeqCst) / 2
    }
}

impl TotpGenerator for CountingCodes {
    fn code(&self, secret: &TotpSecret, step: u64) -> Code {
        self.0.fetch_add(1, Ordering::SeqCst);
        TotpCodes.code(secret, step)
    }

    fn key_uri(&self, secret: &TotpSecret, issuer: &str, account: &str) -> Zeroizing<String> {
        TotpCodes.key_uri(secret, issuer, account)
    }
}

/// Keeps every mail; refuses the next ones with the errors that it was given first, and some addresses for ever.
#[derive(Default)]
pub(crate) struct RecordingMail {
    sent: Mutex<Vec<(Uuid, MailMessage)>>,
    tries: AtomicUsize,
    errors: Mutex<VecDeque<MailError>>,
    broken_addresses: Mutex<Vec<String>>,
}

impl RecordingMail {
    /// Takes the mails that were sent since the last call.
    pub(crate) fn take(&self) -> Vec<MailMessage> {
        std::mem::take(&mut *self.sent.lock().unwrap()).into_iter().map(|(_, message)| message).collect()
    }

    pub(crate) fn tries(&self) -> usize {
        self.tries.load(Ordering::SeqCst)
    }

    pub(crate) fn fail_next(&self, error: MailError) {
        self.errors.lock().unwrap().push_back(error);
    }

    pub(crate) fn refuse(&self, address: &str) {
        self.broken_addresses.lock().unwrap().push(address.to_owned());
    }
}

#[async_trait]
impl MailTransport for RecordingMail {
    async fn send(&self, id: Uuid, message: &MailMessage) -> Result<(), MailError> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        if let Some(error) = self.errors.lock().unwrap().pop_front() {
            return Err(error);
        }
        if self.broken_addresses.lock().unwrap().iter().any(|broken| broken == message.to.as_str()) {
            return Err(MailError::Later("451 try later".to_owned()));
        }
        self.sent.lock().unwrap().push((id, message.clone()));
        Ok(())
    }
}

/// What happens to an account while its password is hashed.
pub(crate) type Deed = Box<dyn Fn(MemoryStorage) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A hasher that takes so long that something else happens first.
pub(crate) struct Meanwhile {
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) storage: MemoryStorage,
    pub(crate) deed: Deed,
}

#[async_trait]
impl PasswordHasher for Meanwhile {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError> {
        (self.deed)(self.storage.clone()).await;
        self.hasher.hash(password).await
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verification, HashingError> {
        (self.deed)(self.storage.clone()).await;
        self.hasher.verify(password, hash).await
    }
}

/// Storage that goes away after some units of work were begun.
pub(crate) struct AwayAfter {
    pub(crate) storage: MemoryStorage,
    pub(crate) left: AtomicUsize,
}

#[async_trait]
impl Storage for AwayAfter {
    async fn view(&self) -> Stored<Box<dyn View>> {
        self.storage.view().await
    }

    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        let had = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        had.map_err(|_| StorageError::Unavailable("gone".to_owned()))?;
        self.storage.begin().await
    }
}

/// Storage whose views are handed out so late that something else was written since.
pub(crate) struct LateViews {
    pub(crate) storage: MemoryStorage,
    /// Told when a view was opened.
    pub(crate) opened: Arc<tokio::sync::Notify>,
    /// Lets the next view go.
    pub(crate) go: Arc<tokio::sync::Notify>,
}

#[async_trait]
impl Storage for LateViews {
    async fn view(&self) -> Stored<Box<dyn View>> {
        let view = self.storage.view().await;
        self.opened.notify_one();
        self.go.notified().await;
        view
    }

    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        self.storage.begin().await
    }
}
