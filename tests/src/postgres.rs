//! A database of its own on a real `PostgreSQL` server, for each test that asks. The storage's conformance suite reads this
//! file too: there is one way to the server.

use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database};
use url::Url;

use crate::requirement::required;

static MADE: AtomicU32 = AtomicU32::new(0);

/// The server that tests may use: `PORTCULLIS_TEST_POSTGRES_URL`, or one on this machine that lets the user `postgres` in.
/// `None` where there is none; with `PORTCULLIS_TEST_REQUIRE=postgres` that is a failure.
pub async fn server() -> Option<String> {
    let required = required("postgres");
    let url = if let Ok(url) = std::env::var("PORTCULLIS_TEST_POSTGRES_URL") {
        url
    } else {
        let here: SocketAddr = ([127, 0, 0, 1], 5432).into();
        let listens = TcpStream::connect_timeout(&here, Duration::from_millis(500)).is_ok();
        assert!(listens || !required, "a PostgreSQL server is required, and none listens on 127.0.0.1:5432");
        if !listens {
            return None;
        }
        "postgres://postgres@127.0.0.1:5432/postgres".to_owned()
    };
    match Database::connect(&url).await {
        Ok(connection) => {
            drop(connection.close().await);
            Some(url)
        }
        Err(error) => {
            assert!(!required, "a PostgreSQL server is required, and it lets nobody in: {error}");
            None
        }
    }
}

/// A fresh database on the server; dropped with this.
pub struct FreshDatabase {
    server: String,
    name: String,
}

impl FreshDatabase {
    /// Makes it.
    pub async fn on(server: &str) -> Self {
        let name = format!("portcullis_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        execute(server, &format!("CREATE DATABASE {name}")).await;
        Self { server: server.to_owned(), name }
    }

    /// Its URL, on the server's own address, with all that the server's URL asks for.
    pub fn url(&self) -> String {
        self.located().to_string()
    }

    /// Its URL through another port of this machine.
    pub fn url_through(&self, port: u16) -> String {
        let mut url = self.located();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        url.to_string()
    }

    /// The address of the server.
    pub fn address(&self) -> (String, u16) {
        let url = self.located();
        (url.host_str().unwrap_or("127.0.0.1").to_owned(), url.port().unwrap_or(5432))
    }

    fn located(&self) -> Url {
        let mut url = Url::parse(&self.server).expect("the server's URL");
        url.set_path(&self.name);
        url
    }
}

async fn execute(server: &str, sql: &str) {
    let connection = Database::connect(server).await.expect("the server lets us in");
    connection.execute_unprepared(sql).await.expect("the server does it");
    drop(connection.close().await);
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        drop(dropped.join());
    }
}
