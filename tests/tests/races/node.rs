//! A node that costs nothing but what it does to storage: what it hashes, seals and judges is at hand, and its clock goes
//! from round to round.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use portcullis_core::{Access, Client, Ports, Settings};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_domain::instant::{Instant, from_micros};
use portcullis_domain::language::Language;
use portcullis_domain::password_policy::Strength;
use portcullis_domain::ports::Clock;
use portcullis_domain::ports::credentials::{
    HashingError, PasswordHasher, Sealer, StrengthEstimator, TotpGenerator, UnsealError, Verification,
};
use portcullis_domain::ports::storage::{Storage, Stored, UnitOfWork, View};
use portcullis_domain::secret::{Digest256, Password, PasswordHash, Sealed};
use portcullis_domain::two_factor::{Code, TotpSecret};
use portcullis_storage_memory::MemoryStorage;
use portcullis_storage_seaorm::SeaOrmStorage;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

/// When the first round is: 2026-11-24T10:00:00Z. Each is a step of one-time codes later than the one before.
const BEGINNING: i64 = 1_795_514_400_000_000;
const BETWEEN_ROUNDS: i64 = 30_000_000;

/// When a round is.
pub(crate) fn at(round: u32) -> Instant {
    from_micros(BEGINNING + i64::from(round) * BETWEEN_ROUNDS)
}

/// Everybody's client, with a device that nobody is told of.
pub(crate) fn client() -> Client {
    Client {
        address: "203.0.113.7".to_owned(),
        device: "Browser".to_owned(),
        language: Some(Language::En),
        device_cookie: Some(Digest256::of(b"device")),
    }
}

/// Where the rounds take place.
enum Ground {
    Memory(Arc<Replaced>),
    Database(DatabaseConnection),
}

/// One node.
pub(crate) struct Node {
    pub(crate) access: Access,
    ground: Ground,
    clock: Arc<RoundClock>,
}

impl Node {
    pub(crate) async fn in_memory() -> Self {
        let memory = Arc::new(Replaced::default());
        Self::on(Arc::clone(&memory) as Arc<dyn Storage>, Ground::Memory(memory)).await
    }

    /// On a database, whose tables are made when there are none.
    pub(crate) async fn on_database(url: &str) -> Self {
        let storage = SeaOrmStorage::connect(url).await.expect("a database");
        storage.migrate().await.expect("its tables");
        let past = Database::connect(url).await.expect("a connection past the product");
        Self::on(Arc::new(storage), Ground::Database(past)).await
    }

    async fn on(storage: Arc<dyn Storage>, ground: Ground) -> Self {
        let clock = Arc::new(RoundClock(AtomicI64::new(BEGINNING)));
        let ports = Ports {
            storage,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            secrets: Arc::new(OsSecrets),
            hasher: Arc::new(AtHand),
            estimator: Arc::new(AtHand),
            sealer: Arc::new(AtHand),
            totp: Arc::new(AtHand),
            qr: Arc::new(QrCodes),
        };
        let settings = Settings {
            public_url: "https://shop.example".to_owned(),
            product_name: "Shop".to_owned(),
            functionalities: vec![],
            first_alias: None,
        };
        let access = Access::start(ports, settings).await.expect("the product");
        Self { access, ground, clock }
    }

    /// Lets a round be now.
    pub(crate) fn enter(&self, round: u32) {
        self.clock.0.store(BEGINNING + i64::from(round) * BETWEEN_ROUNDS, Ordering::SeqCst);
    }

    pub(crate) async fn begin(&self) -> Box<dyn UnitOfWork> {
        self.access.ports().storage.begin().await.expect("a unit of work")
    }

    pub(crate) async fn view(&self) -> Box<dyn View> {
        self.access.ports().storage.view().await.expect("a view")
    }

    /// Forgets that set-up was done, which the product never does.
    pub(crate) async fn undo_set_up(&self) {
        match &self.ground {
            Ground::Memory(memory) => memory.begin_anew(),
            Ground::Database(past) => {
                for table in ["installation", "account_roles", "accounts"] {
                    past.execute_unprepared(&format!("DELETE FROM {table}")).await.expect("an empty table");
                }
            }
        }
    }
}

/// Storage in memory that can be begun anew.
#[derive(Default)]
struct Replaced(RwLock<MemoryStorage>);

impl Replaced {
    fn present(&self) -> MemoryStorage {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin_anew(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = MemoryStorage::new();
    }
}

#[async_trait]
impl Storage for Replaced {
    async fn view(&self) -> Stored<Box<dyn View>> {
        self.present().view().await
    }

    async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        self.present().begin().await
    }
}

struct RoundClock(AtomicI64);

impl Clock for RoundClock {
    fn now(&self) -> Instant {
        from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Hashes, judges, seals and makes codes in no time, and keeps no secret.
struct AtHand;

#[async_trait]
impl PasswordHasher for AtHand {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError> {
        Ok(PasswordHash::new(password.expose()))
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verification, HashingError> {
        let right = hash.is_some_and(|hash| hash.expose() == password.expose());
        Ok(if right { Verification::Right } else { Verification::Wrong })
    }
}

impl StrengthEstimator for AtHand {
    fn estimate(&self, _: &Password, _: &[&str]) -> Strength {
        Strength { score: 4, advice: vec![] }
    }
}

impl Sealer for AtHand {
    fn seal(&self, plain: &[u8], _: &[u8]) -> Sealed {
        Sealed(plain.to_vec())
    }

    fn unseal(&self, sealed: &Sealed, _: &[u8]) -> Result<Vec<u8>, UnsealError> {
        Ok(sealed.0.clone())
    }
}

impl TotpGenerator for AtHand {
    fn code(&self, _: &TotpSecret, step: u64) -> Code {
        Code::from_number(u32::try_from(step % 1_000_000).unwrap_or(0))
    }

    fn key_uri(&self, _: &TotpSecret, _: &str, _: &str) -> zeroize::Zeroizing<String> {
        zeroize::Zeroizing::default()
    }
}
