//! Two nodes on one `PostgreSQL`, behind a balancer that sends every request to the other; and a database that goes away.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test that cannot start its nodes has failed, and measures by the real clock"
)]

mod agreement;

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Arguments;
use portcullis_tests::browser::{found, main_job, with_a_browser};
use portcullis_tests::postgres::{FreshDatabase, server};
use portcullis_tests::proxy::{Balancer, Link};
use portcullis_tests::story::{Need, runtime, story};
use portcullis_tests::{Browser, Product, free_port};

const ADA: &str = "ada@shop.example";
const PASSWORD: &str = "violet kettle orbit lantern";

/// Each client may come from an address of its own.
const PROXIES: (&str, &str) = ("PORTCULLIS_TRUSTED_PROXIES", "[\"127.0.0.0/8\"]");
const PATIENCE: Duration = Duration::from_mins(3);

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let server = runtime().block_on(server());
    let postgres = Need { word: "postgres", there: server.is_some() };
    let browser = Need { word: "browser", there: found("chromium") && found("chromedriver") };
    // For as long as the program runs.
    let server: &'static str = server.unwrap_or_default().leak();
    let trials = vec![
        story("the_main_job_works_in_a_browser_on_two_nodes", &[postgres, browser], PATIENCE, move || {
            in_a_browser(server)
        }),
        story("two_nodes_agree_on_sessions_limits_and_the_alias", &[postgres], PATIENCE, move || agree(server)),
        story("two_nodes_under_load_agree_within_a_second_on_what_is_changed", &[postgres], PATIENCE, move || {
            agreement::under_load(server)
        }),
        story(
            "while_the_database_is_away_nobody_gets_in_and_no_limit_is_forgotten",
            &[postgres],
            PATIENCE,
            move || away(server),
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// Two nodes on one database, in one folder: one key, one place for the mail.
struct Cluster {
    first: Product,
    /// Started last: its set-up link is the one that works.
    second: Product,
    settings: Vec<(String, String)>,
    _balancer: Balancer,
}

impl Cluster {
    async fn start(database_url: String) -> Self {
        let (port, ports) = (free_port(), [free_port(), free_port()]);
        let settings = vec![
            ("PORTCULLIS_DATABASE_URL".to_owned(), database_url),
            ("PORTCULLIS_PUBLIC_URL".to_owned(), format!("http://127.0.0.1:{port}")),
            (PROXIES.0.to_owned(), PROXIES.1.to_owned()),
        ];
        let given: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let [one, two] = ports;
        let first = Product::start_in(Arc::clone(&folder), one, &given);
        let second = Product::start_in(folder, two, &given);
        Self { first, second, _balancer: Balancer::over(port, ports.to_vec()).await, settings }
    }

    fn given(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    async fn set_up(&self) {
        let fields = [("email", ADA), ("name", "Ada Owner"), ("password", PASSWORD)];
        let action = format!("{}/setup", self.second.back_office);
        assert_eq!(Browser::default().post(&self.second.set_up_link, &action, &fields).await.status, 303);
    }
}

async fn in_a_browser(server: &str) {
    let database = FreshDatabase::on(server).await;
    let cluster = Cluster::start(database.url()).await;
    let told = with_a_browser(&cluster.second, async |browser, product| main_job(browser, product).await).await;
    assert!(told.is_ok(), "{told:?}");
}

async fn agree(server: &str) {
    let database = FreshDatabase::on(server).await;
    let cluster = Cluster::start(database.url()).await;
    cluster.set_up().await;
    let alias = cluster.second.back_office.rsplit('/').next().unwrap_or_default().to_owned();
    let at = |product: &Product, path: &str| format!("{}/{alias}{path}", product.origin);

    // A session that one node opened is one on the other; signed out there, it is dead here.
    let browser = Browser::default();
    let login = at(&cluster.first, "/login");
    let token = browser.get(&login).await.csrf_token();
    let fields = [("csrf_token", token.as_str()), ("email", ADA), ("password", PASSWORD)];
    assert_eq!(browser.post_raw(&login, &fields).await.status, 303);
    let page = browser.get(&at(&cluster.second, "")).await;
    assert!(page.body.contains("Ada Owner"));
    let fields = [("csrf_token", page.csrf_token())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    assert_eq!(browser.post_raw(&at(&cluster.second, "/logout"), &fields).await.status, 303);
    assert!(!browser.get(&at(&cluster.first, "")).await.body.contains("Ada Owner"));

    // A limit is one, however the tries are spread.
    let stranger = Browser::default();
    let token = stranger.get(&login).await.csrf_token();
    let mut statuses = Vec::new();
    for turn in 0..8 {
        let node = if turn % 2 == 0 { &cluster.first } else { &cluster.second };
        let fields = [("csrf_token", token.as_str()), ("email", ADA), ("password", "wrong wrong wrong wrong")];
        statuses.push(stranger.post_raw(&at(node, "/login"), &fields).await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429, 429]);

    // The alias moves on both within a second, also when neither node moved it.
    let moved = cluster.first.run_with(&cluster.given(), &["alias", "set", "blue-heron-9-lake-k7"]);
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for node in [&cluster.first, &cluster.second] {
        assert_eq!(stranger.get(&at(node, "/login")).await.status, 404);
        assert_eq!(stranger.get(&format!("{}/blue-heron-9-lake-k7/login", node.origin)).await.status, 200);
    }
}

async fn away(server: &str) {
    let database = FreshDatabase::on(server).await;
    let link = Link::to(database.address().1).await;
    let product = Product::start(&[("PORTCULLIS_DATABASE_URL", &database.url_through(link.port))]);
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", PASSWORD)];
    let made = Browser::default().post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await;
    assert_eq!(made.status, 303);
    let login = format!("{}/login", product.back_office);
    let browser = Browser::default();
    let token = browser.get(&login).await.csrf_token();
    let try_password = async |password: &str| {
        let fields = [("csrf_token", token.as_str()), ("email", ADA), ("password", password)];
        browser.post_raw(&login, &fields).await.status
    };
    for _ in 0..5 {
        assert_eq!(try_password("wrong wrong wrong wrong").await, 422);
    }
    for hanging in [false, true] {
        if hanging {
            link.hang().await;
        } else {
            link.cut();
        }
        let begun = Instant::now();
        assert_eq!(try_password(PASSWORD).await, 503, "hanging: {hanging}");
        assert!(begun.elapsed() < Duration::from_secs(35), "hanging: {hanging}");
        assert_eq!(browser.get(&format!("{}/elsewhere", product.origin)).await.status, 404);
        link.restore();
        let back = Instant::now();
        while try_password(PASSWORD).await == 503 {
            assert!(back.elapsed() < Duration::from_secs(5), "hanging: {hanging}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(try_password(PASSWORD).await, 429, "the limit was not forgotten");
    }
}
