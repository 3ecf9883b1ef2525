//! Who reaches which route: every route of the table, for everybody that there is. A route that does not stand here fails.

#![expect(clippy::unwrap_used, reason = "what the tests share is test code too")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use portcullis_core::{Access, Ports, Settings, session};
use portcullis_credentials::clock::SystemClock;
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::role::{Grants, Level, Role, RoleId, RoleName};
use portcullis_domain::secret::Token;
use portcullis_domain::session::{Session, SessionId, Stage};
use portcullis_storage_memory::MemoryStorage;
use portcullis_web::routes::{self, Reach};
use portcullis_web::{BackOffice, Options, back_office, csrf};
use time::Duration;
use uuid::Uuid;

#[path = "route_matrix/denials.rs"]
mod denials;
#[path = "route_matrix/every_answer.rs"]
mod every_answer;

const CSRF_KEY: [u8; 32] = [7; 32];

/// Who may reach a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Everybody,
    /// Those who may choose a password: signed in, or a new one due, or with the cookie of a link; the handler asks for
    /// that.
    SessionOrLink,
    /// Those whose second step is due, and nobody else.
    SecondStep,
    /// Those who must choose a new password, and nobody else.
    NewPassword,
    /// Those who must enrol, and those who are signed in.
    Enrolment,
    SignedIn,
    View(BuiltIn),
    Manage(BuiltIn),
}

/// Every route, who may reach it, and whether it asks for a recent proof. A new route is written down here too, by
/// somebody who thought about who may reach it.
const EXPECTED: &[(&str, &str, For, bool)] = &[
    ("GET", "", For::SignedIn, false),
    ("GET", "/login", For::Everybody, false),
    ("POST", "/login", For::Everybody, false),
    ("GET", "/login/code", For::SecondStep, false),
    ("POST", "/login/code", For::SecondStep, false),
    ("GET", "/login/recovery", For::SecondStep, false),
    ("POST", "/login/recovery", For::SecondStep, false),
    ("POST", "/logout", For::Everybody, false),
    ("GET", "/password/forgot", For::Everybody, false),
    ("POST", "/password/forgot", For::Everybody, false),
    ("GET", "/password/reset", For::Everybody, false),
    ("POST", "/password/reset", For::Everybody, false),
    ("GET", "/invitation", For::Everybody, false),
    ("POST", "/invitation", For::Everybody, false),
    ("GET", "/setup", For::Everybody, false),
    ("POST", "/setup", For::Everybody, false),
    ("GET", "/password/new", For::NewPassword, false),
    ("POST", "/password/new", For::NewPassword, false),
    ("POST", "/password/strength", For::SessionOrLink, false),
    ("GET", "/account", For::SignedIn, false),
    ("POST", "/account", For::SignedIn, false),
    ("GET", "/account/password", For::SignedIn, false),
    ("POST", "/account/password", For::SignedIn, false),
    ("GET", "/account/two-factor", For::Enrolment, false),
    ("POST", "/account/two-factor/add", For::Enrolment, true),
    ("POST", "/account/two-factor/remove", For::SignedIn, true),
    ("GET", "/account/recovery-codes", For::SignedIn, false),
    ("POST", "/account/recovery-codes", For::SignedIn, true),
    ("GET", "/account/sessions", For::SignedIn, false),
    ("POST", "/account/sessions/{id}/end", For::SignedIn, true),
    ("POST", "/account/sessions/end-others", For::SignedIn, true),
    ("GET", "/confirm", For::Enrolment, false),
    ("POST", "/confirm", For::Enrolment, false),
    ("GET", "/operators", For::View(BuiltIn::Operators), false),
    ("POST", "/operators", For::Manage(BuiltIn::Operators), true),
    ("GET", "/parameters", For::View(BuiltIn::Parameters), false),
    ("POST", "/parameters", For::Manage(BuiltIn::Parameters), true),
    ("GET", "/parameters/{id}", For::View(BuiltIn::Parameters), false),
    ("POST", "/parameters/{id}/restore", For::Manage(BuiltIn::Parameters), true),
    ("GET", "/audit", For::View(BuiltIn::Audit), false),
    ("GET", "/audit/export", For::View(BuiltIn::Audit), false),
    ("GET", "/mail", For::View(BuiltIn::Mail), false),
    ("POST", "/mail/{id}/retry", For::Manage(BuiltIn::Mail), false),
    ("POST", "/mail/test", For::Manage(BuiltIn::Mail), false),
    ("GET", "/operators/{id}", For::View(BuiltIn::Operators), false),
    ("POST", "/operators/{id}/roles", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/suspend", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/reinstate", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/resend-invitation", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/revoke-invitation", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/invitation-link", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/send-reset", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/remove-two-factor", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/end-sessions", For::Manage(BuiltIn::Operators), true),
    ("POST", "/operators/{id}/delete", For::Manage(BuiltIn::Operators), true),
    ("GET", "/roles", For::View(BuiltIn::Roles), false),
    ("POST", "/roles", For::Manage(BuiltIn::Roles), true),
    ("GET", "/roles/{id}", For::View(BuiltIn::Roles), false),
    ("POST", "/roles/{id}", For::Manage(BuiltIn::Roles), true),
    ("POST", "/roles/{id}/delete", For::Manage(BuiltIn::Roles), true),
    ("POST", "/roles/{id}/duplicate", For::Manage(BuiltIn::Roles), true),
    ("GET", "/assets/{id}", For::Everybody, false),
];

