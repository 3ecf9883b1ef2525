//! The product on storage in memory, with everything around it in the test's hands.

use std::sync::Arc;

use portcullis_core::authority::Authority;
use portcullis_core::invitation;
use portcullis_core::password::ChooseError;
use portcullis_core::session::{self, Authenticated};
use portcullis_core::sign_in::{self, Opened, SignInError};
use portcullis_core::{Access, Client, Ports, Settings, outbox, password_recovery, set_up};
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus, Operator};
use portcullis_domain::audit::{Action, AuditEvent};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::language::Language;
use portcullis_domain::mail_message::{Content, MailMessage, OutboxEntry};
use portcullis_domain::ports::Clock;
use portcullis_domain::ports::credentials::{PasswordHasher, SecretGenerator};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use portcullis_domain::secret::{Password, Token};
use portcullis_domain::session::{Session, SessionId, Stage};
use portcullis_storage_memory::MemoryStorage;
use time::Duration;
use uuid::Uuid;

use crate::doubles::{CountingSecrets, ManualClock, RecordingMail};

/// Ada, the first operator, and her password.
pub(crate) const ADA: &str = "ada@shop.example";
pub(crate) const ADAS: &str = "four turtles swim east";
/// Somebody else's passwords.
pub(crate) const GOOD: &str = "seven lanterns over a quiet harbour";
pub(crate) const OTHER: &str = "nine kettles hum beneath grey rain";
pub(crate) const WRONG: &str = "not the password of anybody here";

pub(crate) const MICROSECOND: Duration = Duration::MICROSECOND;
/// After this long every node knows of a changed parameter.
pub(crate) const FRESH: Duration = Duration::milliseconds(500);
/// After this long every request for a new password is due.
pub(crate) const RECOVERY_DUE: Duration = Duration::milliseconds(305);

const FIRST: Page = Page { offset: 0, limit: 500 };

/// The cheapest argon2id there is, on a thread with room for a race.
pub(crate) fn hasher(iterations: u32) -> Arc<dyn PasswordHasher> {
    let cheap = Argon2Parameters { memory_kib: 8, iterations, parallelism: 1 };
    Arc::new(Argon2Hasher::start(cheap, 1, 64).unwrap())
}

pub(crate) struct TestApp {
    pub(crate) access: Access,
    pub(crate) storage: MemoryStorage,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) secrets: Arc<CountingSecrets>,
    pub(crate) mail: RecordingMail,
}

