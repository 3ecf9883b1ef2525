//! A start that cannot be: one line on standard error says what is wrong and what to do, and nothing is left behind. And one
//! that serves HTTPS by itself.
#![expect(clippy::expect_used, reason = "a test that cannot start a process has failed")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use portcullis_tests::{Product, binary, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What a start says that ends by itself, and how it ends.
fn refused(folder: &Path, settings: &[(&str, &str)]) -> String {
    let output = Command::new(binary())
        .arg("serve")
        .current_dir(folder)
        .env("PORTCULLIS_LISTEN", format!("127.0.0.1:{}", free_port()))
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{settings:?}: {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{settings:?}: no address is told");
    let own: Vec<&str> = said.lines().filter(|line| line.starts_with("portcullis: ")).collect();
    assert!(matches!(&*own, [_]), "{settings:?}: one line: {said}");
    own.concat()
}

#[test]
fn what_keeps_it_from_starting_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    std::fs::write(here.join("file"), "not a folder").expect("a file");
    std::fs::write(here.join("odd.pem"), "not a certificate").expect("a file");
    let nobody = format!("postgres://me:hunter2@127.0.0.1:{}/x", free_port());
    let mut wrong = Vec::new();
    for (settings, what, advice) in [
        (vec![("PORTCULLIS_LISTEN", &*taken)], "is in use", "set `listen` to another port"),
        (vec![("PORTCULLIS_OPERATIONS_LISTEN", &*taken)], "is in use", "set `operations_listen` to another port"),
        (
            vec![("PORTCULLIS_LISTEN", "192.0.2.1:80"), ("PORTCULLIS_PUBLIC_URL", "https://shop.example")],
            "cannot listen",
            "an address of this machine",
        ),
        (vec![("PORTCULLIS_DATA_DIR", "file")], "file", "`data_dir`"),
        // Nobody may write there, whoever it is.
        (vec![("PORTCULLIS_DATA_DIR", "/proc/portcullis")], "/proc/portcullis", "`data_dir`"),
        (vec![("PORTCULLIS_DATABASE_URL", "sqlite:///proc/it.db")], "/proc/it.db", "may write there"),
        (vec![("PORTCULLIS_DATABASE_URL", "sqlite://file")], "database", "file"),
        (vec![("PORTCULLIS_DATABASE_URL", &*nobody)], "cannot connect to the database", "Make sure that it runs"),
        (vec![("PORTCULLIS_LISTENN", "x")], "`listenn`", "known here"),
        (vec![("PORTCULLIS_HASHING_QUEUE", "0")], "`hashing_queue`", "1 to 65536"),
        (vec![("PORTCULLIS_SECRET_KEY", "short")], "`secret_key`", "32 random bytes"),
        (vec![("PORTCULLIS_MAIL_FROM", "nobody")], "mail_from", "mail"),
        (
            vec![("PORTCULLIS_TLS__CERT_FILE", "odd.pem"), ("PORTCULLIS_TLS__KEY_FILE", "odd.pem")],
            "tls.cert_file",
            "in PEM",
        ),
        (
            vec![("PORTCULLIS_TLS__CERT_FILE", "none.pem"), ("PORTCULLIS_TLS__KEY_FILE", "none.pem")],
            "none.pem",
            "`tls.cert_file`",
        ),
    ] {
        let said = refused(here, &settings);
        if !said.contains(what) || !said.contains(advice) || said.contains("hunter2") {
            wrong.push(format!("{settings:?}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_node_whose_key_does_not_fit_the_database_does_not_start() {
    let product = Product::start(&[]);
    let database = product.database_url();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let said = refused(elsewhere.path(), &[("PORTCULLIS_DATABASE_URL", &database)]);
    assert!(said.contains("the key does not fit the database") && said.contains("`secret_key`"), "{said}");
    let signed = product.run_with(
        &[("PORTCULLIS_SECRET_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")],
        &["audit", "sign-anew"],
    );
    assert!(signed.status.success(), "{signed:?}");
    // Now it is this one's key that does not fit.
    let shown = product.run(&["alias", "show"]);
    assert_eq!(shown.status.code(), Some(1), "{shown:?}");
}

#[tokio::test]
async fn it_serves_https_by_itself() {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).expect("a certificate");
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("a key");
    let port = free_port();
    let origin = format!("https://localhost:{port}");
    let product = Product::start_in(
        folder,
        port,
        &[
            ("PORTCULLIS_TLS__CERT_FILE", "cert.pem"),
            ("PORTCULLIS_TLS__KEY_FILE", "key.pem"),
            ("PORTCULLIS_PUBLIC_URL", &origin),
        ],
    );
    assert!(product.back_office.starts_with(&origin) && product.set_up_link.starts_with(&origin));

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
    let path = product.back_office.strip_prefix(&origin).expect("its path");
    let request = format!("GET {path}/login HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    // A server may close without a farewell once it has said how long its answer is.
    drop(read.expect("an answer in time"));
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: __host-")).expect("a cookie");
    assert!(cookie.contains("secure") && cookie.contains("httponly") && cookie.contains("path=/"), "{cookie}");
}
