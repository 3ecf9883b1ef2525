//! A mail server that refuses, hangs, is slow, or drops the connection when it has the mail; and nodes that stop, or are
//! killed, with a mail on its way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use portcullis_tests::postgres::FreshDatabase;
use portcullis_tests::smtp_server::{Fault, SmtpServer};
use portcullis_tests::{Browser, Product, free_port};
use sea_orm::{ConnectionTrait, Database, Statement};

use crate::clock::library;
use crate::invariants;
use crate::stage::{PROXIES, ada, post, set_up, until};

const BEA: &str = "bea@shop.example";
const CY: &str = "cy@shop.example";

/// Longer than the first pauses between tries, and than a server that hangs is waited for.
const IN_THE_END: Duration = Duration::from_secs(100);

/// A server, and the settings that lead to it.
struct Post {
    server: SmtpServer,
    url: String,
    _certificate: tempfile::TempDir,
}

impl Post {
    async fn with(faults: Vec<Fault>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = SmtpServer::start(&folder.path().join("certificate.pem"), false, faults).await;
        let url = format!("smtp://localhost:{}", server.port);
        Self { server, url, _certificate: folder }
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        vec![PROXIES, ("PORTCULLIS_SMTP_URL", &self.url), ("PORTCULLIS_MAIL_FROM", "Shop <no-reply@shop.example>")]
    }

    /// How many mails each address got.
    fn received(&self) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for mail in self.server.received() {
            for to in mail.to {
                *counted.entry(to).or_default() += 1;
            }
        }
        counted
    }
}

async fn invite(product: &Product, ada: &Browser, email: &str) {
    let fields = [("email", email), ("name", "A Colleague")];
    assert_eq!(post(ada, &product.back_office, "/operators", "/operators", &fields).await.status, 303);
}

/// State, tries, whether it is leased, and why it did not leave, of the mail to an address.
async fn written(url: &str, to: &str) -> (String, i64, bool, String) {
    let db = Database::connect(url).await.expect("the database");
    let sql = format!(
        "SELECT state, attempts, leased_until IS NOT NULL AS leased, COALESCE(last_error, '') AS why FROM outbox \
         WHERE recipient = '{to}'"
    );
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("an answer");
    let row = row.expect("a mail");
    let told = (
        row.try_get("", "state").expect("a state"),
        row.try_get("", "attempts").expect("a number"),
        row.try_get("", "leased").expect("yes or no"),
        row.try_get("", "why").expect("a reason"),
    );
    drop(db.close().await);
    told
}

/// Everything goes wrong with some mail: each address gets its own once, the refused one none, and its page says why.
pub(crate) async fn each_leaves_once() {
    let faults = vec![Fault::Refuses(CY.to_owned()), Fault::Hangs(1), Fault::TriesLater(1), Fault::DropsAfterData(2)];
    let mail = Post::with(faults).await;
    let product = Product::start(&mail.settings());
    set_up(&product).await;
    let owner = ada(&product.back_office, "10.9.0.1").await;
    invite(&product, &owner, CY).await;
    let invited: Vec<String> = (0..8).map(|n| format!("bea-{n}@shop.example")).collect();
    for email in &invited {
        invite(&product, &owner, email).await;
    }
    // The first four of those who come meet a fault; nobody waits for them.
    until("who met no fault has a mail", Duration::from_secs(9), async || mail.received().len() >= 4).await;
    until("everybody has a mail", IN_THE_END, async || mail.received().len() == invited.len()).await;
    let outcomes = async |wanted: &str| {
        for email in &invited {
            if written(&product.database_url(), email).await.0 != wanted {
                return false;
            }
        }
        true
    };
    until("it is written that all left", Duration::from_secs(20), async || outcomes("sent").await).await;
    assert!(mail.received().values().all(|mails| *mails == 1), "{:?}", mail.received());
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for id in mail.server.tried() {
        *tried.entry(id).or_default() += 1;
    }
    assert_eq!(tried.len(), invited.len(), "a mail keeps its Message-ID: {tried:?}");
    assert_eq!(tried.values().sum::<usize>(), invited.len() + 3, "only what was not taken is tried again: {tried:?}");
    let of_cy = async || written(&product.database_url(), CY).await;
    until("the refused mail is given up", IN_THE_END, async || of_cy().await.0 == "failed").await;
    let (_, attempts, _, why) = of_cy().await;
    assert!(attempts <= 2 && why.contains("550"), "after {attempts}: {why}");
    let desk = owner.get(&format!("{}/mail", product.back_office)).await;
    assert!(desk.body.contains("550"), "{}", desk.body);
    invariants::hold(&product.database_url(), "after all faults of mail").await;
}