impl TestApp {
    /// Nobody is there yet.
    pub(crate) async fn empty() -> Self {
        let storage = MemoryStorage::new();
        let (clock, secrets) = (Arc::new(ManualClock::default()), Arc::new(CountingSecrets::default()));
        let ports = Ports {
            storage: Arc::new(storage.clone()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            secrets: Arc::clone(&secrets) as Arc<dyn SecretGenerator>,
            hasher: hasher(1),
            estimator: Arc::new(ZxcvbnEstimator),
            sealer: Arc::new(KeySealer::new([7; 32], vec![])),
            totp: Arc::new(TotpCodes),
            qr: Arc::new(QrCodes),
        };
        let settings = Settings {
            public_url: "https://shop.example".to_owned(),
            product_name: "Shop".to_owned(),
            functionalities: vec![],
            first_alias: None,
        };
        let access = Access::start(ports, settings).await.unwrap();
        Self { access, storage, clock, secrets, mail: RecordingMail::default() }
    }

    /// Ada is there, as super-administrator.
    pub(crate) async fn new() -> Self {
        let app = Self::empty().await;
        let done = set_up::complete_at_console(&app.access, email(ADA), name("Ada"), Some(Password::new(ADAS))).await;
        assert!(done.unwrap().is_none());
        app
    }

    /// The same product, with other adapters: another node.
    pub(crate) async fn node(&self, change: impl FnOnce(&mut Ports)) -> Access {
        let mut ports = self.access.ports().clone();
        change(&mut ports);
        Access::start(ports, self.access.settings().clone()).await.unwrap()
    }

    pub(crate) async fn node_hashing_with(&self, hasher: impl PasswordHasher + 'static) -> Access {
        self.node(|ports| ports.hasher = Arc::new(hasher)).await
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// An account as it stands in storage, with the password [`GOOD`].
    pub(crate) async fn insert(&self, address: &str, kind: AccountKind, status: AccountStatus) -> Account {
        let invited = status == AccountStatus::Invited;
        let hash = self.access.ports().hasher.hash(Password::new(GOOD)).await.unwrap();
        let account = Account {
            id: AccountId(Uuid::from_bytes(self.secrets.bytes32()[..16].try_into().unwrap())),
            kind,
            email: email(address),
            name: name("Somebody"),
            language: Language::En,
            status,
            password: (!invited).then_some(hash),
            password_set_at: (!invited).then(|| self.access.now()),
            password_change_due: false,
            created_at: self.access.now(),
        };
        let mut unit = self.storage.begin().await.unwrap();
        unit.insert_account(&account).await.unwrap();
        unit.commit().await.unwrap();
        account
    }

    pub(crate) async fn active(&self, address: &str) -> Account {
        self.insert(address, AccountKind::Operator, AccountStatus::Active).await
    }

    /// A role that grants one level of one functionality.
    pub(crate) async fn role(&self, number: u128, functionality: BuiltIn, level: Level) -> RoleId {
        let role = Role {
            id: RoleId(Uuid::from_u128(number)),
            name: RoleName::parse(&format!("Role {number}")).unwrap(),
            description: String::new(),
            grants: Grants::Some([(functionality.id(), level)].into()),
            version: 1,
        };
        let mut unit = self.storage.begin().await.unwrap();
        unit.insert_role(&role).await.unwrap();
        unit.commit().await.unwrap();
        role.id
    }

    pub(crate) async fn set_roles(&self, id: AccountId, roles: &[RoleId]) {
        let mut unit = self.storage.begin().await.unwrap();
        unit.set_roles(id, roles).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(crate) async fn set_status(&self, id: AccountId, from: AccountStatus, to: AccountStatus) {
        let mut unit = self.storage.begin().await.unwrap();
        assert!(unit.set_status(id, from, to).await.unwrap());
        unit.commit().await.unwrap();
    }

    pub(crate) async fn delete(&self, id: AccountId) {
        let mut unit = self.storage.begin().await.unwrap();
        assert!(unit.delete_account(id).await.unwrap());
        unit.commit().await.unwrap();
    }

    /// Sets a parameter as another node would, and waits until it is known here.
    pub(crate) async fn set_parameter(&self, key: &str, text: &str) {
        let mut unit = self.storage.begin().await.unwrap();
        unit.set_parameter(key, text).await.unwrap();
        unit.commit().await.unwrap();
        self.advance(FRESH);
    }

    pub(crate) async fn account(&self, address: &str) -> Option<Account> {
        self.storage.view().await.unwrap().account_by_email(&EmailKey::of(address)).await.unwrap()
    }

    pub(crate) async fn sessions(&self, id: AccountId) -> usize {
        self.storage.view().await.unwrap().sessions(id).await.unwrap().len()
    }

    pub(crate) async fn events(&self) -> Vec<AuditEvent> {
        self.storage.view().await.unwrap().audit_events(FIRST).await.unwrap()
    }

    /// How often something was decided.
    pub(crate) async fn count(&self, action: Action) -> usize {
        self.events().await.iter().filter(|event| event.action == action).count()
    }

    pub(crate) async fn outbox(&self) -> Vec<OutboxEntry> {
        self.storage.view().await.unwrap().outbox(FIRST).await.unwrap()
    }

    pub(crate) async fn sign_in(&self, address: &str, password: &str) -> Result<Opened, SignInError> {
        self.sign_in_from("203.0.113.7", address, password).await
    }

    pub(crate) async fn sign_in_from(&self, from: &str, address: &str, password: &str) -> Result<Opened, SignInError> {
        sign_in::sign_in(&self.access, &client(from), address, Password::new(password), None).await
    }

    pub(crate) async fn authenticate(&self, cookie: &Token) -> Option<Authenticated> {
        session::authenticate(&self.access, cookie).await.unwrap()
    }

    /// Signs in and comes back with the session.
    pub(crate) async fn signed_in(&self, address: &str, password: &str) -> (Token, Authenticated) {
        let cookie = self.sign_in(address, password).await.unwrap().token;
        let who = self.authenticate(&cookie).await.unwrap();
        (cookie, who)
    }

    /// A request that an operator is about to make, signed in, as this is what it knows of them.
    pub(crate) async fn request_of(&self, operator: &Operator) -> Authenticated {
        let now = self.access.now();
        let session = Session {
            id: SessionId(Uuid::from_bytes(self.secrets.bytes32()[..16].try_into().unwrap())),
            digest: Token::from_bytes(self.secrets.bytes32()).digest(),
            account: operator.id(),
            stage: Stage::SignedIn,
            created_at: now,
            last_seen_at: now,
            proven_at: now,
            address: "203.0.113.7".to_owned(),
            device: String::new(),
        };
        let mut unit = self.storage.begin().await.unwrap();
        unit.insert_session(&session).await.unwrap();
        unit.commit().await.unwrap();
        Authenticated { session, operator: operator.clone() }
    }

    /// Invites from the console, with no roles.
    pub(crate) async fn invite(&self, address: &str) -> Token {
        let (inviter, here) = (Authority::CommandLine, here());
        let link = invitation::invite(&self.access, inviter, &here, email(address), name("Bea"), &[]).await;
        token(&link.unwrap())
    }

    pub(crate) async fn accept(&self, link: &Token, password: &str) -> Result<(), ChooseError> {
        invitation::accept(&self.access, &here(), link, Password::new(password)).await
    }

    pub(crate) async fn forgot(&self, address: &str) -> Result<(), password_recovery::RequestError> {
        password_recovery::request(&self.access, &here(), address).await
    }

    pub(crate) async fn reset(&self, link: &Token, password: &str) -> Result<(), ChooseError> {
        password_recovery::complete(&self.access, &here(), link, Password::new(password)).await
    }

    /// Lets the worker do what is due, once the requests that were made are; gives the mails that left.
    pub(crate) async fn delivered(&self) -> Vec<MailMessage> {
        self.advance(RECOVERY_DUE);
        password_recovery::work_off(&self.access, 100).await.unwrap();
        while portcullis_core::alias::tell(&self.access, 100).await.unwrap() > 0 {}
        outbox::deliver_due(&self.access, &self.mail, 100).await.unwrap();
        self.mail.take()
    }

    /// The mails that left, but for those that tell of a sign-in from another device.
    pub(crate) async fn delivered_apart_from_sign_ins(&self) -> Vec<MailMessage> {
        let mut mails = self.delivered().await;
        mails.retain(|mail| !matches!(mail.content, Content::NewDevice { .. }));
        mails
    }

    /// The one reset link that left.
    pub(crate) async fn reset_link(&self) -> Token {
        let mails = self.delivered_apart_from_sign_ins().await;
        let [MailMessage { content: Content::PasswordReset { link, .. }, .. }] = &*mails else {
            panic!("one reset link, not {mails:?}")
        };
        token(link)
    }
}

pub(crate) fn client(address: &str) -> Client {
    Client {
        address: address.to_owned(),
        device: "Browser".to_owned(),
        language: Some(Language::En),
        device_cookie: None,
    }
}

/// The client that most tests are.
pub(crate) fn here() -> Client {
    client("203.0.113.7")
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(crate) fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

/// The token in a link.
pub(crate) fn token(link: &str) -> Token {
    Token::parse(link.split_once("?token=").unwrap().1).unwrap()
}

/// Whether two hold the same bits.
pub(crate) fn same(a: &Token, b: &Token) -> bool {
    a.digest() == b.digest()
}
