//! What the installation says of itself: `portcullis.toml`, overridden by the environment. Everything is checked before
//! anything is opened; what is wrong is told with its key, the problem, and what is allowed.

mod keys;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use figment::Figment;
use figment::providers::{Format as _, Serialized, Toml};
use ipnet::IpNet;
use portcullis_domain::alias::Alias;
use portcullis_domain::functionality::{BuiltIn, Functionality};
use portcullis_storage_seaorm::{ConnectionSettings, TlsMode};
use zeroize::Zeroizing;

use keys::{Raw, RawDatabase, explain, refused};

/// The file that is read when `--config` names none.
pub(crate) const DEFAULT_FILE: &str = "portcullis.toml";
/// What every variable of the environment begins with.
const PREFIX: &str = "PORTCULLIS_";
/// What follows it where a variable speaks to the tests, which start this binary in their own environment.
const FOR_TESTS: &str = "TEST_";

/// Where the sealing key comes from.
pub(crate) enum KeySource {
    /// It was given.
    Given(Zeroizing<[u8; 32]>),
    /// A file, made at the first start.
    File(PathBuf),
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// The files of HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The certificate chain, PEM.
    pub(crate) cert_file: PathBuf,
    /// Its key, PEM.
    pub(crate) key_file: PathBuf,
}

/// The cost of a password hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashingCost {
    /// Memory, KiB.
    pub(crate) memory_kib: u32,
    /// Passes over it.
    pub(crate) iterations: u32,
    /// Lanes.
    pub(crate) parallelism: u32,
}

