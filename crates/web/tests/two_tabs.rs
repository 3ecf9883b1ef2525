//! Two tabs, a proof that has become too old, and what was typed before it: over the app's own endpoint.

#![expect(clippy::unwrap_used, reason = "what the tests share is test code too")]

use std::sync::Arc;

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use portcullis_core::{Access, Client, Ports, Settings, set_up, sign_in};
use portcullis_credentials::clock::SystemClock;
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::ports::Clock;
use portcullis_domain::secret::Password;
use portcullis_storage_memory::MemoryStorage;
use portcullis_web::{BackOffice, Options, back_office};
use std::sync::atomic::{AtomicI64, Ordering};
use time::{Duration, OffsetDateTime};

const ADA: &str = "ada@shop.example";
const ADAS: &str = "four turtles swim east";

/// The system's clock, and some minutes.
#[derive(Default)]
struct Later(AtomicI64);

impl Clock for Later {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + Duration::minutes(self.0.load(Ordering::SeqCst))
    }
}

/// Ada's browser: it keeps its cookies as browsers do.
struct Browser {
    door: BackOffice,
    base: String,
    cookies: Vec<(String, String)>,
}

async fn ada() -> (Browser, Arc<Later>) {
    let clock = Arc::new(Later::default());
    let cheap = Argon2Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };
    let ports = Ports {
        storage: Arc::new(MemoryStorage::new()),
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
        functionalities: vec![],
        first_alias: None,
    };
    let access = Access::start(ports, settings).await.unwrap();
    let (email, name) = (Email::parse(ADA).unwrap(), DisplayName::parse("Ada").unwrap());
    set_up::complete_at_console(&access, email, name, Some(Password::new(ADAS))).await.unwrap();
    let opened = sign_in::sign_in(&access, &Client::console(), ADA, Password::new(ADAS), None).await.unwrap();
    let options = Options { csrf_key: [7; 32], secure_cookies: false, trusted_proxies: vec![] };
    let base = format!("/{}", access.alias().await.as_str());
    let door = back_office(access, options).unwrap();
    let cookies = vec![("portcullis".to_owned(), opened.token.expose().to_string())];
    (Browser { door, base, cookies }, clock)
}

impl Browser {
    async fn ask(&mut self, method: Method, path: &str, body: String) -> (StatusCode, String, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri_str(format!("{}{path}", self.base))
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
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

    async fn get(&mut self, path: &str) -> (StatusCode, String, String) {
        self.ask(Method::GET, path, String::new()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Method::POST, path, body).await
    }

    /// Proves the password on the page that one was led to, and says where that leads.
    async fn prove(&mut self, led_to: &str) -> String {
        let (_, _, page) = self.get(led_to).await;
        let (csrf, next) = (field(&page, "csrf_token"), field(&page, "next"));
        let (status, to, _) =
            self.post("/confirm", &[("csrf_token", &csrf), ("next", &next), ("password", ADAS)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        to
    }
}

/// The value of a hidden field.
fn field(page: &str, name: &str) -> String {
    let after = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_proof_in_one_tab_leaves_the_forms_of_the_other_good() {
    let (mut ada, clock) = ada().await;
    let (_, _, tab) = ada.get("/account").await;
    clock.0.store(11, Ordering::SeqCst);
    let (status, led_to, _) = ada.get("/account/two-factor").await;
    assert!(status == StatusCode::SEE_OTHER && led_to.starts_with("/confirm?next="), "{led_to}");
    assert_eq!(ada.prove(&led_to).await, "/account/two-factor");
    let csrf = field(&tab, "csrf_token");
    let (status, ..) = ada.post("/account", &[("csrf_token", &csrf), ("name", "Ada B"), ("locale", "en")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    // Not after one signed out, though: and it is said in words.
    ada.post("/logout", &[("csrf_token", &csrf)]).await;
    let (status, _, page) = ada.post("/account", &[("csrf_token", &csrf), ("name", "Ada C"), ("locale", "en")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("This page is out of date") && page.contains("nothing was changed"), "{page}");
}

#[tokio::test]
async fn what_was_typed_comes_back_after_a_proof_and_what_cannot_be_kept_is_told() {
    let (mut ada, clock) = ada().await;
    let (_, _, page) = ada.get("/roles").await;
    let csrf = field(&page, "csrf_token");
    clock.0.store(11, Ordering::SeqCst);
    let typed = [("csrf_token", &*csrf), ("name", "Night shift"), ("description", "Those who stay")];
    let (_, led_to, _) = ada.post("/roles", &typed).await;
    assert!(ada.get(&led_to).await.2.contains("What you typed is kept."));
    let back = ada.prove(&led_to).await;
    let (_, _, page) = ada.get(&back).await;
    assert!(page.contains("Night shift") && page.contains("Those who stay"), "{page}");
    assert!(!ada.get(&back).await.2.contains("Night shift"), "once");

    clock.0.store(22, Ordering::SeqCst);
    let long = "x".repeat(4_000);
    let (_, led_to, _) = ada.post("/roles", &[("csrf_token", &csrf), ("name", "N"), ("description", &long)]).await;
    let (_, _, page) = ada.get(&led_to).await;
    assert!(page.contains("too long to be kept") && !page.contains("What you typed is kept."), "{page}");
}

#[tokio::test]
async fn the_key_that_was_scanned_stays_the_same_when_the_proof_became_too_old_meanwhile() {
    let (mut ada, clock) = ada().await;
    let (_, _, page) = ada.get("/account/two-factor").await;
    let key = page.split_once("id=\"key\">").unwrap().1.split_once('<').unwrap().0.to_owned();
    let (csrf, sealed) = (field(&page, "csrf_token"), field(&page, "enrolment"));
    clock.0.store(11, Ordering::SeqCst);
    let typed = [("csrf_token", &*csrf), ("enrolment", &*sealed), ("code", "123456")];
    let (_, led_to, _) = ada.post("/account/two-factor/add", &typed).await;
    assert!(led_to.starts_with("/confirm?next="), "{led_to}");
    let back = ada.prove(&led_to).await;
    assert!(ada.get(&back).await.2.contains(&key), "another key");
}