fn reach(expected: For) -> Reach {
    match expected {
        For::Everybody | For::SessionOrLink => Reach::Anybody,
        For::SecondStep => Reach::At(&[Stage::SecondStepDue]),
        For::NewPassword => Reach::At(&[Stage::NewPasswordDue]),
        For::Enrolment => Reach::At(&[Stage::SignedIn, Stage::EnrolmentDue]),
        For::SignedIn => Reach::SignedIn,
        For::View(functionality) => Reach::Permitted(functionality, Level::View),
        For::Manage(functionality) => Reach::Permitted(functionality, Level::Manage),
    }
}

#[test]
fn every_route_stands_in_the_matrix_as_it_is() {
    let real: BTreeMap<(String, &str), (String, bool)> = routes::all()
        .iter()
        .map(|route| ((route.method.to_string(), route.path), (format!("{:?}", route.reach), route.dangerous)))
        .collect();
    let expected: BTreeMap<(String, &str), (String, bool)> = EXPECTED
        .iter()
        .map(|(method, path, who, dangerous)| {
            (((*method).to_owned(), *path), (format!("{:?}", reach(*who)), *dangerous))
        })
        .collect();
    assert_eq!(real.len(), routes::all().len(), "a route stands twice in the table");
    for (route, guard) in &real {
        assert_eq!(expected.get(route), Some(guard), "{route:?} is not expected, or not like this");
    }
    let gone: BTreeSet<_> = expected.keys().filter(|route| !real.contains_key(route)).collect();
    assert!(gone.is_empty(), "expected and not there: {gone:?}");
}

#[test]
fn whatever_changes_operators_roles_or_parameters_asks_for_a_recent_proof() {
    for (method, path, who, dangerous) in EXPECTED {
        if let For::Manage(BuiltIn::Operators | BuiltIn::Roles | BuiltIn::Parameters) = who {
            assert!(*dangerous && *method == "POST", "{method} {path}");
        }
    }
}

/// Somebody at the door.
struct Persona {
    name: String,
    /// Whose session the cookie is; none for a cookie that no session belongs to.
    account: Option<AccountId>,
    stage: Stage,
    /// Whether a session of this account lets in at all.
    operator: bool,
    grants: Grants,
}

struct House {
    storage: MemoryStorage,
    door: BackOffice,
    base: String,
    access: Access,
}

impl House {
    async fn new() -> Self {
        Self::at("http://127.0.0.1:8080").await
    }

