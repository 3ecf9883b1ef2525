//! Sessions: who is behind a cookie, and how that ends.

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::secret::Token;
use portcullis_domain::session::{Session, SessionId, Stage};
use time::Duration;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::client::Client;

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

/// An operator as the actor of what is done.
pub(crate) fn actor(operator: &Operator) -> Actor {
    Actor::Operator(operator.id(), operator.name().as_str().to_owned())
}

/// The live sessions of an account, latest use first. Half a sign-in is none: whoever stands at the second step is not in.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn list(access: &Access, account: AccountId) -> Stored<Vec<Session>> {
    let lifetime = access.parameters().await?.session_lifetime();
    let now = access.now();
    let sessions = access.ports().storage.view().await?.sessions(account).await?;
    let is_in = |session: &Session| session.stage != Stage::SecondStepDue && session.is_live(&lifetime, now);
    Ok(sessions.into_iter().filter(is_in).collect())
}

/// Ends one of one's own sessions; false when it is none of them.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn end_own(access: &Access, client: &Client, who: &Authenticated, id: SessionId) -> Stored<bool> {
    let mut unit = access.begin().await?;
    LockedOperator::take(unit.as_mut(), who.operator.id()).await?;
    let own = unit.sessions(who.operator.id()).await?.iter().any(|session| session.id == id);
    if !own || !unit.end_session(id).await? {
        return Ok(false);
    }
    let event = access.event(actor(&who.operator), Action::SessionEnded).from(client).with("session", id.0.to_string());
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(true)
}

/// Ends one's own sessions but the present one; says how many.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn end_others(access: &Access, client: &Client, who: &Authenticated) -> Stored<u64> {
    let mut unit = access.begin().await?;
    LockedOperator::take(unit.as_mut(), who.operator.id()).await?;
    let ended = unit.end_sessions(who.operator.id(), Some(who.session.id)).await?;
    let event = access.event(actor(&who.operator), Action::SessionsEnded).from(client).with("ended", ended.to_string());
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(ended)
}

/// Ends the session on the server (ASVS 7.4.1).
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn sign_out(access: &Access, who: &Authenticated) -> Stored<()> {
    let mut unit = access.begin().await?;
    LockedOperator::take(unit.as_mut(), who.operator.id()).await?;
    if unit.end_session(who.session.id).await? {
        access.event(actor(&who.operator), Action::SignedOut).record(unit.as_mut()).await?;
        unit.commit().await?;
    }
    Ok(())
}
