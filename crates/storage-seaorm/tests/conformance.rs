//! The suite that every storage passes, on `SQLite` and, where a server answers, on `PostgreSQL`.
//!
//! `PORTCULLIS_TEST_POSTGRES_URL` names a server and a database to sign in to; without it, a server on this machine is
//! tried. Each trial makes a database of its own on it. `PORTCULLIS_TEST_REQUIRE=postgres` makes a missing server a failure.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a trial that cannot go on fails")]

#[expect(unreachable_pub, reason = "it is public where the whole-product tests have it")]
#[path = "../../../tests/src/postgres.rs"]
mod postgres;
#[expect(unreachable_pub, reason = "it is public where the whole-product tests have it")]
#[path = "../../../tests/src/requirement.rs"]
mod requirement;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use portcullis_domain::email::Email;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::{Storage, StorageError};
use portcullis_storage_conformance::suite;
use portcullis_storage_seaorm::{ConnectError, ConnectionSettings, SchemaState, SeaOrmStorage, TlsMode};
use sea_orm::{ConnectionTrait, Database};

use crate::postgres::FreshDatabase;

/// Counts the files that this run made.
static MADE: AtomicU64 = AtomicU64::new(0);

/// The databases that this run made on the server, to be dropped at its end.
static ON_SERVER: Mutex<Vec<FreshDatabase>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let mut trials = suite("sqlite", move || {
        let file = path.join(format!("{}.db", MADE.fetch_add(1, Ordering::Relaxed)));
        async move { ready(&format!("sqlite://{}", file.display())).await }
    });
    let server = block_on(postgres::server());
    let ignored = server.is_none();
    let here = server.clone().unwrap_or_default();
    let on_postgres = suite("postgresql", move || {
        let server = here.clone();
        async move { ready(&fresh_database(&server).await).await }
    });
    trials.extend(on_postgres.into_iter().map(|trial| trial.with_ignored_flag(ignored)));
    for (name, run) in [
        ("a_cancelled_unit_of_work_rolls_back", a_cancelled_unit_of_work_rolls_back as fn(&str)),
        ("nodes_that_start_together_migrate_once", nodes_that_start_together_migrate_once),
        ("a_schema_of_a_newer_version_is_refused", a_schema_of_a_newer_version_is_refused),
        ("a_mail_that_cannot_be_read_holds_no_other_up", a_mail_that_cannot_be_read_holds_no_other_up),
    ] {
        trials.push(Trial::test(format!("sqlite::{name}"), move || {
            let folder = tempfile::tempdir()?;
            run(&format!("sqlite://{}", folder.path().join("it.db").display()));
            Ok(())
        }));
        let server = server.clone().unwrap_or_default();
        let trial = Trial::test(format!("postgresql::{name}"), move || {
            run(&block_on(fresh_database(&server)));
            Ok(())
        });
        trials.push(trial.with_ignored_flag(ignored));
    }
    for (name, run) in [
        ("a_held_lock_is_waited_for_only_so_long", a_held_lock_is_waited_for_only_so_long as fn(FreshDatabase)),
        ("a_server_that_went_away_is_unavailable_soon", a_server_that_went_away_is_unavailable_soon),
        ("connections_that_hang_give_their_places_back", connections_that_hang_give_their_places_back),
        (
            "a_way_that_is_not_protected_as_was_asked_for_is_not_taken",
            a_way_that_is_not_protected_as_was_asked_for_is_not_taken,
        ),
    ] {
        let server = server.clone().unwrap_or_default();
        let trial = Trial::test(format!("postgresql::{name}"), move || {
            run(block_on(FreshDatabase::on(&server)));
            Ok(())
        });
        trials.push(trial.with_ignored_flag(ignored));
    }
    trials.push(Trial::test("sqlite::a_database_file_is_private", || {
        a_database_file_is_private();
        Ok(())
    }));
    trials.push(Trial::test("sqlite::migrating_twice_changes_nothing", || {
        migrating_twice_changes_nothing();
        Ok(())
    }));
    trials.push(Trial::test("sqlite::a_url_that_cannot_work_says_what_to_do", || {
        a_url_that_cannot_work_says_what_to_do();
        Ok(())
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    ON_SERVER.lock().unwrap().clear();
    conclusion.exit_code()
}

async fn ready(url: &str) -> Arc<dyn Storage> {
    let storage = SeaOrmStorage::connect(url).await.unwrap();
    storage.migrate().await.unwrap();
    Arc::new(storage)
}

/// The URL of a new database on the server.
async fn fresh_database(server: &str) -> String {
    let database = FreshDatabase::on(server).await;
    let url = database.url();
    ON_SERVER.lock().unwrap().push(database);
    url
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

fn a_database_file_is_private() {
    #[cfg(unix)]
    block_on(async {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.db");
        let _storage = ready(&format!("sqlite://{}", file.display())).await;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
        }
    });
}

fn a_cancelled_unit_of_work_rolls_back(url: &str) {
    block_on(async {
        let storage = ready(url).await;
        let (written, wait) = tokio::sync::oneshot::channel();
        let inner = Arc::clone(&storage);
        let task = tokio::spawn(async move {
            let mut unit = inner.begin().await.unwrap();
            unit.set_parameter("name", "cancelled").await.unwrap();
            written.send(()).unwrap();
            loop {
                // Also cancelled in the middle of a statement.
                unit.set_parameter("name", "cancelled").await.unwrap();
            }
        });
        wait.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let mut unit = storage.begin().await.unwrap();
        assert_eq!(unit.parameters().await.unwrap(), []);
        unit.set_parameter("name", "kept").await.unwrap();
        unit.commit().await.unwrap();
        let mut view = storage.view().await.unwrap();
        assert_eq!(view.parameters().await.unwrap(), [("name".to_owned(), "kept".to_owned())]);
    });
}

fn nodes_that_start_together_migrate_once(url: &str) {
    block_on(async {
        let (first, second) = (SeaOrmStorage::connect(url).await.unwrap(), SeaOrmStorage::connect(url).await.unwrap());
        let (one, other) = tokio::join!(first.migrate(), second.migrate());
        one.unwrap();
        other.unwrap();
        assert_eq!(first.view().await.unwrap().roles().await.unwrap().len(), 1);
    });
}

fn a_mail_that_cannot_be_read_holds_no_other_up(url: &str) {
    block_on(async {
        let storage = ready(url).await;
        let raw = Database::connect(url).await.unwrap();
        let now = time::OffsetDateTime::UNIX_EPOCH + time::Duration::HOUR;
        let mut unit = storage.begin().await.unwrap();
        for n in 1..=3 {
            let mail = OutboxEntry {
                id: uuid::Uuid::from_u128(n),
                to: Email::parse(&format!("operator-{n}@example.com")).unwrap(),
                kind: "test".to_owned(),
                body: None,
                state: MailState::Waiting,
                attempts: 0,
                next_attempt_at: now,
                created_at: now,
                last_error: None,
            };
            unit.insert_mail(&mail).await.unwrap();
        }
        unit.commit().await.unwrap();
        raw.execute_unprepared("UPDATE outbox SET attempts = -1 WHERE recipient LIKE 'operator-1@%'").await.unwrap();
        raw.execute_unprepared("UPDATE outbox SET recipient = 'nobody' WHERE recipient LIKE 'operator-2@%'")
            .await
            .unwrap();
        for left in [1, 0] {
            let mut unit = storage.begin().await.unwrap();
            let claimed = unit.claim_mail(now, now + time::Duration::HOUR, 1).await.unwrap();
            unit.commit().await.unwrap();
            assert_eq!(claimed.len(), left);
            assert!(claimed.iter().all(|mail| mail.id == uuid::Uuid::from_u128(3)));
        }
        assert_eq!(storage.view().await.unwrap().count_mails(Some(MailState::Failed)).await.unwrap(), 2);
    });
}

fn a_schema_of_a_newer_version_is_refused(url: &str) {
    block_on(async {
        let storage = SeaOrmStorage::connect(url).await.unwrap();
        assert_eq!(storage.schema_state().await.unwrap(), SchemaState::Pending);
        storage.migrate().await.unwrap();
        assert_eq!(storage.schema_state().await.unwrap(), SchemaState::UpToDate);
        let later = Database::connect(url).await.unwrap();
        later
            .execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 1)")
            .await
            .unwrap();
        assert_eq!(storage.schema_state().await.unwrap(), SchemaState::Newer { unknown: "m9999_later".to_owned() });
        let refused = storage.migrate().await.unwrap_err();
        assert!(matches!(refused, ConnectError::NewerSchema(_)), "{refused}");
        assert!(refused.to_string().contains("newer version of the program: it has m9999_later"), "{refused}");
    });
}

fn a_held_lock_is_waited_for_only_so_long(database: FreshDatabase) {
    block_on(async move {
        let storage = ready(&database.url()).await;
        let mut holder = storage.begin().await.unwrap();
        holder.lock_super_administrators().await.unwrap();
        let mut other = storage.begin().await.unwrap();
        let waited = tokio::time::timeout(Duration::from_secs(20), other.lock_super_administrators()).await.unwrap();
        assert!(matches!(waited, Err(StorageError::Unavailable(_))), "{waited:?}");
        // Whoever held it goes on, and the next one gets it.
        holder.commit().await.unwrap();
        drop(other);
        let mut next = storage.begin().await.unwrap();
        next.lock_super_administrators().await.unwrap();
        next.commit().await.unwrap();
    });
}

/// Whether the server speaks no TLS, or with a certificate that no authority knows: in the clear nothing is sent.
fn a_way_that_is_not_protected_as_was_asked_for_is_not_taken(database: FreshDatabase) {
    block_on(async move {
        let settings = ConnectionSettings { tls: Some(TlsMode::VerifyFull), ..ConnectionSettings::default() };
        let refused = SeaOrmStorage::connect_with(&database.url(), &settings).await.unwrap_err();
        assert!(matches!(refused, ConnectError::Tls(_)), "{refused}");
        assert!(refused.to_string().contains("`database.tls`"), "{refused}");
        let settings =
            ConnectionSettings { tls: Some(TlsMode::Off), max_connections: 1, ..ConnectionSettings::default() };
        let storage = SeaOrmStorage::connect_with(&database.url(), &settings).await.unwrap();
        storage.migrate().await.unwrap();
        assert_eq!(storage.schema_state().await.unwrap(), SchemaState::UpToDate);
    });
}

/// The server is reached by way of a listener that is taken away in the middle, with all that goes through it.
fn a_server_that_went_away_is_unavailable_soon(database: FreshDatabase) {
    block_on(async move {
        let server = database.address();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = listener.local_addr().unwrap().port();
        let relay = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = tokio::net::TcpStream::connect(&server).await.unwrap();
                open.spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await.map(drop) });
            }
        });
        let storage = ready(&database.url_through(way)).await;
        relay.abort();
        assert!(relay.await.unwrap_err().is_cancelled());
        let started = tokio::time::timeout(Duration::from_secs(15), storage.begin()).await.unwrap();
        assert!(matches!(started.err(), Some(StorageError::Unavailable(_))));
        let mut view = storage.view().await.unwrap();
        let read = tokio::time::timeout(Duration::from_secs(15), view.roles()).await.unwrap();
        assert!(matches!(read, Err(StorageError::Unavailable(_))), "{read:?}");
    });
}

