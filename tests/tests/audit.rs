//! The audit trail and the import, with the real binary: what is altered in the database shows, no cell runs, and vendors
//! never get in.
#![expect(clippy::expect_used, reason = "a test that cannot reach its database has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use portcullis_core::{Access, Ports, Settings, audit_seal};
use portcullis_credentials::clock::SystemClock;
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::secret_key;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::ports::credentials::PasswordHasher;
use portcullis_domain::secret::Password;
use portcullis_storage_seaorm::SeaOrmStorage;
use portcullis_tests::engine::{Engine, OnEachEngine};
use portcullis_tests::{Browser, Product, binary};
use sea_orm::{ConnectionTrait, Database};

const ADA: &str = "ada@shop.example";
const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
const OTHERS_PASSWORD: &str = "seven marble otters whistle";

static BINARY: LazyLock<PathBuf> = LazyLock::new(binary);

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(&*BINARY).args(arguments).current_dir(folder).output().expect("the binary runs")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("portcullis-data/portcullis.db").display())
}

fn hasher() -> Arc<dyn PasswordHasher> {
    let parameters = Argon2Parameters { memory_kib: 19_456, iterations: 2, parallelism: 1 };
    Arc::new(Argon2Hasher::start(parameters, 1, 8).expect("a hasher"))
}

/// Seals all that there is, with the installation's own key, as a server does that runs.
async fn seal(folder: &Path) {
    let key = secret_key::load(&folder.join("portcullis-data/secret.key")).expect("the key");
    let ports = Ports {
        storage: Arc::new(SeaOrmStorage::connect(&database(folder)).await.expect("the database")),
        clock: Arc::new(SystemClock),
        secrets: Arc::new(OsSecrets),
        hasher: hasher(),
        estimator: Arc::new(ZxcvbnEstimator),
        sealer: Arc::new(KeySealer::new(key, vec![])),
        totp: Arc::new(TotpCodes),
        qr: Arc::new(QrCodes),
    };
    let settings = Settings {
        public_url: "http://127.0.0.1:8080".to_owned(),
        product_name: "Shop".to_owned(),
        functionalities: vec![],
        first_alias: None,
    };
    let access = Access::start(ports, settings).await.expect("the product");
    let mut trail = audit_seal::TrailSealer::default();
    while trail.seal_due(&access).await.expect("sealed") > 0 {}
}

async fn sql(folder: &Path, statement: &str) {
    let db = Database::connect(database(folder)).await.expect("the database");
    db.execute_unprepared(statement).await.expect("the statement");
    db.close().await.expect("closed");
}

/// A second installation with the same database and key.
fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let data = copy.path().join("portcullis-data");
    std::fs::create_dir(&data).expect("a data folder");
    for name in ["portcullis.db", "secret.key"] {
        std::fs::copy(folder.join("portcullis-data").join(name), data.join(name)).expect("a copy");
    }
    copy
}

async fn an_audit_row_edited_in_the_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let made = run(here, &["init", "--email", ADA, "--name", "Ada"]);
    assert!(made.status.success(), "{}", words(&made));
    for _ in 0..4 {
        assert!(run(here, &["alias", "rotate"]).status.success());
    }
    seal(here).await;
    let whole = run(here, &["audit", "verify"]);
    assert!(whole.status.success() && words(&whole).contains("The audit trail holds"), "{}", words(&whole));
    let anchor = words(&whole).lines().find_map(|line| line.strip_prefix("Anchor: ").map(str::to_owned));
    let anchor = anchor.expect("an anchor");
    sql(here, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    for (statement, expected) in [
        ("UPDATE audit_events SET actor = 'system' WHERE seq = 2", "place 2 was altered"),
        ("UPDATE audit_events SET details = 'x' WHERE seq = 3", "after place 2 was altered"),
        ("DELETE FROM audit_events WHERE seq = 2", "between places 1 and 3 an event is missing"),
        ("UPDATE audit_events SET seal = NULL WHERE seq = 2", "place 2 was inserted"),
        ("UPDATE audit_events SET seq = 0 WHERE seq = 1", "place 0 was inserted"),
        ("UPDATE audit_events SET seq = -9 WHERE seq = 3", "place -9 was inserted"),
        ("DELETE FROM audit_events WHERE seq = (SELECT MAX(seq) FROM audit_events)", "what stood there is missing"),
        ("DELETE FROM audit_events WHERE seq > 2; DELETE FROM audit_head", "the signed end of the trail is missing"),
        ("DELETE FROM audit_events", "what stood there is missing"),
        ("DELETE FROM audit_events; DELETE FROM audit_head", "the signed end of the trail is missing"),
        (
            "UPDATE audit_events SET seal = NULL, details = '{}'; DELETE FROM audit_head",
            "the signed end of the trail is missing",
        ),
        ("UPDATE audit_events SET seal = NULL", "what stood there is missing"),
        ("UPDATE audit_head SET sealed = x'00'", "does not open with the present key"),
    ] {
        let copy = copied(here);
        sql(copy.path(), statement).await;
        let found = run(copy.path(), &["audit", "verify"]);
        assert_eq!(found.status.code(), Some(1), "{statement}: {}", words(&found));
        assert!(words(&found).contains(expected), "{statement}: {}", words(&found));
    }
    assert!(run(here, &["audit", "verify", "--anchor", &anchor]).status.success());
    // An older database as a whole, its signed end included, holds by itself. What was kept elsewhere shows it.
    let older = copied(here);
    assert!(run(here, &["alias", "rotate"]).status.success());
    seal(here).await;
    let later = words(&run(here, &["audit", "verify"]));
    let later = later.lines().find_map(|line| line.strip_prefix("Anchor: ")).expect("an anchor");
    assert!(run(older.path(), &["audit", "verify"]).status.success());
    let cut = run(older.path(), &["audit", "verify", "--anchor", later]);
    assert!(cut.status.code() == Some(1) && words(&cut).contains("missing"), "{}", words(&cut));
}

