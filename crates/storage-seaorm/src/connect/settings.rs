//! What an installation may say of its connections to `PostgreSQL`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};

/// How a connection to `PostgreSQL` is protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// In the clear.
    Off,
    /// Encrypted when the server can; whoever stands between can see to it that it is not.
    Prefer,
    /// Encrypted; whoever stands between can pass for the server.
    Require,
    /// Encrypted, and the server's certificate is for its name and from an authority that is trusted (ASVS 12.3.2).
    VerifyFull,
}

impl TlsMode {
    /// Every mode with its name in the configuration.
    pub const ALL: [(Self, &str); 4] =
        [(Self::Off, "off"), (Self::Prefer, "prefer"), (Self::Require, "require"), (Self::VerifyFull, "verify-full")];

    /// The mode of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(mode, _)| *mode)
    }

    const fn of_the_driver(self) -> PgSslMode {
        match self {
            Self::Off => PgSslMode::Disable,
            Self::Prefer => PgSslMode::Prefer,
            Self::Require => PgSslMode::Require,
            Self::VerifyFull => PgSslMode::VerifyFull,
        }
    }
}

/// The connections to `PostgreSQL`. `SQLite` has none of these: its readers and its one writer are in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// How many connections one process keeps at most, 1 to 1000. All nodes together must stay below the server's
    /// `max_connections`.
    pub max_connections: u32,
    /// How long a caller waits for a connection before it is told that storage is unavailable, also when the server is away;
    /// at most [`ConnectionSettings::LONGEST`].
    pub acquire_timeout: Duration,
    /// How long a statement may run before the server breaks it off; at most [`ConnectionSettings::LONGEST`]. It waits
    /// for a lock half as long.
    pub statement_timeout: Duration,
    /// `None`: what `sslmode` in the URL says, and where that says nothing [`TlsMode::VerifyFull`] to another machine and
    /// [`TlsMode::Prefer`] to this one.
    pub tls: Option<TlsMode>,
    /// A PEM file with the authority that the server's certificate is from, beside those that every browser trusts.
    pub root_certificate: Option<PathBuf>,
}

impl ConnectionSettings {
    /// The longest that a caller may be kept waiting for a connection, and then again for a statement: nobody waits
    /// longer for a page.
    pub const LONGEST: Duration = Duration::from_secs(10);

    /// What every connection asks of the server, with its start. A statement that takes longer is broken off as a whole, and
    /// its unit of work is rolled back. A node that is cut off in the middle of a unit of work holds what it locked until the
    /// server hears of it: a minute at most.
    fn limits(&self) -> [(&'static str, String); 6] {
        let statement = self.statement_timeout.min(Self::LONGEST);
        [
            ("statement_timeout", format!("{}ms", statement.as_millis())),
            ("lock_timeout", format!("{}ms", (statement / 2).as_millis())),
            ("idle_in_transaction_session_timeout", "60s".to_owned()),
            ("tcp_keepalives_idle", "15".to_owned()),
            ("tcp_keepalives_interval", "5".to_owned()),
            ("tcp_keepalives_count", "3".to_owned()),
        ]
    }

    /// The driver's options with these. `told` is whether the URL itself says how the way is protected.
    pub(super) fn applied(&self, options: PgConnectOptions, told: bool) -> PgConnectOptions {
        let options = options.options(self.limits());
        let options = match &self.root_certificate {
            Some(path) => options.ssl_root_cert(path),
            None => options,
        };
        let mode = match self.tls {
            Some(mode) => mode,
            None if told => return options,
            None if stays_here(&options) => TlsMode::Prefer,
            None => TlsMode::VerifyFull,
        };
        options.ssl_mode(mode.of_the_driver())
    }
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            max_connections: 20,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            tls: None,
            root_certificate: None,
        }
    }
}

/// Whether nobody is on the way to the server, because it is on this machine.
fn stays_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

/// Whether a URL says itself how the way is protected.
pub(super) fn tells_tls_mode(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|pair| pair.starts_with("sslmode=") || pair.starts_with("ssl-mode="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str, tls: Option<TlsMode>) -> String {
        let settings = ConnectionSettings { tls, ..ConnectionSettings::default() };
        let options = settings.applied(url.parse().unwrap(), tells_tls_mode(url));
        format!("{:?}", options.get_ssl_mode())
    }

    #[test]
    fn the_way_to_another_machine_is_protected_unless_somebody_says_otherwise() {
        for (url, tls, expected) in [
            ("postgres://u@db.shop.example/x", None, "VerifyFull"),
            ("postgres://u@10.0.0.7/x", None, "VerifyFull"),
            ("postgres://u@127.0.0.1/x", None, "Prefer"),
            ("postgres://u@127.9.9.9:99/x", None, "Prefer"),
            ("postgres://u@[::1]/x", None, "Prefer"),
            ("postgres://u@localhost/x", None, "Prefer"),
            ("postgres://u@localhost.shop.example/x", None, "VerifyFull"),
            ("postgres://u@%2Frun%2Fpostgresql/x", None, "Prefer"),
            ("postgres://u@db.shop.example/x?sslmode=disable", None, "Disable"),
            ("postgres://u@db.shop.example/x?application_name=y&sslmode=require", None, "Require"),
            ("postgres://u@db.shop.example/x?sslmode=disable", Some(TlsMode::VerifyFull), "VerifyFull"),
            ("postgres://u@127.0.0.1/x", Some(TlsMode::VerifyFull), "VerifyFull"),
            ("postgres://u@db.shop.example/x", Some(TlsMode::Off), "Disable"),
            ("postgres://u@db.shop.example/x", Some(TlsMode::Prefer), "Prefer"),
        ] {
            assert_eq!(mode(url, tls), expected, "{url} {tls:?}");
        }
    }

    #[test]
    fn no_statement_is_waited_for_without_an_end() {
        let settings = ConnectionSettings { statement_timeout: Duration::MAX, ..ConnectionSettings::default() };
        let options = settings.applied("postgres://u@127.0.0.1/x".parse().unwrap(), false);
        let said = options.get_options().unwrap();
        assert!(said.contains("statement_timeout=10000ms") && said.contains("lock_timeout=5000ms"), "{said}");
    }

    #[test]
    fn every_mode_is_parsed_from_its_name() {
        for (mode, name) in TlsMode::ALL {
            assert_eq!(TlsMode::parse(name), Some(mode));
        }
        assert_eq!(TlsMode::parse("verify"), None);
    }
}