/// More statements hang than there are connections; none of them ever goes on, and new ones work again afterwards.
fn connections_that_hang_give_their_places_back(database: FreshDatabase) {
    block_on(async move {
        let server = database.address();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = listener.local_addr().unwrap().port();
        let (hang, hanging) = tokio::sync::watch::channel(false);
        let relay = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let (server, mut hanging) = (server.clone(), hanging.clone());
                open.spawn(async move {
                    if *hanging.borrow() {
                        std::future::pending::<()>().await;
                    }
                    let mut far = tokio::net::TcpStream::connect(&server).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = async { drop(hanging.wait_for(|hanging| *hanging).await) } => {}
                    }
                    // What was open when it hung stays so, and carries nothing any more.
                    if *hanging.borrow() {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        let storage = ready(&database.url_through(way)).await;
        let mut open = Vec::new();
        for _ in 0..5 {
            open.push(storage.begin().await.unwrap());
        }
        hang.send(true).unwrap();
        let mut asked = tokio::task::JoinSet::new();
        for mut unit in open {
            asked.spawn(async move { unit.set_up_at().await.map(drop) });
        }
        for _ in 0..40 {
            let storage = Arc::clone(&storage);
            asked.spawn(async move { storage.view().await?.roles().await.map(drop) });
        }
        let ended = tokio::time::timeout(Duration::from_secs(30), asked.join_all()).await.unwrap();
        assert!(ended.iter().all(|one| matches!(one, Err(StorageError::Unavailable(_)))), "{ended:?}");
        // Those that hang hang for ever; only new ones get through.
        hang.send(false).unwrap();
        let back = async {
            loop {
                if storage.view().await.unwrap().roles().await.is_ok() {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), back).await.unwrap();
        relay.abort();
    });
}

fn migrating_twice_changes_nothing() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("it.db").display());
        drop(ready(&url).await);
        let storage = ready(&url).await;
        assert_eq!(storage.view().await.unwrap().roles().await.unwrap().len(), 1);
    });
}

fn a_url_that_cannot_work_says_what_to_do() {
    block_on(async {
        for (url, advice) in [
            ("mysql://root:secret@localhost/x", "sqlite://PATH"),
            ("sqlite::memory:", "must name a file"),
            ("sqlite://", "must name a file"),
            ("sqlite:///no/such/folder/it.db", "Make sure that its folder exists"),
            ("postgres://me:secret@127.0.0.1:1/x", "Make sure that it runs"),
            ("postgres://me:se/cret#secret@127.0.0.1:1/x", "percent-encode"),
        ] {
            let said = SeaOrmStorage::connect(url).await.unwrap_err().to_string();
            assert!(said.contains(advice), "{url}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
    });
}