    async fn at(public_url: &str) -> Self {
        let storage = MemoryStorage::new();
        let cheap = Argon2Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };
        let ports = Ports {
            storage: Arc::new(storage.clone()),
            clock: Arc::new(SystemClock),
            secrets: Arc::new(OsSecrets),
            hasher: Arc::new(Argon2Hasher::start(cheap, 1, 64).unwrap()),
            estimator: Arc::new(ZxcvbnEstimator),
            sealer: Arc::new(KeySealer::new([7; 32], vec![])),
            totp: Arc::new(TotpCodes),
            qr: Arc::new(QrCodes),
        };
        let settings = Settings {
            public_url: public_url.to_owned(),
            product_name: "Shop".to_owned(),
            functionalities: vec![],
            first_alias: None,
        };
        let access = Access::start(ports, settings).await.unwrap();
        let options =
            Options { csrf_key: CSRF_KEY, secure_cookies: public_url.starts_with("https"), trusted_proxies: vec![] };
        let base = format!("/{}", access.alias().await.as_str());
        Self { storage, door: back_office(access.clone(), options).unwrap(), base, access }
    }

    async fn account(&self, number: u128, kind: AccountKind, grants: &Grants) -> AccountId {
        let id = AccountId(Uuid::from_u128(number));
        let account = Account {
            id,
            kind,
            email: Email::parse(&format!("n{number}@shop.example")).unwrap(),
            name: DisplayName::parse("Somebody").unwrap(),
            language: Language::En,
            status: AccountStatus::Active,
            password: None,
            password_set_at: None,
            password_change_due: false,
            created_at: self.access.now(),
        };
        let mut unit = self.storage.begin().await.unwrap();
        unit.insert_account(&account).await.unwrap();
        let role = match grants {
            Grants::Everything => RoleId::SUPER_ADMINISTRATOR,
            some @ Grants::Some(_) => {
                let (id, name) = (RoleId(Uuid::from_u128(number)), RoleName::parse(&format!("Role {number}")).unwrap());
                let (description, grants) = (String::new(), some.clone());
                unit.insert_role(&Role { id, name, description, grants, version: 1 }).await.unwrap();
                id
            }
        };
        unit.set_roles(id, &[role]).await.unwrap();
        unit.commit().await.unwrap();
        id
    }

    /// A fresh cookie, with a session when the persona has one.
    async fn cookie(&self, persona: &Persona, proven_before: Duration) -> Token {
        let cookie = Token::from_bytes(self.access.ports().secrets.bytes32());
        let Some(account) = persona.account else { return cookie };
        let now = self.access.now();
        let mut unit = self.storage.begin().await.unwrap();
        let session = Session {
            id: SessionId(Uuid::from_slice(cookie.digest().as_bytes().first_chunk::<16>().unwrap()).unwrap()),
            digest: cookie.digest(),
            account,
            stage: persona.stage,
            created_at: now - Duration::HOUR,
            last_seen_at: now,
            proven_at: now - proven_before,
            address: "203.0.113.7".to_owned(),
            device: "Browser".to_owned(),
        };
        unit.insert_session(&session).await.unwrap();
        unit.commit().await.unwrap();
        cookie
    }

    /// The CSRF token of the pages that are shown under this cookie.
    async fn token_of_forms(&self, cookie: &Token) -> String {
        let who = session::authenticate(&self.access, cookie).await.unwrap();
        csrf::token(&CSRF_KEY, cookie, who.as_ref().map(|who| &who.session))
    }

    async fn knock(&self, method: &str, path: &str, cookie: &Token, csrf_token: &str) -> Response {
        let path = path.replace("{id}", "018f0000-0000-7000-8000-000000000000");
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("csrf_token", csrf_token).finish();
        let request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri_str(format!("{}{path}", self.base))
            .header(header::COOKIE, format!("portcullis={}", cookie.expose().as_str()))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.door.call(if method == "POST" { request.body(body) } else { request.finish() }).await.unwrap()
    }
}

async fn personas(house: &House) -> Vec<Persona> {
    let all = |level| Grants::Some(BuiltIn::ALL.iter().map(|functionality| (functionality.id(), level)).collect());
    let one = |functionality: BuiltIn, level| Grants::Some([(functionality.id(), level)].into());
    let mut signed_in = vec![
        ("an operator without permissions".to_owned(), Grants::default()),
        ("one who views everything".to_owned(), all(Level::View)),
        ("one who manages everything".to_owned(), all(Level::Manage)),
        ("a super-administrator".to_owned(), Grants::Everything),
    ];
    for functionality in BuiltIn::ALL {
        for level in [Level::View, Level::Manage] {
            let name = format!("one who has {} of {} alone", level.as_str(), functionality.as_str());
            signed_in.push((name, one(functionality, level)));
        }
    }
    let outside = |name: &str, account| Persona {
        name: name.to_owned(),
        account,
        stage: Stage::SignedIn,
        operator: false,
        grants: Grants::Everything,
    };
    // A vendor and a customer to whom storage, by mistake or by force, gave a session and the strongest role.
    let vendor = house.account(2, AccountKind::Vendor, &Grants::Everything).await;
    let customer = house.account(3, AccountKind::Customer, &Grants::Everything).await;
    let mut personas = vec![
        outside("nobody", None),
        outside("a vendor with a forged session", Some(vendor)),
        outside("a customer with a forged session", Some(customer)),
    ];
    for (number, (name, grants)) in (100..).zip(signed_in) {
        let account = Some(house.account(number, AccountKind::Operator, &grants).await);
        personas.push(Persona { name, account, stage: Stage::SignedIn, operator: true, grants });
    }
    for (number, stage) in (200..).zip([Stage::SecondStepDue, Stage::NewPasswordDue, Stage::EnrolmentDue]) {
        let account = Some(house.account(number, AccountKind::Operator, &Grants::Everything).await);
        let name = format!("a super-administrator at the stage {}", stage.as_str());
        personas.push(Persona { name, account, stage, operator: true, grants: Grants::Everything });
    }
    personas
}

