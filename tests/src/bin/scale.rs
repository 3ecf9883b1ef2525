//! Measures whether the long pages stay as quick with 100,000 operators and 1,000,000 audit events as with 100 and 1,000:
//! `cargo run --release -p portcullis-tests --bin scale`. Two products run at once, each in a fresh folder on `SQLite`; they
//! are asked in turn, so that what else the machine does meets both. The figures are in `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(clippy::disallowed_methods, reason = "it measures by the real clock")]

use std::error::Error;
use std::time::{Duration, Instant};

use portcullis_tests::{Browser, Product};
use sea_orm::{ConnectionTrait, Database};

type Done<T = ()> = Result<T, Box<dyn Error>>;

const PASSWORD: &str = "violet kettle orbit lantern";
const ROUNDS: usize = 60;
/// An event every 30 seconds up to now; an operator in ten has a second factor, is suspended, holds the role.
const EVERY: i64 = 30_000_000;

/// A product with as many operators and events, and somebody who is signed in.
struct Stage {
    product: Product,
    browser: Browser,
    pages: Vec<(&'static str, String)>,
}

/// Rows as the product itself writes them, straight into the database: a million by the use cases would take hours. The
/// counts and the search index are kept by the database. The events count as sealed, or the product would be at that.
async fn seed(product: &Product, operators: i64, events: i64) -> Done<i64> {
    let file = product.folder.path().join("portcullis-data/portcullis.db");
    let db = Database::connect(format!("sqlite://{}?mode=rw", file.display())).await?;
    let now = i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_micros())?;
    let start = now - events * EVERY;
    let numbers =
        |count: i64| format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    let id = "CAST(printf('%016d', i) AS BLOB)";
    let name = "CASE WHEN i % 100 = 50 AND i < 1000 THEN 'zygmunt ' ELSE 'colleague ' END || printf('%06d', i)";
    for sql in [
        "INSERT INTO roles (id, name, name_key, description, everything, version) \
         VALUES (CAST('role-of-thescale' AS BLOB), 'Scale', 'scale', '', 0, 1)"
            .to_owned(),
        format!(
            "{} INSERT INTO accounts (id, kind, email, email_key, name, name_key, search, language, status, password, \
             password_set_at, password_change_due, created_at) SELECT {id}, 'operator', 'op' || i || '@shop.example', \
             'op' || i || '@shop.example', {name}, {name}, 'op' || i || '@shop.example ' || {name}, 'en', \
             CASE WHEN i % 10 = 1 THEN 'suspended' ELSE 'active' END, 'none', {start}, 0, {start} FROM n",
            numbers(operators)
        ),
        format!(
            "{} INSERT INTO account_roles (account_id, role_id, name_key) SELECT {id}, \
             CAST('role-of-thescale' AS BLOB), {name} FROM n WHERE i % 10 = 2",
            numbers(operators)
        ),
        format!("{} UPDATE accounts SET two_factor = 1 FROM n WHERE id = {id} AND i % 10 = 3", numbers(operators)),
        format!(
            "{} INSERT INTO audit_events (id, happened_at, actor, actor_id, actor_name, action, target_id, target_name, \
             address, details, seal) SELECT CAST(printf('%016d', i) AS BLOB), {start} + i * {EVERY}, 'operator', \
             CAST(printf('%016d', i % {operators} % 50 + 1) AS BLOB), 'Colleague', \
             CASE WHEN i % 10 = 4 THEN 'role.changed' ELSE 'sign_in.succeeded' END, 'target-' || (i % 40), 'Target', \
             '192.0.2.1', '{{}}', zeroblob(32) FROM n",
            numbers(events)
        ),
        "ANALYZE".to_owned(),
    ] {
        db.execute_unprepared(&sql).await?;
    }
    db.close().await?;
    Ok(start)
}

