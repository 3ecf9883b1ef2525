//! The product, put together from the configuration: which adapter stands behind which port.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use portcullis_core::audit_seal::{self, SealError};
use portcullis_core::{Access, Ports, Settings};
use portcullis_credentials::clock::{SteadyClock, SystemClock};
use portcullis_credentials::hasher::{Argon2Hasher, Argon2Parameters};
use portcullis_credentials::qr::QrCodes;
use portcullis_credentials::randomness::OsSecrets;
use portcullis_credentials::sealing::KeySealer;
use portcullis_credentials::secret_key;
use portcullis_credentials::strength::ZxcvbnEstimator;
use portcullis_credentials::totp::TotpCodes;
use portcullis_domain::ports::mail::MailTransport;
use portcullis_mail::{FileMail, Renderer, SmtpMail};
use portcullis_storage_seaorm::SeaOrmStorage;
use portcullis_web::Options;

use crate::configuration::{Configuration, KeySource};
use crate::console::say;
use crate::data_folder;

/// How long the database may take to answer at the start.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reaches the database, as it is.
pub(crate) async fn reach_storage(configuration: &Configuration) -> anyhow::Result<SeaOrmStorage> {
    let url = configuration.database();
    match tokio::time::timeout(PATIENCE, SeaOrmStorage::connect_with(&url, &configuration.database)).await {
        Ok(reached) => Ok(reached?),
        Err(_) => Err(anyhow!("the database does not answer; check `database_url` and that it runs")),
    }
}

/// Reaches the database and brings it up to date. Makes the data folder when something is kept in it.
pub(crate) async fn open_storage(configuration: &Configuration) -> anyhow::Result<SeaOrmStorage> {
    if configuration.needs_data_dir() {
        data_folder::prepare(&configuration.data_dir)?;
    }
    let storage = reach_storage(configuration).await?;
    storage.migrate().await?;
    Ok(storage)
}

/// The sealing key, and what is derived from it. Makes the key when there is none.
fn sealer(configuration: &Configuration) -> anyhow::Result<KeySealer> {
    sealer_with(configuration, secret_key::load_or_create)
}

/// The sealing key as it is: makes none.
pub(crate) fn present_sealer(configuration: &Configuration) -> anyhow::Result<KeySealer> {
    sealer_with(configuration, secret_key::load)
}

fn sealer_with(
    configuration: &Configuration,
    from_file: impl Fn(&Path) -> std::io::Result<[u8; 32]>,
) -> anyhow::Result<KeySealer> {
    let key = match &configuration.secret_key {
        KeySource::Given(key) => **key,
        KeySource::File(path) => from_file(path)?,
    };
    Ok(KeySealer::new(key, configuration.previous_secret_key.iter().map(|key| **key).collect()))
}

/// The use cases, on an up-to-date database, with links that begin with `origin`.
pub(crate) async fn access(configuration: &Configuration, origin: String) -> anyhow::Result<Access> {
    let storage = open_storage(configuration).await?;
    let cost = configuration.argon2;
    let parameters =
        Argon2Parameters { memory_kib: cost.memory_kib, iterations: cost.iterations, parallelism: cost.parallelism };
    let hasher = Argon2Hasher::start(parameters, configuration.hashing_threads, configuration.hashing_queue)?;
    let ports = Ports {
        storage: Arc::new(storage),
        clock: Arc::new(SteadyClock::new(SystemClock)),
        secrets: Arc::new(OsSecrets),
        hasher: Arc::new(hasher),
        estimator: Arc::new(ZxcvbnEstimator),
        sealer: Arc::new(sealer(configuration)?),
        totp: Arc::new(TotpCodes),
        qr: Arc::new(QrCodes),
    };
    let settings = Settings {
        public_url: origin,
        product_name: configuration.product_name.clone(),
        functionalities: configuration.functionalities.clone(),
        first_alias: configuration.first_alias.clone(),
    };
    Ok(Access::start(ports, settings).await?)
}

/// Refuses a key that does not fit the database: mails that this process writes would open nowhere else, nor those of others
/// here, and no second factor.
pub(crate) async fn check_key(access: &Access) -> anyhow::Result<()> {
    match audit_seal::check_key(access).await {
        Err(SealError::Fault(fault)) => bail!(
            "the key does not fit the database: {fault}. Every node has the same `secret_key`; when it was lost, run \
             `portcullis audit sign-anew` with the new one"
        ),
        checked => Ok(checked?),
    }
}

/// The way out for mail: SMTP, or files in the data folder, whose names are told on standard output.
pub(crate) fn mail(configuration: &Configuration) -> anyhow::Result<Arc<dyn MailTransport>> {
    let from = configuration.mail_from.as_str();
    let renderer = Renderer::new(&configuration.product_name)?;
    let transport: Arc<dyn MailTransport> = if let Some(url) = &configuration.smtp_url {
        let mut mail = SmtpMail::from_url(url, from, renderer).context("mail: check `smtp_url` and `mail_from`")?;
        if let Some(file) = &configuration.smtp_root_certificate {
            mail = mail.with_root_certificate(file).context("mail: check `smtp_root_certificate`")?;
        }
        Arc::new(mail)
    } else {
        let folder = configuration.data_dir.join("mail");
        let files = FileMail::new(folder, from, renderer).context("mail: check `mail_from` and the data folder")?;
        Arc::new(files.on_written(Box::new(|path| say(format_args!("Mail written: {}", path.display())))))
    };
    Ok(transport)
}

/// What the web app needs beside the use cases. The CSRF key comes from the sealing key, which all nodes share.
pub(crate) fn web_options(configuration: &Configuration, origin: &str) -> anyhow::Result<Options> {
    Ok(Options {
        csrf_key: sealer(configuration)?.derive("portcullis/web/csrf"),
        secure_cookies: origin.starts_with("https://"),
        trusted_proxies: configuration.trusted_proxies.clone(),
    })
}
