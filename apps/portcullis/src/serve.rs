//! `portcullis serve`: binds, brings the database up to date, says where the door is, and serves until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use poem::listener::{AcceptorExt as _, BoxAcceptor, IntoTlsConfigStream as _};
use poem::listener::{RustlsCertificate, RustlsConfig, TcpAcceptor};
use poem::{IntoEndpoint, Server};
use portcullis_core::{audit_seal, set_up, sweeping, worker};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::configuration::{Configuration, Tls};
use crate::console::say;
use crate::metrics::Metrics;
use crate::slow_connections::Bounded;
use crate::{operations, wiring};

/// How long requests may take to end once the process is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long a connection may say nothing, and how long a request may take to come: slow ones must not pile up.
const IDLE: Duration = Duration::from_mins(1);

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(configuration: &Configuration) -> anyhow::Result<()> {
    // The port comes first: when another process has it, that one's set-up link must stay good.
    let listener = bind("listen", configuration.listen).await?;
    let bound = listener.local_addr()?;
    let operations_listener = match configuration.operations_listen {
        Some(address) => Some(bind("operations_listen", address).await?),
        None => None,
    };
    let acceptor = acceptor(listener, configuration.tls.as_ref())?;
    let origin = configuration.origin_at(bound)?;
    let access = wiring::access(configuration, origin.clone()).await?;
    wiring::check_key(&access).await?;
    let transport = wiring::mail(configuration)?;
    let metrics = Arc::new(Metrics::of(&access));
    let back_office = portcullis_web::back_office(access.clone(), wiring::web_options(configuration, &origin)?)?;
    let back_office = metrics.around(back_office.into_endpoint());
    let set_up_link = set_up::issue_link(&access).await?;

    let (stop, stopped) = watch::channel(false);
    tell_to_stop(stop)?;
    outlive_size_limits()?;
    let worker = tokio::spawn(worker::run(access.clone(), transport, told(stopped.clone())));
    let sealing = tokio::spawn(audit_seal::run(access.clone(), told(stopped.clone())));
    let sweeping = tokio::spawn(sweeping::run(access.clone(), told(stopped.clone())));
    let operations = match operations_listener {
        Some(listener) => {
            let acceptor = TcpAcceptor::from_tokio(listener)?.boxed();
            Some(tokio::spawn(serve(acceptor, operations::endpoints(access.clone(), metrics), told(stopped.clone()))))
        }
        None => None,
    };

    say(format_args!("Back office: {}", access.back_office_url().await));
    if let Some(link) = set_up_link {
        say(format_args!("Set-up link: {link}"));
    }
    tracing::info!(%bound, "serving");
    serve(acceptor, back_office, told(stopped)).await?;
    tracing::info!("stopped");
    if let Some(operations) = operations {
        operations.await??;
    }
    // What was not sealed or swept yet is at the next start.
    sealing.abort();
    sweeping.abort();
    // A mail on its way may leave; one that does not in time is given back, or sent again after its lease.
    if tokio::time::timeout(worker::LONGEST_STOP, worker).await.is_err() {
        tracing::warn!("a mail was still on its way; it is tried again at the next start");
    }
    Ok(())
}

async fn serve(
    acceptor: BoxAcceptor,
    endpoint: impl IntoEndpoint<Endpoint: 'static>,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    Server::new_with_acceptor(Bounded::new(acceptor, IDLE))
        .idle_timeout(IDLE)
        .run_with_graceful_shutdown(endpoint.into_endpoint(), stop, Some(FAREWELL))
        .await
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use: stop what listens there, or set `{key}` to another port")
        }
        _ => anyhow!("cannot listen at {address}: {error}; set `{key}` to an address of this machine"),
    })
}

fn acceptor(listener: TcpListener, tls: Option<&Tls>) -> anyhow::Result<BoxAcceptor> {
    let acceptor = TcpAcceptor::from_tokio(listener)?;
    let Some(tls) = tls else { return Ok(acceptor.boxed()) };
    let read = |key: &str, path: &std::path::Path| {
        std::fs::read(path).map_err(|error| anyhow!("the setting `{key}`: {} cannot be read: {error}", path.display()))
    };
    let certificate =
        RustlsCertificate::new().cert(read("tls.cert_file", &tls.cert_file)?).key(read("tls.key_file", &tls.key_file)?);
    let stream = RustlsConfig::new()
        .fallback(certificate)
        .into_stream()
        .context("tls.cert_file and tls.key_file are not a certificate and its key in PEM")?;
    Ok(acceptor.rustls(stream).boxed())
}

/// Resolves once the process is told to stop.
async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it whoever could tell.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Listens for SIGTERM (service managers) and SIGINT (Ctrl-C).
fn tell_to_stop(stop: watch::Sender<bool>) -> anyhow::Result<()> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        let _ = stop.send(true);
    });
    Ok(())
}

/// A file that may not grow any further is an error for whoever writes to it. Unless somebody listens to the signal that
/// comes with it (SIGXFSZ, 25 on Linux), it ends the process.
fn outlive_size_limits() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(25))?);
    Ok(())
}
