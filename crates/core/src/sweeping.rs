//! Taking away what has served its time: full budgets, ended sessions, expired links, mail that left long ago. Anybody who
//! knocks leaves a row or two; without this they would stay for ever.

use std::time::Duration as Pause;

use portcullis_domain::ports::storage::Stored;
use portcullis_domain::ports::storage::sweeping::Outlived;
use time::Duration;

use crate::access::Access;

/// How long after its last moment of use something stays, in case that a clock jumps. Longer than any budget's window and
/// any session can last.
const KEPT: Duration = Duration::days(2);
/// How long an expired link is kept, to be told from one that never was.
const LINKS_KEPT: Duration = Duration::days(30);
/// How long a mail that left stays on the mail page. Its body went when it left.
const MAILS_KEPT: Duration = Duration::days(90);
/// How many rows of each kind one unit of work takes away: on an engine with one writer the others wait meanwhile.
const BATCH: u64 = 200;
/// How often it looks.
const PAUSE: Pause = Pause::from_mins(5);
/// How long others may write between two batches.
const BREATH: Pause = Pause::from_millis(50);

/// Takes away one batch; says how many rows.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`]; nothing was taken then.
pub async fn sweep(access: &Access) -> Stored<u64> {
    let now = access.now();
    let outlived =
        Outlived { budgets: now - KEPT, sessions: now - KEPT, tokens: now - LINKS_KEPT, mails: now - MAILS_KEPT };
    let mut unit = access.begin().await?;
    let swept = unit.sweep(&outlived, BATCH).await?;
    unit.commit().await?;
    Ok(swept)
}

/// Takes away what becomes outlived until `stop` resolves.
pub async fn run(access: Access, stop: impl Future<Output = ()> + Send) {
    let mut stop = std::pin::pin!(stop);
    loop {
        let swept = sweep(&access).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what has served its time could not be taken away; it is tried again");
            0
        });
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(if swept == 0 { PAUSE } else { BREATH }) => {}
        }
    }
}