/// Told to stop while the server takes its time: the mail leaves, once, before the process ends.
pub(crate) async fn a_stop_lets_a_mail_leave() {
    let mail = Post::with(vec![Fault::IsSlow(Duration::from_secs(4))]).await;
    let mut product = Product::start(&mail.settings());
    set_up(&product).await;
    let owner = ada(&product.back_office, "10.9.0.1").await;
    invite(&product, &owner, CY).await;
    until("the mail is on its way", Duration::from_secs(10), async || mail.server.ended() > 0).await;
    assert!(mail.received().is_empty(), "the server has not answered");
    product.ask_to_stop();
    assert!(product.stopped(Duration::from_secs(40)).await.success());
    assert_eq!(mail.received().get(CY), Some(&1));
    let (state, tries, leased, _) = written(&product.database_url(), CY).await;
    assert_eq!((&*state, tries, leased), ("sent", 1, false));
}

/// Told to stop while the server says nothing any more: the mail is nobody's when the process has ended, and the next start
/// sends it.
pub(crate) async fn a_stop_gives_a_mail_back() {
    let mail = Post::with(vec![Fault::Hangs(1)]).await;
    let mut product = Product::start(&mail.settings());
    set_up(&product).await;
    let owner = ada(&product.back_office, "10.9.0.1").await;
    invite(&product, &owner, CY).await;
    mail.server.visited(1, Duration::from_secs(10)).await;
    product.ask_to_stop();
    assert!(product.stopped(Duration::from_secs(40)).await.success());
    let (state, _, leased, _) = written(&product.database_url(), CY).await;
    assert_eq!((&*state, leased), ("waiting", false));
    let again = Product::start_in(Arc::clone(&product.folder), free_port(), &mail.settings());
    until("the mail left", IN_THE_END, async || mail.received().get(CY) == Some(&1)).await;
    drop(again);
}

/// A node is killed with a mail on its way. Another one, for whom it is more than two minutes later, sends it.
pub(crate) async fn a_killed_nodes_mail_is_taken_over(server: &str) {
    let database = FreshDatabase::on(server).await;
    let url = database.url();
    let mail = Post::with(vec![Fault::Hangs(1)]).await;
    let mut settings = mail.settings();
    settings.push(("PORTCULLIS_DATABASE_URL", &url));
    let mut first = Product::start(&settings);
    set_up(&first).await;
    let owner = ada(&first.back_office, "10.9.0.1").await;
    invite(&first, &owner, CY).await;
    mail.server.visited(1, Duration::from_secs(10)).await;
    first.kill();
    assert!(written(&url, CY).await.2, "it was claimed");
    let clock = first.folder.path().join("clock");
    std::fs::write(&clock, "+0").expect("a clock");
    let library = library().expect("faketime");
    settings.extend([
        ("LD_PRELOAD", library.to_str().expect("a path")),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().expect("a path")),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]);
    let second = Product::start_in(Arc::clone(&first.folder), free_port(), &settings);
    // What is written now leaves now; what is another's stays so until its lease is over.
    let owner = ada(&second.back_office, "10.9.0.1").await;
    invite(&second, &owner, BEA).await;
    until("the other mail left", Duration::from_secs(20), async || mail.received().get(BEA) == Some(&1)).await;
    assert_eq!(mail.received().get(CY), None);
    std::fs::write(&clock, "+130").expect("a clock");
    until("the mail was taken over", Duration::from_secs(20), async || mail.received().get(CY) == Some(&1)).await;
    until("it is written that it left", Duration::from_secs(10), async || written(&url, CY).await.0 == "sent").await;
    assert_eq!(mail.received().get(CY), Some(&1));
    drop(second);
}
