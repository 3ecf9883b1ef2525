//! The machine's clock is set forth and back by a minute and a half while the product runs: what was spent or has expired
//! stays so, and no limit begins anew.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use portcullis_credentials::clock::SystemClock;
use portcullis_domain::ports::Clock;
use portcullis_tests::{Browser, Product, free_port};

use crate::stage::{PROXIES, ada, colleague, is_limited, post, set_up, sign_in, until, use_up};
use crate::{ADA, PASSWORD};

/// How far the clock is set, in seconds.
const JUMP: i64 = 90;

/// The library that stands between a program and the clock.
pub(crate) fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.map_while(Result::ok);
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists())
}

/// A product, and the clock that it goes by.
struct Stage {
    product: Product,
    folder: Arc<tempfile::TempDir>,
    /// How far its clock is from ours, in seconds.
    ahead: i64,
}

impl Stage {
    async fn set() -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let clock = folder.path().join("clock");
        std::fs::write(&clock, "+0").expect("a clock");
        let library = library().expect("faketime");
        let settings = [
            PROXIES,
            ("LD_PRELOAD", library.to_str().expect("a path")),
            ("FAKETIME_TIMESTAMP_FILE", clock.to_str().expect("a path")),
            ("FAKETIME_NO_CACHE", "1"),
            // Waiting takes as long as it takes: only what time it is changes.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        let product = Product::start_in(Arc::clone(&folder), free_port(), &settings);
        set_up(&product).await;
        Self { product, folder, ahead: 0 }
    }

    fn back_office(&self) -> &str {
        &self.product.back_office
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.product.back_office)
    }

    /// Sets the clock, in one piece.
    fn turn(&mut self, ahead: i64) {
        self.ahead = ahead;
        let (part, whole) = (self.folder.path().join("clock.part"), self.folder.path().join("clock"));
        std::fs::write(&part, format!("{ahead:+}")).expect("a clock");
        std::fs::rename(part, whole).expect("a clock");
    }

    /// What a phone shows whose clock is as far ahead.
    fn code(key: &str, ahead: i64) -> String {
        let now = SystemClock.now().unix_timestamp() + ahead;
        let made = Command::new("oathtool").args(["--totp", "--base32", "-N", &format!("@{now}"), key]).output();
        String::from_utf8(made.expect("oathtool runs").stdout).expect("a code").trim().to_owned()
    }

    /// Adds a second factor, and gives its key.
    async fn protect(&self, browser: &Browser) -> String {
        let shown = browser.get(&self.at("/account/two-factor")).await;
        let key: String = shown.find("#key", None).expect("a key").split_whitespace().collect();
        let enrolment = shown.find("input[name=enrolment]", Some("value")).expect("an enrolment");
        let (csrf_token, code) = (shown.csrf_token(), Self::code(&key, self.ahead));
        let fields = [("csrf_token", &*csrf_token), ("enrolment", &*enrolment), ("code", &*code)];
        let added = browser.post_raw(&self.at("/account/two-factor/add"), &fields).await;
        assert!(matches!(added.status, 200 | 303), "{}", added.body);
        key
    }

    /// Whether Ada gets in with a code, from an address that nobody came from yet.
    async fn gets_in(&self, address: &str, code: &str) -> bool {
        let browser = Browser::from_address(address);
        let first = sign_in(&browser, self.back_office(), ADA, PASSWORD).await;
        assert!(first.location.ends_with("/login/code"), "{} {}", first.status, first.body);
        match post(&browser, self.back_office(), "/login/code", "/login/code", &[("code", code)]).await.status {
            303 => true,
            422 => false,
            other => panic!("{other}"),
        }
    }

    async fn is_signed_in(&self, browser: &Browser) -> bool {
        browser.request("GET", self.back_office()).await.status == 200
    }

    /// Whether a link in a mail leads to a form.
    async fn opens(&self, link: &str) -> bool {
        Browser::default().get(link).await.find("input[type=password]", None).is_some()
    }
}

/// A step of one-time codes is spent for good, whatever the clock says afterwards.
pub(crate) async fn no_code_is_good_twice() {
    let mut stage = Stage::set().await;
    let owner = ada(stage.back_office(), "10.9.0.1").await;
    // The code that adds it is from before: its step is spent.
    stage.turn(-JUMP);
    let key = stage.protect(&owner).await;
    stage.turn(JUMP);
    assert!(stage.is_signed_in(&owner).await);
    stage.turn(0);
    assert!(stage.gets_in("10.9.0.4", &Stage::code(&key, 0)).await, "a right code is right while time stands still");
    stage.turn(JUMP);
    let spent = Stage::code(&key, JUMP);
    assert!(stage.gets_in("10.9.0.2", &spent).await);
    for (n, ahead) in [0, -JUMP, 0, JUMP].into_iter().enumerate() {
        stage.turn(ahead);
        assert!(!stage.gets_in(&format!("10.9.1.{n}"), &spent).await, "a code was good twice, {ahead} s ahead");
    }
    stage.turn(2 * JUMP);
    assert!(stage.gets_in("10.9.0.3", &Stage::code(&key, 2 * JUMP)).await, "a later code is good");
}

/// What an address used up stays so.
pub(crate) async fn no_limit_begins_anew() {
    let mut stage = Stage::set().await;
    use_up(stage.back_office(), "10.9.0.1").await;
    for ahead in [JUMP, 0, -JUMP, 0, JUMP] {
        stage.turn(ahead);
        assert!(is_limited(stage.back_office(), "10.9.0.1").await, "{ahead} s ahead");
    }
}

/// What has expired stays so when the clock is set back to before its end.
pub(crate) async fn nothing_comes_back_to_life() {
    let mut stage = Stage::set().await;
    let owner = ada(stage.back_office(), "10.9.0.1").await;
    let bea = colleague(&stage.product, &owner, "bea@shop.example").await;
    // Both last for half an hour.
    let forgot = [("email", bea.as_str())];
    let asked = Browser::from_address("10.9.0.2");
    assert_eq!(post(&asked, stage.back_office(), "/password/forgot", "/password/forgot", &forgot).await.status, 303);
    let link = stage.product.mailed_link(&bea, "password/reset");
    assert!(stage.opens(&link).await && stage.is_signed_in(&owner).await);
    let over = 30 * 60 + JUMP / 2;
    stage.turn(over);
    assert!(!stage.opens(&link).await && !stage.is_signed_in(&owner).await, "both have expired");
    stage.turn(over - JUMP);
    // Long enough for whatever looks at the clock now and then.
    until("the product works", Duration::from_secs(5), async || {
        Browser::default().get(&stage.at("/login")).await.status == 200
    })
    .await;
    assert!(!stage.is_signed_in(&owner).await, "a session came back to life");
    assert!(!stage.opens(&link).await, "a link came back to life");
}