/// What the gate says.
#[derive(Debug, PartialEq, Eq)]
enum Gate {
    Reached,
    SignInFirst,
    StepDue(&'static str),
    Forbidden,
}

fn expected(who: For, persona: &Persona) -> Gate {
    let stage = persona.stage;
    let at = match who {
        For::Everybody => return Gate::Reached,
        For::SessionOrLink if persona.operator && matches!(stage, Stage::SignedIn | Stage::NewPasswordDue) => {
            return Gate::Reached;
        }
        For::SessionOrLink => return Gate::Forbidden,
        For::SecondStep => stage == Stage::SecondStepDue,
        For::NewPassword => stage == Stage::NewPasswordDue,
        For::Enrolment => matches!(stage, Stage::SignedIn | Stage::EnrolmentDue),
        For::SignedIn | For::View(_) | For::Manage(_) => stage == Stage::SignedIn,
    };
    if !persona.operator {
        return Gate::SignInFirst;
    }
    if !at {
        return Gate::StepDue(match stage {
            Stage::SecondStepDue => "/login/code",
            Stage::NewPasswordDue => "/password/new",
            Stage::EnrolmentDue => "/account/two-factor",
            Stage::SignedIn => "",
        });
    }
    let permitted = match who {
        For::View(functionality) => persona.grants.allow(&functionality.id(), Level::View),
        For::Manage(functionality) => persona.grants.allow(&functionality.id(), Level::Manage),
        _ => true,
    };
    if permitted { Gate::Reached } else { Gate::Forbidden }
}

fn leads_to(response: &Response) -> &str {
    response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn everybody_reaches_what_is_theirs_and_nothing_else() {
    let house = House::new().await;
    let personas = personas(&house).await;
    let mut tried = 0;
    for (method, path, who, _) in EXPECTED {
        for persona in &personas {
            let cookie = house.cookie(persona, Duration::ZERO).await;
            let response = house.knock(method, path, &cookie, &house.token_of_forms(&cookie).await).await;
            let (status, location) = (response.status(), leads_to(&response));
            let case = format!("{method} {path} for {}: {status} {location}", persona.name);
            let to = |page: &str| status == StatusCode::SEE_OTHER && location == format!("{}{page}", house.base);
            let led_to_sign_in = status == StatusCode::SEE_OTHER
                && (location.starts_with(&format!("{}/login?next=", house.base)) || (path.is_empty() && to("/login")));
            match expected(*who, persona) {
                Gate::SignInFirst => assert!(led_to_sign_in, "{case}"),
                Gate::StepDue(page) => assert!(to(page), "{case}"),
                Gate::Forbidden => assert_eq!(status, StatusCode::FORBIDDEN, "{case}"),
                Gate::Reached => {
                    assert!(status != StatusCode::FORBIDDEN && !led_to_sign_in && !status.is_server_error(), "{case}");
                }
            }
            tried += 1;
        }
    }
    assert_eq!(tried, EXPECTED.len() * personas.len());
}

#[tokio::test]
async fn what_is_dangerous_asks_first_and_every_form_needs_its_token() {
    let house = House::new().await;
    let account = Some(house.account(100, AccountKind::Operator, &Grants::Everything).await);
    let (stage, grants) = (Stage::SignedIn, Grants::Everything);
    let ada = Persona { name: "a super-administrator".to_owned(), account, stage, operator: true, grants };
    for (method, path, who, dangerous) in EXPECTED.iter().filter(|(method, ..)| *method == "POST") {
        let cookie = house.cookie(&ada, Duration::minutes(50)).await;
        for wrong in ["", "AAAA", &csrf::token(&[8; 32], &cookie, None)] {
            let response = house.knock(method, path, &cookie, wrong).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {path} without its token");
        }
        if expected(*who, &ada) != Gate::Reached {
            continue;
        }
        let response = house.knock(method, path, &cookie, &house.token_of_forms(&cookie).await).await;
        let asked = leads_to(&response).starts_with(&format!("{}/confirm?next=", house.base));
        assert_eq!(asked, *dangerous, "{method} {path}: {} {}", response.status(), leads_to(&response));
    }
}
