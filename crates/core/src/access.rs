//! The assembled product: ports, settings, and the parameters that are live.

use std::sync::{Arc, PoisonError, RwLock};

use portcullis_domain::alias::Alias;
use portcullis_domain::audit::Action;
use portcullis_domain::audit_seal::Head;
use portcullis_domain::functionality::Functionality;
use portcullis_domain::instant::Instant;
use portcullis_domain::parameter::{ALIAS, ALIAS_BEFORE, ALIAS_TELL, Parameters};
use portcullis_domain::ports::Clock;
use portcullis_domain::ports::credentials::{
    PasswordHasher, QrEncoder, Sealer, SecretGenerator, StrengthEstimator, TotpGenerator,
};
use portcullis_domain::ports::storage::{Storage, StorageError, Stored, UnitOfWork};
use portcullis_domain::secret::Token;
use time::Duration;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::alias::{self, Earlier};
use crate::author::Author;
use crate::client::Client;
use crate::event::Event;
use crate::tally::Tally;

/// How long the door waits for storage before it goes by what it knows.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(250);

/// How old what is known of the parameters may be. Every node agrees within a second.
const FRESH: Duration = Duration::milliseconds(500);

/// Tells everybody who listens that something was written. Nobody needs to listen.
pub struct Bell(watch::Sender<()>);

impl Bell {
    fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    /// Rings.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// Listens from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

/// The adapters that a product is wired from.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub storage: Arc<dyn Storage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub secrets: Arc<dyn SecretGenerator>,
    /// Password hashing.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Password strength.
    pub estimator: Arc<dyn StrengthEstimator>,
    /// Sealing at rest.
    pub sealer: Arc<dyn Sealer>,
    /// One-time codes.
    pub totp: Arc<dyn TotpGenerator>,
    /// QR codes.
    pub qr: Arc<dyn QrEncoder>,
}

/// What the configuration says, fixed while the process runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The origin of every link in a mail, `https://shop.example`, without a slash at the end.
    pub public_url: String,
    /// The product's name on pages and in mail.
    pub product_name: String,
    /// The functionalities that roles can grant beside the built-in ones.
    pub functionalities: Vec<Functionality>,
    /// The alias to begin with, when storage has none; generated when `None`.
    pub first_alias: Option<Alias>,
}

/// The product. Cheap to clone; several may live in one process.
#[derive(Clone)]
pub struct Access {
    ports: Ports,
    settings: Arc<Settings>,
    live: Arc<RwLock<Live>>,
    /// Held by the one request that reads the parameters again; the others wait for what it finds.
    refreshing: Arc<Mutex<()>>,
    mail_waits: Arc<Bell>,
    tally: Tally,
}

struct Live {
    parameters: Arc<Parameters>,
    alias: Alias,
    /// Aliases of before that still lead signed-in operators here.
    earlier: Vec<Earlier>,
    /// Whether operators are still to be told of the alias.
    to_tell: bool,
    /// How old they are, by [`Clock::monotonic`]; `None`: they are to be read again.
    read_at: Option<Duration>,
    /// When they could not be read; `None` since they could.
    failed_at: Option<Duration>,
    /// When somebody at the door last waited for them in vain.
    waited_at: Option<Duration>,
    /// The rows that mean nothing, so that each is logged once and not at every reading.
    refused: Vec<(String, String)>,
    /// Counts what was written here, so that rows which were read before do not undo it.
    changes: u64,
}

impl Access {
    /// Wires the product and reads its parameters. Makes and stores the alias when there is none yet, and signs the end of
    /// the empty audit trail.
    ///
    /// # Errors
    /// [`StorageError`] when the parameters cannot be read.
    pub async fn start(ports: Ports, settings: Settings) -> Stored<Self> {
        let mut unit = ports.storage.begin().await?;
        // One node at a time: of two that start on empty storage the second must find the first one's alias.
        unit.lock_super_administrators().await?;
        let rows = unit.parameters().await?;
        let read = Rows::read(&rows);
        let alias = if let Some(alias) = read.alias {
            alias
        } else {
            let first = settings.first_alias.clone();
            let alias = first.unwrap_or_else(|| generate_alias(ports.secrets.as_ref()));
            unit.set_parameter(ALIAS, alias.as_str()).await?;
            // The audit trail begins with a signed end. It is missing afterwards only when somebody takes it away.
            if unit.audit_head().await?.is_none() && unit.audit_chain(None, 1).await?.is_empty() {
                unit.set_audit_head(&Head::origin().sealed(ports.sealer.as_ref())).await?;
            }
            unit.commit().await?;
            alias
        };
        let mut live = Live {
            parameters: Arc::new(read.parameters),
            alias,
            earlier: read.earlier,
            to_tell: read.to_tell,
            read_at: Some(ports.clock.monotonic()),
            failed_at: None,
            waited_at: None,
            refused: Vec::new(),
            changes: 0,
        };
        live.log_refused(read.refused);
        Ok(Self {
            ports,
            settings: Arc::new(settings),
            live: Arc::new(RwLock::new(live)),
            refreshing: Arc::new(Mutex::new(())),
            mail_waits: Arc::new(Bell::new()),
            tally: Tally::new(),
        })
    }

