//! What is done in the background: requests for new passwords are worked off, operators are told of a new alias, mail
//! leaves.

use std::sync::Arc;
use std::time::Duration;

use portcullis_domain::ports::mail::MailTransport;
use portcullis_domain::ports::storage::Stored;

use crate::access::Access;
use crate::{alias, outbox, password_recovery};

/// How often it looks for what became due. What is written on this node is looked at at once.
const PAUSE: Duration = Duration::from_millis(250);

/// Works until `stop` resolves. A mail that is on its way then may leave; no other is begun.
pub async fn run(access: Access, transport: Arc<dyn MailTransport>, stop: impl Future<Output = ()> + Send) {
    let mut stop = std::pin::pin!(stop);
    loop {
        // Each by itself: what cannot be done holds nothing else up.
        let taken = done(password_recovery::work_off(&access, 20).await);
        let told = done(alias::tell(&access, 200).await);
        let tried = done(outbox::deliver_due(&access, transport.as_ref(), 1).await);
        let idle = taken + told + tried == 0;
        let wait = async {
            if idle {
                tokio::select! {
                    () = access.mail_waits().notified() => {}
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
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
