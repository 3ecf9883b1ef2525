//! What is done in the background: requests for new passwords are worked off, operators are told of a new alias, mail
//! leaves. Each has a loop of its own: a mail server that hangs delays its mails, and nothing else.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use portcullis_domain::ports::mail::MailTransport;
use portcullis_domain::ports::storage::Stored;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::access::Access;
use crate::{alias, outbox, password_recovery};

/// How often a loop looks for what became due. What is written on this node is looked at at once.
const PAUSE: Duration = Duration::from_millis(250);

/// How many mails are on their way at once.
const SENDING_AT_ONCE: usize = 8;

/// How long mails on their way may take once the worker is told to stop: as long as the slowest server is waited for.
const FAREWELL: Duration = Duration::from_secs(20);

/// How long the worker needs at most from being told to stop to having stopped.
pub const LONGEST_STOP: Duration = Duration::from_secs(25);

/// Works until `stop` resolves. Mails that are on their way then may leave, and those that do not in time are given back;
/// no other is begun.
pub async fn run(access: Access, transport: Arc<dyn MailTransport>, stop: impl Future<Output = ()> + Send) {
    run_with_farewell(access, transport, FAREWELL, stop).await;
}

/// [`run`], with another time for mails that are on their way once it is told to stop.
pub async fn run_with_farewell(
    access: Access,
    transport: Arc<dyn MailTransport>,
    farewell: Duration,
    stop: impl Future<Output = ()> + Send,
) {
    let (tell, stopped) = watch::channel(false);
    let requests = access.clone();
    let aliases = access.clone();
    let loops = [
        kept_up("requests for new passwords", stopped.clone(), move |stopped| {
            turns(requests.clone(), stopped, |access| async move { password_recovery::work_off(&access, 20).await })
        }),
        kept_up("telling of a new alias", stopped.clone(), move |stopped| {
            turns(aliases.clone(), stopped, |access| async move { alias::tell(&access, 200).await })
        }),
        kept_up("mail", stopped, move |stopped| send(access.clone(), Arc::clone(&transport), farewell, stopped)),
    ];
    stop.await;
    // An error means that every loop has ended.
    let _ = tell.send(true);
    for one in loops {
        let _ = one.await;
    }
}

/// Runs a loop, and again when it panics, until it is told to stop.
fn kept_up<F, Fut>(what: &'static str, stopped: watch::Receiver<bool>, begin: F) -> JoinHandle<()>
where
    F: Fn(watch::Receiver<bool>) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        while !*stopped.borrow() {
            if let Err(error) = tokio::spawn(begin(stopped.clone())).await {
                tracing::error!(%error, what, "work in the background broke off; it begins again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    })
}

/// Resolves once the worker is told to stop.
async fn told(stopped: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell is gone.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Does one thing after the other as long as there is something to do, and looks again then.
async fn turns<F, Fut>(access: Access, mut stopped: watch::Receiver<bool>, work: F)
where
    F: Fn(Access) -> Fut,
    Fut: Future<Output = Stored<usize>>,
{
    let mut written = access.mail_waits().subscribe();
    while !*stopped.borrow() {
        written.mark_unchanged();
        let idle = done(work(access.clone()).await) == 0;
        let wait = async {
            if idle {
                tokio::select! {
                    _ = written.changed() => {}
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        };
        tokio::select! {
            biased;
            () = told(&mut stopped) => return,
            () = wait => {}
        }
    }
}

fn done(outcome: Stored<usize>) -> usize {
    outcome.unwrap_or_else(|error| {
        tracing::warn!(%error, "work in the background could not be done; it is tried again");
        0
    })
}

/// Sends mails, several at once, each claimed by itself: one that hangs holds its own place and no other.
async fn send(
    access: Access,
    transport: Arc<dyn MailTransport>,
    farewell: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let mut written = access.mail_waits().subscribe();
    let (lose_patience, patience_over) = watch::channel(false);
    let mut sending = JoinSet::new();
    while !*stopped.borrow() {
        written.mark_unchanged();
        while sending.len() < SENDING_AT_ONCE && !*stopped.borrow() {
            let claim = match outbox::claim(&access).await {
                Ok(Some(claim)) => claim,
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "mail could not be claimed; it is tried again");
                    break;
                }
            };
            let (access, transport, mut patience_over) =
                (access.clone(), Arc::clone(&transport), patience_over.clone());
            sending.spawn(async move {
                outbox::carry_out(&access, transport.as_ref(), claim, told(&mut patience_over)).await;
            });
        }
        tokio::select! {
            biased;
            () = told(&mut stopped) => break,
            Some(ended) = sending.join_next() => ended_well(ended),
            _ = written.changed() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    let farewell = tokio::time::sleep(farewell);
    let mut farewell = std::pin::pin!(farewell);
    let mut patient = true;
    loop {
        tokio::select! {
            ended = sending.join_next() => match ended {
                Some(ended) => ended_well(ended),
                None => return,
            },
            () = &mut farewell, if patient => {
                patient = false;
                tracing::warn!(mails = sending.len(), "mails were still on their way; they are given back");
                let _ = lose_patience.send(true);
            }
        }
    }
}

fn ended_well(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "sending a mail broke off; it is tried again after its lease");
    }
}
