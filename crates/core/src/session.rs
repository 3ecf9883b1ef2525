//! Sessions: who is behind a cookie, and how that ends.

use portcullis_domain::account::{AccountStatus, Operator};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::secret::Token;
use portcullis_domain::session::Session;
use time::Duration;

use crate::access::Access;

/// Last use is written at most this often.
const TOUCH: Duration = Duration::MINUTE;

/// Somebody with a live session: an operator, whose rights were read for this very request.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// The session.
    pub session: Session,
    /// Its owner.
    pub operator: Operator,
}

/// Who is behind a cookie: an active operator with a live session, or nobody. Read from storage each time, so that a
/// change of role or status counts from the next request on (ASVS 7.4.2, 8.3.2).
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`]: then nobody is let in.
pub async fn authenticate(access: &Access, cookie: &Token) -> Stored<Option<Authenticated>> {
    let lifetime = access.parameters().await?.session_lifetime();
    let now = access.now();
    let mut view = access.ports().storage.view().await?;
    let Some(session) = view.session(&cookie.digest()).await?.filter(|session| session.is_live(&lifetime, now)) else {
        return Ok(None);
    };
    let operator = view.operator(session.account).await?.filter(|operator| operator.status() == AccountStatus::Active);
    drop(view);
    let Some(operator) = operator else { return Ok(None) };
    if now >= session.last_seen_at + TOUCH {
        let mut unit = access.begin().await?;
        unit.touch_session(session.id, now).await?;
        unit.commit().await?;
    }
    Ok(Some(Authenticated { session, operator }))
}

/// Ends the session on the server (ASVS 7.4.1).
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn sign_out(access: &Access, who: &Authenticated) -> Stored<()> {
    let mut unit = access.begin().await?;
    if unit.end_session(who.session.id).await? {
        let actor = Actor::Operator(who.operator.id(), who.operator.name().as_str().to_owned());
        access.event(actor, Action::SignedOut).record(unit.as_mut()).await?;
        unit.commit().await?;
    }
    Ok(())
}
