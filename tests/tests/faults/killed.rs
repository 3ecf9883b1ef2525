//! kill -9 at a random moment of a running mix of set-up, invitation, enrolment, reset and sign-in: nothing is half-done,
//! nothing that was answered is lost, and nothing needs repair.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_tests::postgres::FreshDatabase;
use portcullis_tests::{Browser, Product};

use crate::mix::{Acknowledged, Life};
use crate::stage::PROXIES;
use crate::{ADA, PASSWORD, invariants};

/// How often the product is killed before the next one begins in a fresh folder, with its set-up.
const LIVES: u32 = 5;

/// The numbers of one run, the same for the same seed (splitmix64).
struct Chance(u64);

impl Chance {
    /// `PORTCULLIS_TEST_SEED`, or another one each time; told, so that a failure can be run again.
    fn of_this_run() -> Self {
        let given = std::env::var("PORTCULLIS_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        println!("PORTCULLIS_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Starts, is killed and is looked at `LIVES` times, in one folder and on one database.
async fn lives(chance: &mut Chance, database: Option<&FreshDatabase>, reached: &mut Acknowledged) {
    let url = database.map(FreshDatabase::url);
    // A try that was killed stays counted, and must not end the next mix.
    let mut settings = vec![PROXIES];
    if let Some(url) = &url {
        settings.push(("PORTCULLIS_DATABASE_URL", url));
    }
    let mut product = Product::start(&settings);
    let file = product.folder.path().join("portcullis-data/portcullis.db");
    let url = url.clone().unwrap_or_else(|| format!("sqlite://{}", file.display()));
    for number in 0..LIVES {
        let done = Arc::new(Mutex::new(Acknowledged::default()));
        let mut mix = tokio::spawn(Life::of(&product, number, Arc::clone(&done)).goes_on());
        // The first life's set-up takes its time; what comes later takes longer.
        let moment = Duration::from_millis(20 + chance.below(if number == 0 { 700 } else { 1_700 }));
        tokio::time::sleep(moment).await;
        product.kill();
        // What was answered before the kill may be on its way to the people still.
        if tokio::time::timeout(Duration::from_millis(100), &mut mix).await.is_err() {
            // Who waits for a mail would find it in the next life, and go on there unseen.
            mix.abort();
            drop(mix.await);
        }
        let when = format!("life {number}, killed after {moment:?}");
        invariants::hold(&url, &when).await;
        product.restart(&settings);
        invariants::hold(&url, &format!("{when}, started again")).await;
        let verified = product.run_with(&settings, &["audit", "verify"]);
        assert!(verified.status.success(), "{when}: {verified:?}");
        let done = std::mem::take(&mut *done.lock().expect("not poisoned"));
        is_kept(&product, &done, &when).await;
        reached.set_up |= done.set_up;
        reached.invited.extend(done.invited);
        reached.passwords.extend(done.passwords);
        reached.enrolled.extend(done.enrolled);
    }
}

/// What was answered as done is so.
async fn is_kept(product: &Product, done: &Acknowledged, when: &str) {
    let login = format!("{}/login", product.back_office);
    let sign_in = async |email: &str, password: &str| {
        let browser = Browser::from_address("10.0.1.1");
        let answer = browser.post(&login, &login, &[("email", email), ("password", password)]).await;
        (answer.status, answer.location, browser)
    };
    if done.set_up {
        assert!(product.set_up_link.is_empty(), "{when}: set-up was done");
    }
    if !product.set_up_link.is_empty() {
        return;
    }
    let (status, _, ada) = sign_in(ADA, PASSWORD).await;
    assert_eq!(status, 303, "{when}: the first operator gets in");
    let listed = ada.get(&format!("{}/operators", product.back_office)).await.body;
    for email in &done.invited {
        assert!(listed.contains(email), "{when}: {email} was invited");
    }
    for (email, password) in &done.passwords {
        let (status, location, _) = sign_in(email, password).await;
        assert_eq!(status, 303, "{when}: {email} has this password");
        if done.enrolled.contains(email) {
            assert!(
                location.ends_with("/login/code"),
                "{when}: {email} has a second factor, and it leads to {location}"
            );
        }
    }
}

/// A mix that never got anywhere would show nothing.
fn got_somewhere(reached: &Acknowledged) {
    println!(
        "answered as done: {} invitations, {} passwords, {} second factors",
        reached.invited.len(),
        reached.passwords.len(),
        reached.enrolled.len()
    );
    assert!(reached.set_up && !reached.invited.is_empty() && !reached.passwords.is_empty());
}

/// Fifty kills.
pub(crate) async fn on_sqlite() {
    let (mut chance, mut reached) = (Chance::of_this_run(), Acknowledged::default());
    for _ in 0..10 {
        lives(&mut chance, None, &mut reached).await;
    }
    got_somewhere(&reached);
}

/// Twenty kills.
pub(crate) async fn on_postgresql(server: &str) {
    let (mut chance, mut reached) = (Chance::of_this_run(), Acknowledged::default());
    for _ in 0..4 {
        let database = FreshDatabase::on(server).await;
        lives(&mut chance, Some(&database), &mut reached).await;
    }
    got_somewhere(&reached);
}
