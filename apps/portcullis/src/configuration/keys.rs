//! The keys of the configuration as they are written, what is allowed for each, and the words for what is wrong.

use std::collections::BTreeSet;
use std::path::Path;

use figment::error::Kind;
use portcullis_domain::functionality::Functionality;
use serde::{Deserialize, Deserializer};

/// The configuration before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) allow_insecure_http: Option<bool>,
    pub(super) data_dir: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) database_url_file: Option<String>,
    #[serde(default)]
    pub(super) database: RawDatabase,
    pub(super) second_admin_alias: Option<String>,
    pub(super) second_admin_alias_file: Option<String>,
    pub(super) secret_key: Option<String>,
    pub(super) secret_key_file: Option<String>,
    pub(super) previous_secret_key: Option<String>,
    pub(super) previous_secret_key_file: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) smtp_url_file: Option<String>,
    pub(super) smtp_root_certificate: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) product_name: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) operations_listen: Option<String>,
    #[serde(default)]
    pub(super) tls: RawTls,
    #[serde(default)]
    pub(super) argon2: RawArgon2,
    pub(super) hashing_threads: Option<u64>,
    pub(super) hashing_queue: Option<u64>,
    #[serde(default)]
    pub(super) functionalities: Vec<Functionality>,
    #[serde(default)]
    pub(super) log: RawLog,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDatabase {
    pub(super) max_connections: Option<u64>,
    pub(super) acquire_timeout_seconds: Option<u64>,
    pub(super) statement_timeout_seconds: Option<u64>,
    pub(super) tls: Option<String>,
    pub(super) root_certificate: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTls {
    pub(super) cert_file: Option<String>,
    pub(super) key_file: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawArgon2 {
    pub(super) memory_kib: Option<u64>,
    pub(super) iterations: Option<u64>,
    pub(super) parallelism: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLog {
    pub(super) format: Option<String>,
    pub(super) level: Option<String>,
}

/// A list, or, as one writes it in the environment, a text with commas.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(Some(match Either::deserialize(deserializer)? {
        Either::List(list) => list,
        Either::Text(text) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
    }))
}

/// Whether a key's value is a text, whatever it looks like: a product may be called 2024, and an alias be all digits.
pub(super) fn is_text(key: &str) -> bool {
    let plain = matches!(
        key,
        "listen"
            | "public_url"
            | "data_dir"
            | "database_url"
            | "database.tls"
            | "database.root_certificate"
            | "second_admin_alias"
            | "secret_key"
            | "previous_secret_key"
            | "smtp_url"
            | "smtp_root_certificate"
            | "mail_from"
            | "product_name"
            | "operations_listen"
            | "log.format"
            | "log.level"
    );
    plain || key.ends_with("_file")
}

/// What is allowed for a key.
fn allowed(key: &str) -> &'static str {
    match key {
        "listen" | "operations_listen" => "an address and port, like 127.0.0.1:8080 or [::1]:8080",
        "public_url" => {
            "an origin like https://shop.example, without a path; http only for a loopback host, or with `allow_insecure_http = true`"
        }
        "allow_insecure_http" => "true or false",
        "database_url" => "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
        "database.max_connections" => "1 to 1000",
        "database.acquire_timeout_seconds" | "database.statement_timeout_seconds" => "1 to 10",
        "database.tls" => "off, prefer, require or verify-full",
        "database.root_certificate" => "the path of a PEM file that can be read",
        "second_admin_alias" => "12 to 64 of a-z, 0-9 and hyphens, not a guessable word",
        "secret_key" | "previous_secret_key" => "32 random bytes in base64, as `openssl rand -base64 32` prints them",
        "smtp_root_certificate" => "the path of a PEM file; only with smtps:// or ?tls=required",
        "smtp_url" => "smtp://USER:PASSWORD@HOST:587?tls=required, smtps://… or smtp://HOST:25",
        "mail_from" => "one sender like Portcullis <no-reply@shop.example>",
        "product_name" => "1 to 60 characters on one line",
        "trusted_proxies" => "a list of networks like 10.0.0.0/8 or 2001:db8::/32",
        "tls.cert_file" | "tls.key_file" => "two PEM files, tls.cert_file and tls.key_file, or neither",
        "argon2.memory_kib" => "19456 to 1048576",
        "argon2.iterations" => "2 to 64",
        "argon2.parallelism" => "1 to 64",
        "hashing_threads" => "1 to 1024",
        "hashing_queue" => "1 to 65536",
        "log.format" => "pretty or json",
        "log.level" => "error, warn, info, debug or trace",
        _ if key.starts_with("functionalities") => {
            "entries with an id of their own (a-z, 0-9, _ and -), a name, and if need be a description and a url (http, https or a path)"
        }
        _ if key.ends_with("_file") => "a readable file that is not empty",
        _ => "see the settings in docs/reference",
    }
}

/// The error for a value that is not allowed.
pub(super) fn refused(key: &str, problem: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("the setting `{key}`: {problem}; allowed: {}", allowed(key))
}

/// One line for what figment found: key, source, problem, what is allowed. A value is never repeated when it may be a
/// secret.
pub(super) fn explain(error: figment::Error, file: &Path, from_environment: &BTreeSet<String>) -> anyhow::Error {
    let mut key = error.path.join(".");
    if let Kind::UnknownField(name, _) = &error.kind
        && !(key == *name || key.ends_with(&format!(".{name}")))
    {
        key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
    }
    let source = if from_environment.contains(&key) {
        format!("the variable PORTCULLIS_{}", key.to_ascii_uppercase().replace('.', "__"))
    } else {
        file.display().to_string()
    };
    match error.kind {
        Kind::UnknownField(_, known) => {
            anyhow::anyhow!("the setting `{key}` in {source} is unknown; known here: {}", known.join(", "))
        }
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            anyhow::anyhow!("the setting `{key}` in {source} is not {expected}; allowed: {}", allowed(&key))
        }
        // What the TOML reader says quotes the line, which may hold a secret: only where and what.
        Kind::Message(text) if key.is_empty() => {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            let (first, last) = (lines.next().unwrap_or("it cannot be read"), lines.next_back().unwrap_or(""));
            anyhow::anyhow!("{source}: {first}: {last}")
        }
        kind => anyhow::anyhow!("the setting `{key}` in {source}: {kind}; allowed: {}", allowed(&key)),
    }
}
