//! `portcullis doctor`: looks at everything that a start needs, and changes nothing.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use portcullis_credentials::clock::SystemClock;
use portcullis_credentials::secret_key;
use portcullis_domain::audit_seal::Head;
use portcullis_domain::ports::Clock as _;
use portcullis_domain::ports::credentials::Sealer as _;
use portcullis_domain::ports::storage::Storage as _;
use portcullis_storage_seaorm::SchemaState;
use time::macros::datetime;

use crate::configuration::{Configuration, KeySource};
use crate::console::say;
use crate::{data_folder, wiring};

/// How long a mail server may take to take a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Checks each part and says how it is.
pub(crate) async fn run(configuration: &Configuration) -> anyhow::Result<()> {
    let findings = [
        ("public URL", public_url(configuration)),
        ("data folder", folder(configuration)),
        ("key", key(configuration)),
        ("storage", storage(configuration).await),
        ("mail", mail(configuration).await),
        ("clock", clock()),
    ];
    let mut wrong = Vec::new();
    for (what, finding) in findings {
        match finding {
            Ok(how) => say(format_args!("ok     {what}: {how}")),
            Err(error) => {
                say(format_args!("wrong  {what}: {error:#}"));
                wrong.push(what);
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("something is wrong with: {}; see the lines above", wrong.join(", ")) }
}

fn public_url(configuration: &Configuration) -> anyhow::Result<String> {
    let origin = configuration.origin_at(configuration.listen)?;
    Ok(if origin.starts_with("https:") { origin } else { format!("{origin} (http: fit for this machine only)") })
}

fn folder(configuration: &Configuration) -> anyhow::Result<String> {
    let folder = &configuration.data_dir;
    if !configuration.needs_data_dir() {
        return Ok("not needed".to_owned());
    }
    if !folder.is_dir() {
        bail!("{} does not exist; `portcullis migrate` makes it", folder.display());
    }
    data_folder::prepare(folder)?;
    if data_folder::open_to_others(folder) {
        bail!("{} is open to others of the machine; chmod 700 it", folder.display());
    }
    Ok(folder.display().to_string())
}

fn key(configuration: &Configuration) -> anyhow::Result<String> {
    match &configuration.secret_key {
        KeySource::Given(_) => Ok("given".to_owned()),
        KeySource::File(path) => {
            secret_key::load(path).context("the first start of `portcullis serve` makes it")?;
            if data_folder::open_to_others(path) {
                bail!("{} is open to others of the machine; chmod 600 it", path.display());
            }
            Ok(path.display().to_string())
        }
    }
}

async fn storage(configuration: &Configuration) -> anyhow::Result<String> {
    let url = configuration.database();
    // Reaching a file that is not there would make it.
    if let Some(path) = url.strip_prefix("sqlite:")
        && !Path::new(path.strip_prefix("//").unwrap_or(path)).is_file()
    {
        bail!("there is no database yet; `portcullis migrate` makes it");
    }
    let storage = wiring::reach_storage(configuration).await?;
    match storage.schema_state().await? {
        SchemaState::UpToDate => {}
        SchemaState::Pending => bail!("its tables are not up to date; run `portcullis migrate`"),
        SchemaState::Newer { unknown } => {
            bail!("a newer version changed its tables ({unknown}); run that version, or a later one")
        }
    }
    let mut view = storage.view().await?;
    let mut before = 0;
    if let Some(signed) = view.audit_head().await? {
        // Made with this key, or with the one of before: else second factors and waiting mail do not open either.
        let sealer = wiring::present_sealer(configuration)?;
        Head::opened(&signed, &sealer)?;
        before = view.count_secrets_without(sealer.mark()).await?;
    }
    let set_up = if view.set_up_at().await?.is_some() { "up to date, set up" } else { "up to date, set-up is open" };
    Ok(match before {
        0 => set_up.to_owned(),
        some => format!("{set_up}; second factors that still need `previous_secret_key`: {some}"),
    })
}

async fn mail(configuration: &Configuration) -> anyhow::Result<String> {
    let Some(url) = &configuration.smtp_url else {
        return Ok(format!("files in {}", configuration.data_dir.join("mail").display()));
    };
    wiring::mail(configuration)?;
    let url = url::Url::parse(url).context("`smtp_url` is not an address")?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port().unwrap_or(if url.scheme() == "smtps" { 465 } else { 25 });
    match tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} takes connections")),
        Ok(Err(error)) => bail!("{host}:{port}: {error}; check `smtp_url` and that the server runs"),
        Err(_) => bail!("{host}:{port} does not answer; check `smtp_url` and the firewall"),
    }
}

fn clock() -> anyhow::Result<String> {
    let now = SystemClock.now();
    // Links and sessions end by this clock. Before this program was written it cannot be.
    if now < datetime!(2026-01-01 00:00 UTC) {
        bail!("it says {now}, which is over; set it (NTP)");
    }
    Ok(now.to_string())
}