    /// The adapters.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The configuration.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.ports.clock.now()
    }

    /// The live parameters, at most half a second old.
    ///
    /// # Errors
    /// [`StorageError`] when they are older and cannot be read: nothing is decided by rules that may have changed.
    pub async fn parameters(&self) -> Stored<Arc<Parameters>> {
        self.refresh().await?;
        Ok(Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner).parameters))
    }

    /// The live alias. While storage is away it is the last one known, so that the door does not move.
    pub async fn alias(&self) -> Alias {
        // Who knocks at the door must not wait for storage that is away, nor keep others from hearing that it is only slow:
        // the reading goes on.
        if self.known().is_ok() && !self.waited_in_vain() {
            let access = self.clone();
            let reading = tokio::spawn(async move { access.refresh().await });
            if tokio::time::timeout(PATIENCE, reading).await.is_err() {
                self.live.write().unwrap_or_else(PoisonError::into_inner).waited_at =
                    Some(self.ports.clock.monotonic());
            }
        }
        self.live.read().unwrap_or_else(PoisonError::into_inner).alias.clone()
    }

    /// Whether somebody at the door waited for storage a moment ago, and heard nothing.
    fn waited_in_vain(&self) -> bool {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.waited_at.is_some_and(|at| self.is_fresh(at))
    }

    /// What is known without asking storage: that all is fresh, or that it failed a moment ago; else how many changes
    /// were made here so far.
    fn known(&self) -> Result<u64, Stored<()>> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        if live.read_at.is_some_and(|at| self.is_fresh(at)) {
            Err(Ok(()))
        } else if live.failed_at.is_some_and(|at| self.is_fresh(at)) {
            Err(Err(StorageError::Unavailable("it did not answer a moment ago".to_owned())))
        } else {
            Ok(live.changes)
        }
    }

    /// Whether what happened at that moment, by [`Clock::monotonic`], still counts as present.
    fn is_fresh(&self, at: Duration) -> bool {
        (Duration::ZERO..FRESH).contains(&(self.ports.clock.monotonic() - at))
    }

    async fn refresh(&self) -> Stored<()> {
        if let Err(known) = self.known() {
            return known;
        }
        let _turn = self.refreshing.lock().await;
        // Somebody else may have read them while this one waited.
        let changes = match self.known() {
            Ok(changes) => changes,
            Err(known) => return known,
        };
        let asked_at = self.ports.clock.monotonic();
        let rows = async { self.ports.storage.view().await?.parameters().await };
        let read = match rows.await {
            Ok(rows) => Rows::read(&rows),
            Err(error) => {
                tracing::warn!(%error, "the parameters could not be read; the last known alias stays");
                self.live.write().unwrap_or_else(PoisonError::into_inner).failed_at =
                    Some(self.ports.clock.monotonic());
                return Err(error);
            }
        };
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.failed_at = None;
        // What was read before a change was made here must not undo it.
        if live.changes == changes {
            live.take(read, Some(asked_at));
        }
        Ok(())
    }

    /// Makes rows live that were read in the very unit of work that changed them, after it was committed. On other nodes
    /// they are live within a second. Of two changes at once the later one may be published first, so whoever asks next
    /// reads them again.
    pub(crate) fn publish(&self, rows: &[(String, String)]) {
        let read = Rows::read(rows);
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.take(read, None);
        live.changes += 1;
    }

    /// Changes the alias, from the console. The new one is live at once here, and on other nodes within a second; every
    /// active operator is told by mail.
    ///
    /// # Errors
    /// [`StorageError`] when it cannot be stored; the old one stays.
    pub async fn set_alias(&self, alias: Alias) -> Stored<()> {
        alias::set(self, &Client::console(), &Author::CONSOLE, alias).await
    }

    /// The present alias, when `segment` is one of before that still leads signed-in operators to it.
    pub fn led_from(&self, segment: &str) -> Option<Alias> {
        let now = self.now();
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let leads = live.earlier.iter().any(|earlier| now < earlier.until && earlier.alias.matches(segment));
        leads.then(|| live.alias.clone())
    }

    /// Whether operators are still to be told of the alias.
    pub(crate) async fn alias_is_to_be_told(&self) -> Stored<bool> {
        self.refresh().await?;
        Ok(self.live.read().unwrap_or_else(PoisonError::into_inner).to_tell)
    }

    /// A fresh alias from 100 random bits.
    pub fn new_alias(&self) -> Alias {
        generate_alias(self.ports.secrets.as_ref())
    }

    /// The back office's address, as it stands in mail: from the configuration, never from a request (rule 9).
    pub async fn back_office_url(&self) -> String {
        format!("{}/{}", self.settings.public_url, self.alias().await.as_str())
    }

    /// The back office's address as the unit of work that writes a mail knows it: what this node knows may be half a second
    /// old, and a mail is read much later.
    pub(crate) async fn back_office_in(&self, unit: &mut dyn UnitOfWork) -> Stored<String> {
        let rows = unit.parameters().await?;
        let alias = Rows::read(&rows).alias;
        match alias {
            Some(alias) => Ok(format!("{}/{}", self.settings.public_url, alias.as_str())),
            // None that could be one: the last one known, as at the door.
            None => Ok(self.last_known_back_office()),
        }
    }

    fn last_known_back_office(&self) -> String {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        format!("{}/{}", self.settings.public_url, live.alias.as_str())
    }

    pub(crate) fn new_token(&self) -> Token {
        Token::from_bytes(self.ports.secrets.bytes32())
    }

    /// A version 7 UUID (RFC 9562): sorts by time, 74 random bits.
    pub(crate) fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(self.ports.secrets.bytes32()) {
            *to = from;
        }
        let millis = u64::try_from(self.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    pub(crate) fn event(&self, author: impl Into<Author>, action: Action) -> Event {
        Event::new(self.new_id(), self.now(), &author.into(), action, self.tally.clone())
    }

    /// Told when a mail, or a request that may lead to one, was written.
    pub fn mail_waits(&self) -> &Bell {
        &self.mail_waits
    }

    /// How often each thing was decided here.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(crate) async fn begin(&self) -> Stored<Box<dyn UnitOfWork>> {
        self.ports.storage.begin().await
    }
}

