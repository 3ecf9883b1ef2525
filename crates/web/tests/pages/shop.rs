//! A browser over the app's own endpoint, on storage in memory, with a clock that the tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use portcullis_core::authority::Authority;
use portcullis_core::session::Authenticated;
use portcullis_core::{Access, Client, Ports, Settings, invitation, session, set_up, sign_in};
use portcullis_credentials::clock::SystemClock;
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::account::{AccountId, Operator};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::{Email, EmailKey};
use portcullis_domain::functionality::{Functionality, FunctionalityId};
use portcullis_domain::ports::Clock;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use portcullis_domain::secret::{Password, Token};
use portcullis_storage_memory::MemoryStorage;
use portcullis_web::{BackOffice, Options, back_office};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) const ADA: &str = "ada@shop.example";
pub(crate) const ADAS: &str = "four turtles swim east";
pub(crate) const BEA: &str = "bea@shop.example";
pub(crate) const BEAS: &str = "seven lanterns over a quiet harbour";

/// The system's clock, and some minutes.
#[derive(Default)]
pub(crate) struct Later(pub(crate) AtomicI64);

impl Clock for Later {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + Duration::minutes(self.0.load(Ordering::SeqCst))
    }
}

/// The product, and what the tests hold of it.
pub(crate) struct Shop {
    pub(crate) access: Access,
    pub(crate) storage: MemoryStorage,
    pub(crate) clock: Arc<Later>,
    door: BackOffice,
}

/// Somebody's browser: it keeps its cookies as browsers do.
pub(crate) struct Browser {
    door: BackOffice,
    base: String,
    language: &'static str,
    cookies: Vec<(String, String)>,
}

/// A shop with Ada, its super-administrator, and these functionalities.
pub(crate) async fn shop(functionalities: Vec<Functionality>) -> Shop {
    let storage = MemoryStorage::new();
    let clock = Arc::new(Later::default());
    let cheap = Argon2Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };
    let ports = Ports {
        storage: Arc::new(storage.clone()),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        secrets: Arc::new(OsSecrets),
        hasher: Arc::new(Argon2Hasher::start(cheap, 1, 64).unwrap()),
        estimator: Arc::new(ZxcvbnEstimator),
        sealer: Arc::new(KeySealer::new([7; 32], vec![])),
        totp: Arc::new(TotpCodes),
        qr: Arc::new(QrCodes),
    };
    let settings = Settings {
        public_url: "http://127.0.0.1:8080".to_owned(),
        product_name: "Shop".to_owned(),
        functionalities,
        first_alias: None,
    };
    let access = Access::start(ports, settings).await.unwrap();
    let (email, name) = (Email::parse(ADA).unwrap(), DisplayName::parse("Ada").unwrap());
    set_up::complete_at_console(&access, email, name, Some(Password::new(ADAS))).await.unwrap();
    let options = Options { csrf_key: [7; 32], secure_cookies: false, trusted_proxies: vec![] };
    let door = back_office(access.clone(), options).unwrap();
    Shop { access, storage, clock, door }
}

impl Shop {
    /// A browser that has no cookies yet.
    pub(crate) async fn browser(&self) -> Browser {
        let base = format!("/{}", self.access.alias().await.as_str());
        Browser { door: self.door.clone(), base, language: "en", cookies: Vec::new() }
    }

    /// The browser of somebody who is signed in.
    pub(crate) async fn signed_in(&self, email: &str, password: &str) -> Browser {
        let opened = sign_in::sign_in(&self.access, &Client::console(), email, Password::new(password), None).await;
        let token = opened.unwrap().token.expose().to_string();
        Browser { cookies: vec![("portcullis".to_owned(), token)], ..self.browser().await }
    }

    /// An active operator with a password.
    pub(crate) async fn active(&self, address: &str, password: &str) -> AccountId {
        let (email, name) = (Email::parse(address).unwrap(), DisplayName::parse("Somebody").unwrap());
        let here = Client::console();
        let link = invitation::invite(&self.access, Authority::CommandLine, &here, email, name, &[]).await.unwrap();
        let token = Token::parse(link.split_once("?token=").unwrap().1).unwrap();
        invitation::accept(&self.access, &here, &token, Password::new(password)).await.unwrap();
        self.operator(address).await.id()
    }

    /// A request of somebody who is signed in.
    pub(crate) async fn request_of(&self, email: &str, password: &str) -> Authenticated {
        let opened = sign_in::sign_in(&self.access, &Client::console(), email, Password::new(password), None).await;
        session::authenticate(&self.access, &opened.unwrap().token).await.unwrap().unwrap()
    }

    pub(crate) async fn operator(&self, address: &str) -> Operator {
        let mut view = self.storage.view().await.unwrap();
        let account = view.account_by_email(&EmailKey::of(address)).await.unwrap().unwrap();
        view.operator(account.id).await.unwrap().unwrap()
    }

    /// A role with these permissions, as an earlier installation may have left it.
    pub(crate) async fn role(&self, number: u128, name: &str, permissions: &[(FunctionalityId, Level)]) -> RoleId {
        let role = Role {
            id: RoleId(Uuid::from_u128(number)),
            name: RoleName::parse(name).unwrap(),
            description: String::new(),
            grants: Grants::Some(permissions.iter().cloned().collect()),
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

    /// Moves the clock to so many minutes after the system's.
    pub(crate) fn minutes_later(&self, minutes: i64) {
        self.clock.0.store(minutes, Ordering::SeqCst);
    }
}

impl Browser {
    /// Asks for pages in a language.
    pub(crate) fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    async fn ask(&mut self, method: Method, path: &str, body: String) -> (StatusCode, String, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri_str(format!("{}{path}", self.base))
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let response: Response = self.door.call(request).await.unwrap();
        for set in response.headers().get_all(header::SET_COOKIE) {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap()).unwrap_or_default();
        let to = to.strip_prefix(&self.base).unwrap_or(to).to_owned();
        (response.status(), to, response.into_body().into_string().await.unwrap())
    }

    pub(crate) async fn get(&mut self, path: &str) -> (StatusCode, String, String) {
        self.ask(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Method::POST, path, body).await
    }

    /// Proves the password on the page that one was led to, and says where that leads.
    pub(crate) async fn prove(&mut self, led_to: &str) -> String {
        let (_, _, page) = self.get(led_to).await;
        let (csrf, next) = (field(&page, "csrf_token"), field(&page, "next"));
        let (status, to, _) =
            self.post("/confirm", &[("csrf_token", &csrf), ("next", &next), ("password", ADAS)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        to
    }
}

/// The value of a hidden field.
pub(crate) fn field(page: &str, name: &str) -> String {
    let after = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
    after.split_once('"').unwrap().0.to_owned()
}