async fn no_cell_of_an_export_runs_and_strangers_get_none(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = Browser::default();
    let at = |path: &str| format!("{}{path}", product.back_office);
    let fields = [("email", ADA), ("name", "=HYPERLINK(\"//evil\";\"Ada\")"), ("password", ADAS_PASSWORD)];
    assert_eq!(ada.post(&product.set_up_link, &at("/setup"), &fields).await.status, 303);
    let stranger = Browser::default();
    assert_eq!(stranger.request("GET", &at("/audit/export?format=csv")).await.status, 303);
    assert_eq!(ada.post(&at("/login"), &at("/login"), &fields).await.status, 303);
    let csv = ada.get(&at("/audit/export?format=csv")).await;
    let header = |name: &str| csv.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    assert!(header("content-disposition").is_some_and(|value| value.starts_with("attachment; filename=\"audit-")));
    assert!(csv.body.contains("\"'=HYPERLINK(") && !csv.body.contains("\"=HYPERLINK("), "{}", csv.body);
    let json = ada.get(&at("/audit/export?format=jsonl&action=sign_in.succeeded")).await;
    let lines: Vec<serde_json::Value> =
        json.body.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert!(matches!(&*lines, [line] if line["action"] == "sign_in.succeeded"), "{}", json.body);
    assert_eq!(ada.get(&at("/audit/export?format=exe")).await.status, 404);
    let page = ada.get(&at("/audit")).await;
    assert!(page.status == 200 && page.body.contains("Exported the audit trail") && page.body.contains("<time"));
    assert!(ada.get(&at("/audit?actor=ada%40shop.example&since=2020-01-01")).await.body.contains("Signed in"));
    assert_eq!(ada.get(&at("/audit?since=yesterday")).await.status, 422);
    assert!(ada.get(&at("/audit?until=2020-01-01")).await.body.contains("Nothing matches"));
    let mail = ada.get(&at("/mail")).await;
    assert!(mail.status == 200 && mail.body.contains("Send a test mail"));
    assert_eq!(ada.post(&at("/mail"), &at("/mail/test"), &[]).await.status, 303);
    assert!(ada.get(&at("/mail?done=tested")).await.body.contains(ADA));
    assert_eq!(ada.post(&at("/mail"), &at("/mail/7/retry"), &[]).await.status, 404);
}

async fn imported_operators_sign_in_and_vendors_and_customers_never_do(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let here = product.folder.path();
    let at = |path: &str| format!("{}{path}", product.back_office);
    let fields = [("email", ADA), ("name", "Ada"), ("password", ADAS_PASSWORD)];
    assert_eq!(Browser::default().post(&product.set_up_link, &at("/setup"), &fields).await.status, 303);
    let hash = hasher().hash(Password::new(OTHERS_PASSWORD)).await.expect("a hash");
    let line = |email: &str, kind: &str| {
        serde_json::json!({"email": email, "name": "Somebody", "kind": kind, "password_hash": hash.expose()})
            .to_string()
    };
    let good = [
        line("bea@shop.example", "operator"),
        line("vic@shop.example", "vendor"),
        line("cus@shop.example", "customer"),
    ];
    let file = here.join("accounts.jsonl");
    std::fs::write(&file, format!("{}\n{{\"email\":\"x\"}}\nnonsense\n", good.join("\n"))).expect("a file");
    let refused = product.run(&["account", "import", "accounts.jsonl"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("line 4:") && words(&refused).contains("line 5:"), "{}", words(&refused));
    std::fs::write(&file, good.join("\n")).expect("a file");
    let imported = product.run(&["account", "import", "accounts.jsonl"]);
    assert!(words(&imported).contains("1 operators, 1 vendors, 1 customers"), "nothing stayed: {}", words(&imported));
    for (email, expected) in [("bea@shop.example", 303), ("vic@shop.example", 422), ("cus@shop.example", 422)] {
        let browser = Browser::default();
        let fields = [("email", email), ("password", OTHERS_PASSWORD)];
        assert_eq!(browser.post(&at("/login"), &at("/login"), &fields).await.status, expected, "{email}");
        let inside = browser.get(&at("/account")).await.body.contains("current-password");
        assert_eq!(inside, expected != 303, "{email}");
        let forgot = browser.post_raw(&at("/password/forgot"), &[]).await.status;
        assert_eq!(forgot, 403);
    }
}

fn main() {
    OnEachEngine::begin()
        .tell("no_cell_of_an_export_runs_and_strangers_get_none", no_cell_of_an_export_runs_and_strangers_get_none)
        .tell(
            "imported_operators_sign_in_and_vendors_and_customers_never_do",
            imported_operators_sign_in_and_vendors_and_customers_never_do,
        )
        .tell_once("an_audit_row_edited_in_the_database_is_named", an_audit_row_edited_in_the_database_is_named)
        .run()
}