/// A link that carries a token.
pub(crate) fn link(back_office: &str, page: &str, token: &Token) -> String {
    format!("{back_office}/{page}?token={}", token.expose().as_str())
}

impl Live {
    fn take(&mut self, read: Rows, read_at: Option<Duration>) {
        self.parameters = Arc::new(read.parameters);
        // An alias that is none leaves the last one known.
        if let Some(alias) = read.alias {
            self.alias = alias;
        }
        self.earlier = read.earlier;
        self.to_tell = read.to_tell;
        self.read_at = read_at;
        self.log_refused(read.refused);
    }

    fn log_refused(&mut self, refused: Vec<(String, String)>) {
        for (key, _) in refused.iter().filter(|row| !self.refused.contains(row)) {
            tracing::warn!(
                key,
                "a stored parameter is unknown or out of bounds; its default, or the last known alias, applies"
            );
        }
        self.refused = refused;
    }
}

/// What the rows of storage mean.
struct Rows {
    parameters: Parameters,
    alias: Option<Alias>,
    earlier: Vec<Earlier>,
    to_tell: bool,
    /// Those that mean nothing.
    refused: Vec<(String, String)>,
}

impl Rows {
    fn read(rows: &[(String, String)]) -> Self {
        let (parameters, refused) = Parameters::from_rows(rows.iter().map(|(key, text)| (key.as_str(), text.as_str())));
        let text = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, text)| text.as_str());
        let alias = text(ALIAS).and_then(|text| Alias::parse(text).ok());
        let misplaced = (alias.is_none() && text(ALIAS).is_some()).then(|| ALIAS.to_owned());
        let refused = refused.into_iter().chain(misplaced);
        let refused = refused.map(|key| (key.clone(), text(&key).unwrap_or_default().to_owned())).collect();
        let earlier = alias::read_earlier(text(ALIAS_BEFORE).unwrap_or_default());
        let to_tell = text(ALIAS_TELL).is_some_and(|text| !text.is_empty());
        Self { parameters, alias, earlier, to_tell, refused }
    }
}

fn generate_alias(secrets: &dyn SecretGenerator) -> Alias {
    loop {
        let mut random = [0; 20];
        for (to, from) in random.iter_mut().zip(secrets.bytes32()) {
            *to = from;
        }
        // A generated one is a guessable word once in an age of the universe; then another is drawn.
        if let Ok(alias) = Alias::parse(Alias::generate(random).as_str()) {
            return alias;
        }
    }
}