async fn stage(operators: i64, events: i64) -> Done<Stage> {
    let product = Product::start(&[]);
    let browser = Browser::default();
    let link = product.set_up_link.clone();
    let setup = format!("{}/setup", product.back_office);
    let fields = [("name", "Ada Owner"), ("email", "ada@shop.example"), ("password", PASSWORD)];
    browser.post(&link, &setup, &fields).await;
    let began = Instant::now();
    let start = seed(&product, operators, events).await?;
    println!("{operators} operators and {events} events were written in {:.0?}", began.elapsed());
    let login = format!("{}/login", product.back_office);
    browser.post(&login, &login, &[("email", "ada@shop.example"), ("password", PASSWORD)]).await;
    let middle = format!("{}.colleague%20{:06}", uuid::Uuid::nil(), operators / 2);
    let actor = "30303030-3030-3030-3030-303030303037";
    let role = uuid::Uuid::from_slice(b"role-of-thescale")?;
    let half = start + events / 2 * EVERY;
    let time = moment(half);
    let list = |query: String| format!("{}/operators?{query}", product.back_office);
    let audit = |query: String| format!("{}/audit?{query}", product.back_office);
    let pages = vec![
        ("operators: first page", list(String::new())),
        ("operators: deep page", list(format!("after={middle}"))),
        ("search: rare", list("search=zygmunt".to_owned())),
        ("search: common", list("search=colleague".to_owned())),
        ("search: nobody", list("search=nobody+at+all".to_owned())),
        ("search: two letters", list("search=zy".to_owned())),
        ("filter: role", list(format!("role={role}"))),
        ("filter: status", list("status=suspended".to_owned())),
        ("filter: two-factor on", list("two_factor=on".to_owned())),
        ("filter: two-factor off", list("two_factor=off".to_owned())),
        ("audit: first page", audit(String::new())),
        ("audit: deep page", audit(format!("before={}", events / 2))),
        ("audit: actor", audit(format!("actor={actor}"))),
        ("audit: action", audit("action=role.changed".to_owned())),
        ("audit: target", audit("target=target-7".to_owned())),
        ("audit: actor and action", audit(format!("actor={actor}&action=sign_in.succeeded"))),
        ("audit: since", audit(format!("since={time}"))),
        ("audit: until", audit(format!("until={time}"))),
        ("roles", format!("{}/roles", product.back_office)),
        ("parameters", format!("{}/parameters", product.back_office)),
    ];
    Ok(Stage { product, browser, pages })
}

/// An instant of the epoch's microseconds as the filter reads it.
fn moment(micros: i64) -> String {
    let at = portcullis_domain::instant::from_micros(micros);
    let (date, time) = (at.date(), at.time());
    format!("{date}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
}

#[tokio::main]
async fn main() -> Done {
    let stages = [stage(100, 1_000).await?, stage(100_000, 1_000_000).await?];
    let kinds: Vec<&str> = stages.iter().flat_map(|stage| stage.pages.iter().map(|(kind, _)| *kind)).collect();
    let count = kinds.len() / 2;
    println!("| page | small, ms | large, ms | ratio |\n|---|---:|---:|---:|");
    let mut worst = 0.0_f64;
    for at in 0..count {
        let mut taken = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            for (stage, taken) in stages.iter().zip(&mut taken) {
                let Some((kind, url)) = stage.pages.get(at) else { continue };
                let began = Instant::now();
                let answer = stage.browser.get(url).await;
                let took = began.elapsed();
                if answer.status != 200 || answer.find("nav.sidemenu", None).is_none() {
                    return Err(format!("{kind}: status {} of {url}", answer.status).into());
                }
                // The first few fill the caches.
                if round >= 5 {
                    taken.push(took);
                }
            }
        }
        let [small, large] = taken.map(median);
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        worst = worst.max(ratio);
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!("| {} | {:.2} | {:.2} | {ratio:.2} |", kinds.get(at).unwrap_or(&""), ms(small), ms(large));
    }
    println!("largest ratio: {worst:.2}");
    drop(stages.map(|stage| stage.product));
    if worst < 1.5 { Ok(()) } else { Err("a page slows down with the size".into()) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