/// The configuration, checked. It holds secrets, so it has no `Debug`.
pub(crate) struct Configuration {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    public_url: Option<String>,
    allow_insecure_http: bool,
    /// Database, key and mail files.
    pub(crate) data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`; `None`: a file in the data folder.
    pub(crate) database_url: Option<String>,
    /// The connections to a database server.
    pub(crate) database: ConnectionSettings,
    /// The alias to begin with.
    pub(crate) first_alias: Option<Alias>,
    /// The sealing key.
    pub(crate) secret_key: KeySource,
    /// The sealing key of before: it opens what it sealed, and seals nothing.
    pub(crate) previous_secret_key: Option<Zeroizing<[u8; 32]>>,
    /// `None`: mail goes to files.
    pub(crate) smtp_url: Option<String>,
    /// A certificate that the mail server's is signed by, beside those that the system trusts.
    pub(crate) smtp_root_certificate: Option<PathBuf>,
    /// The sender.
    pub(crate) mail_from: String,
    /// On pages and in mail.
    pub(crate) product_name: String,
    /// Whose `X-Forwarded-For` counts.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// The second listener.
    pub(crate) operations_listen: Option<SocketAddr>,
    /// HTTPS, when served directly.
    pub(crate) tls: Option<Tls>,
    /// The cost of a hash.
    pub(crate) argon2: HashingCost,
    /// Threads that hash.
    pub(crate) hashing_threads: usize,
    /// How many may wait for them.
    pub(crate) hashing_queue: usize,
    /// What roles can grant beyond the built-in ones.
    pub(crate) functionalities: Vec<Functionality>,
    /// `None`: pretty on a terminal, JSON otherwise.
    pub(crate) log_format: Option<LogFormat>,
    /// `error` to `trace`.
    pub(crate) log_level: String,
}

impl Configuration {
    /// Reads the file (`None`: `portcullis.toml`, if there is one) and the environment over it.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let path = file.unwrap_or_else(|| Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => bail!("cannot read the configuration {}: {error}", path.display()),
        };
        let mut figment = Figment::new().merge(Toml::string(&text));
        let mut from_environment = BTreeSet::new();
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            if rest.starts_with(FOR_TESTS) {
                continue;
            }
            let key = rest.to_ascii_lowercase().replace("__", ".");
            let value = if keys::is_text(&key) {
                figment::value::Value::from(value)
            } else {
                // Infallible: what is neither a number, a truth value, a list nor a table is a text.
                let Ok(value) = value.parse::<figment::value::Value>();
                value
            };
            figment = figment.merge(Serialized::default(&key, value));
            from_environment.insert(key);
        }
        let raw: Raw = figment.extract().map_err(|error| explain(error, path, &from_environment))?;
        Self::check(raw)
    }

    fn check(raw: Raw) -> anyhow::Result<Self> {
        let listen = socket("listen", raw.listen.as_deref().unwrap_or("127.0.0.1:8080"))?;
        let data_dir = PathBuf::from(raw.data_dir.unwrap_or_else(|| "./portcullis-data".to_owned()));
        let tls = match (raw.tls.cert_file, raw.tls.key_file) {
            (None, None) => None,
            (Some(cert), Some(key)) => Some(Tls { cert_file: cert.into(), key_file: key.into() }),
            (Some(_), None) => return Err(refused("tls.key_file", "is missing beside tls.cert_file")),
            (None, Some(_)) => return Err(refused("tls.cert_file", "is missing beside tls.key_file")),
        };
        let first_alias = secret("second_admin_alias", raw.second_admin_alias, raw.second_admin_alias_file)?
            .map(|text| Alias::parse(&text).map_err(|error| refused("second_admin_alias", error)))
            .transpose()?;
        let database_url = secret("database_url", raw.database_url, raw.database_url_file)?;
        if let Some(url) = &database_url
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err(refused("database_url", "has another scheme"));
        }
        let smtp_url = secret("smtp_url", raw.smtp_url, raw.smtp_url_file)?;
        if let Some(url) = &smtp_url
            && !url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
        {
            return Err(refused("smtp_url", "is not the address of an SMTP server"));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let configuration = Self {
            listen,
            public_url: raw.public_url.as_deref().map(origin).transpose()?,
            allow_insecure_http: raw.allow_insecure_http.unwrap_or(false),
            previous_secret_key: secret("previous_secret_key", raw.previous_secret_key, raw.previous_secret_key_file)?
                .map(|text| key("previous_secret_key", &text))
                .transpose()?,
            secret_key: match secret("secret_key", raw.secret_key, raw.secret_key_file)? {
                Some(text) => KeySource::Given(key("secret_key", &text)?),
                None => KeySource::File(data_dir.join("secret.key")),
            },
            data_dir,
            database_url,
            database: connections(raw.database)?,
            first_alias,
            smtp_url,
            smtp_root_certificate: raw.smtp_root_certificate.map(PathBuf::from),
            mail_from: one_line("mail_from", raw.mail_from, "Portcullis <no-reply@localhost>", 320)?,
            product_name: one_line("product_name", raw.product_name, "Back office", 60)?,
            trusted_proxies: networks(raw.trusted_proxies.unwrap_or_default())?,
            operations_listen: raw.operations_listen.map(|text| socket("operations_listen", &text)).transpose()?,
            tls,
            argon2: HashingCost {
                memory_kib: number("argon2.memory_kib", raw.argon2.memory_kib, 65_536, 19_456..=1_048_576)?,
                iterations: number("argon2.iterations", raw.argon2.iterations, 3, 2..=64)?,
                parallelism: number("argon2.parallelism", raw.argon2.parallelism, 1, 1..=64)?,
            },
            hashing_threads: count("hashing_threads", raw.hashing_threads, cores, 1..=1024)?,
            hashing_queue: count("hashing_queue", raw.hashing_queue, 64, 1..=65_536)?,
            functionalities: functionalities(raw.functionalities)?,
            log_format: match raw.log.format.as_deref() {
                None => None,
                Some("pretty") => Some(LogFormat::Pretty),
                Some("json") => Some(LogFormat::Json),
                Some(_) => return Err(refused("log.format", "is unknown")),
            },
            log_level: raw.log.level.unwrap_or_else(|| "info".to_owned()).to_ascii_lowercase(),
        };
        if !["error", "warn", "info", "debug", "trace"].contains(&configuration.log_level.as_str()) {
            return Err(refused("log.level", "is unknown"));
        }
        configuration.origin_at(listen)?;
        Ok(configuration)
    }

    /// The origin of every link: the configured one, or that of the address at which the process really listens.
    pub(crate) fn origin_at(&self, bound: SocketAddr) -> anyhow::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let origin = self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{bound}"));
        let url = url::Url::parse(&origin).context("`public_url` is not an address")?;
        if bound.ip().is_unspecified() && self.public_url.is_none() {
            return Err(refused("public_url", "is unset, and `listen` names no address that a link could lead to"));
        }
        if url.scheme() == "http" && !self.allow_insecure_http && !loopback(&url) {
            return Err(refused("public_url", "is http, which sends passwords in the clear"));
        }
        Ok(origin)
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> String {
        let in_data_dir = || format!("sqlite://{}", self.data_dir.join("portcullis.db").display());
        self.database_url.clone().unwrap_or_else(in_data_dir)
    }

    /// Whether anything is kept in the data folder: a node with a database server, SMTP and a given key needs none.
    pub(crate) const fn needs_data_dir(&self) -> bool {
        self.database_url.is_none() || self.smtp_url.is_none() || matches!(self.secret_key, KeySource::File(_))
    }
}

fn loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn origin(text: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(text).map_err(|error| refused("public_url", error))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("public_url", "has another scheme"));
    }
    let more = !url.username().is_empty()
        || url.password().is_some()
        || url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some();
    if more { Err(refused("public_url", "is more than an origin")) } else { Ok(url.origin().ascii_serialization()) }
}

fn socket(key: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.parse().map_err(|_| refused(key, format!("{text:?} is not an address and port")))
}

/// A secret stands in the configuration or in a file of its own, never in both.
fn secret(key: &str, given: Option<String>, file: Option<String>) -> anyhow::Result<Option<String>> {
    let (file_key, text) = match (given, file) {
        (Some(_), Some(_)) => return Err(refused(key, format!("is given, and {key}_file too: keep one of them"))),
        (given, None) => (key.to_owned(), given),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| refused(&format!("{key}_file"), format!("{path} cannot be read: {error}")))?;
            (format!("{key}_file"), Some(text.trim().to_owned()))
        }
    };
    if text.as_deref() == Some("") { Err(refused(&file_key, "is empty")) } else { Ok(text) }
}

fn key(name: &str, text: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let key = portcullis_credentials::secret_key::parse(text).map(Zeroizing::new);
    key.ok_or_else(|| refused(name, "is not 32 bytes in base64"))
}

fn one_line(key: &str, given: Option<String>, default: &str, most: usize) -> anyhow::Result<String> {
    let text = given.map_or_else(|| default.to_owned(), |text| text.trim().to_owned());
    let good = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if good { Ok(text) } else { Err(refused(key, "is empty, too long, or has line breaks")) }
}

fn number(key: &str, given: Option<u64>, default: u32, range: RangeInclusive<u32>) -> anyhow::Result<u32> {
    let Some(given) = given else { return Ok(default) };
    let found = u32::try_from(given).ok().filter(|number| range.contains(number));
    found.ok_or_else(|| refused(key, format!("{given} is out of bounds")))
}

fn count(key: &str, given: Option<u64>, default: usize, range: RangeInclusive<usize>) -> anyhow::Result<usize> {
    let Some(given) = given else { return Ok(default) };
    let found = usize::try_from(given).ok().filter(|number| range.contains(number));
    found.ok_or_else(|| refused(key, format!("{given} is out of bounds")))
}

fn connections(raw: RawDatabase) -> anyhow::Result<ConnectionSettings> {
    let seconds = |key: &str, given, default| {
        number(key, given, default, 1..=10).map(|seconds| Duration::from_secs(seconds.into()))
    };
    let tls =
        raw.tls.map(|name| TlsMode::parse(&name).ok_or_else(|| refused("database.tls", "is unknown"))).transpose()?;
    let root_certificate = raw.root_certificate.map(PathBuf::from);
    if let Some(path) = &root_certificate {
        let unread =
            |error| refused("database.root_certificate", format!("{} cannot be read: {error}", path.display()));
        std::fs::File::open(path).map_err(unread)?;
    }
    Ok(ConnectionSettings {
        max_connections: number("database.max_connections", raw.max_connections, 20, 1..=1000)?,
        acquire_timeout: seconds("database.acquire_timeout_seconds", raw.acquire_timeout_seconds, 5)?,
        statement_timeout: seconds("database.statement_timeout_seconds", raw.statement_timeout_seconds, 10)?,
        tls,
        root_certificate,
    })
}

fn networks(texts: Vec<String>) -> anyhow::Result<Vec<IpNet>> {
    let read = |text: String| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| refused("trusted_proxies", format!("{text:?} is no network")))
    };
    texts.into_iter().map(read).collect()
}

fn functionalities(given: Vec<Functionality>) -> anyhow::Result<Vec<Functionality>> {
    let mut taken: BTreeSet<String> = BuiltIn::ALL.iter().map(|one| one.as_str().to_owned()).collect();
    for one in &given {
        if !taken.insert(one.id.as_str().to_owned()) {
            return Err(refused("functionalities", format!("the id {:?} is taken", one.id.as_str())));
        }
        let leads_somewhere = |url: &String| {
            (url.starts_with('/') && !url.starts_with("//"))
                || url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
        };
        if one.name.trim().is_empty() || one.url.as_ref().is_some_and(|url| !leads_somewhere(url)) {
            return Err(refused("functionalities", format!("{:?} has no name, or an odd url", one.id.as_str())));
        }
    }
    Ok(given)
}
