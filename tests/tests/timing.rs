//! Nobody learns from the time of an answer who has an account (ASVS 6.3.8).
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "time is what is measured here, with the real clock and the real binary"
)]

use std::time::{Duration, Instant};

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::instant::from_micros;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::PasswordHash;
use portcullis_storage_seaorm::SeaOrmStorage;
use portcullis_tests::{Browser, Product};
use uuid::Uuid;

const ADA: &str = "ada@shop.example";
const PAIRS: u32 = 200;
/// A machine that does other things at the same time shifts a median now and then; a leak shifts that of all rounds together.
const ROUNDS: u32 = 4;

async fn with_ada() -> Product {
    // Every try comes from an address of its own, so that no limit gets between.
    let product = Product::start(&[("PORTCULLIS_TRUSTED_PROXIES", "[\"127.0.0.0/8\"]")]);
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", "violet kettle orbit lantern")];
    let made = Browser::default().post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    product
}

fn median(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

/// How long answers took, for known and for unknown addresses.
#[derive(Default)]
struct Taken {
    known: Vec<Duration>,
    unknown: Vec<Duration>,
}

impl Taken {
    /// Adds interleaved pairs whose order turns.
    async fn add(&mut self, page: &str, round: u32, known: impl Fn(u32) -> String, password: Option<&str>) {
        let browser = Browser::default();
        let csrf_token = browser.get(page).await.csrf_token();
        for pair in 0..PAIRS {
            for turn in [pair % 2, 1 - pair % 2] {
                let number = round * PAIRS + pair;
                let email = if turn == 0 { known(number) } else { format!("u{number:05}@shop.example") };
                let address = format!("10.{turn}.{}.{}", number / 250, number % 250 + 1);
                let mut fields = vec![("csrf_token", csrf_token.as_str()), ("email", email.as_str())];
                fields.extend(password.map(|password| ("password", password)));
                let begun = Instant::now();
                let answer = browser.post_from(&address, page, &fields).await;
                let taken = begun.elapsed();
                assert!(matches!(answer.status, 303 | 422), "{}", answer.status);
                if turn == 0 { self.known.push(taken) } else { self.unknown.push(taken) }
            }
        }
    }

    /// The ratio of the medians.
    fn ratio(&self) -> f64 {
        median(&self.known) / median(&self.unknown)
    }
}

/// A round may be shifted by what else the machine does; then more rounds are added to it, and all of them count together.
async fn holds(what: &str, page: &str, known: impl Fn(u32) -> String + Copy, password: Option<&str>) {
    let (mut taken, mut seen) = (Taken::default(), Vec::new());
    for round in 0..ROUNDS {
        taken.add(page, round, known, password).await;
        seen.push(taken.ratio());
        if (taken.ratio() - 1.0).abs() < 0.05 {
            println!("{what}: known takes {seen:?} times as long as unknown, round by round");
            return;
        }
    }
    panic!("{what}: known takes {seen:?} times as long as unknown, round by round");
}

/// Writes operators into the running product's database.
async fn add_operators(product: &Product, count: u32) {
    let file = product.folder.path().join("portcullis-data/portcullis.db");
    let storage = SeaOrmStorage::connect(&format!("sqlite://{}", file.display())).await.expect("the database");
    let mut unit = storage.begin().await.expect("a unit of work");
    for number in 0..count {
        let account = Account {
            id: AccountId(Uuid::from_u128(u128::from(number) + 1)),
            kind: AccountKind::Operator,
            email: Email::parse(&format!("k{number:05}@shop.example")).expect("an address"),
            name: DisplayName::parse("Kay").expect("a name"),
            language: Language::En,
            status: AccountStatus::Active,
            password: Some(PasswordHash::new("$argon2id$none")),
            password_set_at: Some(from_micros(0)),
            password_change_due: false,
            created_at: from_micros(0),
        };
        unit.insert_account(&account).await.expect("an account");
    }
    unit.commit().await.expect("a commit");
}

#[tokio::test]
async fn a_sign_in_takes_as_long_for_known_as_for_unknown_addresses() {
    let product = with_ada().await;
    holds("sign-in", &format!("{}/login", product.back_office), |_| ADA.to_owned(), Some("wrong wrong wrong wrong"))
        .await;
}

#[tokio::test]
async fn forgot_takes_as_long_for_known_as_for_unknown_addresses() {
    // A known address may ask three times an hour: each pair takes another operator.
    let product = with_ada().await;
    add_operators(&product, ROUNDS * PAIRS).await;
    let page = format!("{}/password/forgot", product.back_office);
    holds("forgot", &page, |number| format!("k{number:05}@shop.example"), None).await;
}
