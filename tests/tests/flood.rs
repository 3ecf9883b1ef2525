//! A flood of guesses from many addresses: whoever finds no place is told so, memory stays bounded, and those who are signed in
//! go on (ASVS 15.2.2).
#![expect(clippy::expect_used, reason = "a test that cannot read what a process holds has failed")]

use portcullis_tests::{Browser, Product};
use tokio::task::JoinSet;

const ADA: &str = "ada@shop.example";
const PASSWORD: &str = "violet kettle orbit lantern";

/// Guesses at once: more than ten times what the threads and the queue below hold.
const GUESSES: u32 = 240;

/// What a hash may take at once, in KiB, with the settings below.
const HASHING_KIB: u64 = 2 * 65_536;

/// The most memory that the product ever held, in KiB.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("its state");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn a_flood_of_guesses_is_bounded_and_keeps_nobody_from_working() {
    let product = Product::start(&[
        ("PORTCULLIS_TRUSTED_PROXIES", "127.0.0.0/8"),
        ("PORTCULLIS_ARGON2__MEMORY_KIB", "65536"),
        ("PORTCULLIS_HASHING_THREADS", "2"),
        ("PORTCULLIS_HASHING_QUEUE", "16"),
    ]);
    let at = |path: &str| format!("{}{path}", product.back_office);
    let fields = [("email", ADA), ("name", "Ada"), ("password", PASSWORD)];
    let ada = Browser::from_address("10.0.0.1");
    assert_eq!(ada.post(&product.set_up_link, &at("/setup"), &fields).await.status, 303);
    assert_eq!(ada.post(&at("/login"), &at("/login"), &fields).await.status, 303);
    let before = peak_kib(product.process());

    let stranger = Browser::default();
    let token = stranger.get(&at("/login")).await.csrf_token();
    let stranger = std::sync::Arc::new(stranger);
    let mut guesses = JoinSet::new();
    for n in 0..GUESSES {
        let (stranger, page, token) = (std::sync::Arc::clone(&stranger), at("/login"), token.clone());
        guesses.spawn(async move {
            let email = format!("g{n}@shop.example");
            let fields = [("csrf_token", &*token), ("email", &*email), ("password", "seven marble otters")];
            let answer = stranger.post_from(&format!("10.1.{}.{}", n / 200, n % 200 + 1), &page, &fields).await;
            let retry_after = answer.headers.iter().any(|(name, _)| name == "retry-after");
            (answer.status, retry_after)
        });
    }
    // Whoever is signed in asks for nothing that has to be hashed.
    let mut worked = 0;
    while worked < 20 {
        assert_eq!(ada.request("GET", &product.back_office).await.status, 200);
        worked += 1;
    }
    let (mut refused, mut turned_away) = (0, 0);
    while let Some(guess) = guesses.join_next().await {
        match guess.expect("an answer") {
            (422, _) => refused += 1,
            (429 | 503, true) => turned_away += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(refused >= 16, "{refused} found a place");
    assert!(turned_away > refused, "{turned_away} were turned away, {refused} were not");
    let grown = peak_kib(product.process()).saturating_sub(before);
    assert!(grown < HASHING_KIB + 65_536, "it grew by {grown} KiB");
    // When it is over there is room again.
    assert_eq!(Browser::from_address("10.2.0.1").post(&at("/login"), &at("/login"), &fields).await.status, 303);
}
