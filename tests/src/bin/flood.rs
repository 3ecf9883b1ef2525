//! Measures what a flood of guesses costs those who are signed in: `cargo run --release -p portcullis-tests --bin flood`. A product
//! on `SQLite` with its defaults is asked for the dashboard, at rest and while ten times as many guesses as it can hash come from ever
//! new addresses. The figures are in `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(clippy::disallowed_methods, reason = "it measures by the real clock")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use portcullis_tests::{Browser, Product};
use tokio::task::JoinSet;

type Done<T = ()> = Result<T, Box<dyn Error>>;

const ADA: &str = "ada@shop.example";
const PASSWORD: &str = "violet kettle orbit lantern";
/// Pages that are asked for, at rest and in the flood.
const PAGES: usize = 400;
/// The threads and the queue that the product begins with hold as many, on two cores; ten times as many guess at once.
const GUESSERS: u32 = 10 * (2 + 64);

fn shown(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    let at =
        |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, Duration::as_secs_f64);
    [50, 99, 100].map(|part| at(part) * 1_000.0)
}

async fn pages(browser: &Browser, url: &str) -> Done<[f64; 3]> {
    let mut times = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        let began = Instant::now();
        let answer = browser.request("GET", url).await;
        times.push(began.elapsed());
        if answer.status != 200 {
            return Err(format!("{url}: {}", answer.status).into());
        }
    }
    Ok(shown(times))
}

/// Guesses until it is told to stop; counts the answers by status.
async fn guessers(product: &Product, stop: &Arc<AtomicBool>) -> JoinSet<BTreeMap<u16, u32>> {
    let (login, browser) = (format!("{}/login", product.back_office), Arc::new(Browser::default()));
    let (csrf_token, number) = (browser.get(&login).await.csrf_token(), Arc::new(AtomicU32::new(0)));
    let mut racing = JoinSet::new();
    for _ in 0..GUESSERS {
        let (browser, number, stop) = (Arc::clone(&browser), Arc::clone(&number), Arc::clone(stop));
        let (login, csrf_token) = (login.clone(), csrf_token.clone());
        racing.spawn(async move {
            let mut answers = BTreeMap::new();
            while !stop.load(Ordering::Relaxed) {
                let n = number.fetch_add(1, Ordering::Relaxed);
                let address = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
                let email = format!("guess-{n}@shop.example");
                let fields = [("csrf_token", &*csrf_token), ("email", &*email), ("password", "seven marble otters")];
                let answer = browser.post_from(&address, &login, &fields).await;
                *answers.entry(answer.status).or_insert(0) += 1;
            }
            answers
        });
    }
    racing
}

#[tokio::main]
async fn main() -> Done {
    let product = Product::start(&[
        ("PORTCULLIS_TRUSTED_PROXIES", "127.0.0.0/8"),
        ("PORTCULLIS_ARGON2__MEMORY_KIB", "65536"),
        ("PORTCULLIS_ARGON2__ITERATIONS", "3"),
    ]);
    let at = |path: &str| format!("{}{path}", product.back_office);
    let fields = [("name", "Ada Owner"), ("email", ADA), ("password", PASSWORD)];
    let ada = Browser::from_address("192.0.2.1");
    ada.post(&product.set_up_link, &at("/setup"), &fields).await;
    ada.post(&at("/login"), &at("/login"), &fields).await;
    pages(&ada, &product.back_office).await?;
    let rest = pages(&ada, &product.back_office).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let mut guessing = guessers(&product, &stop).await;
    // Until every thread hashes and the queue is full.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let flooded = pages(&ada, &product.back_office).await?;
    stop.store(true, Ordering::Relaxed);
    let mut answers: BTreeMap<u16, u32> = BTreeMap::new();
    while let Some(some) = guessing.join_next().await {
        some?.into_iter().for_each(|(status, count)| *answers.entry(status).or_insert(0) += count);
    }
    println!("| dashboard | median, ms | p99, ms | longest, ms |\n|---|---:|---:|---:|");
    for (when, [median, p99, longest]) in [("at rest", rest), ("in a flood of guesses", flooded)] {
        println!("| {when} | {median:.2} | {p99:.2} | {longest:.2} |");
    }
    if !answers.contains_key(&422) || answers.keys().any(|status| ![422, 429, 503].contains(status)) {
        return Err(format!("these are no guesses: {answers:?}").into());
    }
    println!("guesses in {:.0?}, by status: {answers:?}", began.elapsed());
    Ok(())
}
