//! Sessions: who is behind a cookie, and how that ends.

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::ports::storage::{Stored, View};
use portcullis_domain::secret::Token;
use portcullis_domain::session::{Session, SessionId, Stage};
use time::Duration;

use crate::access::Access;
use crate::account_lock::LockedOperator;
use crate::client::Client;
use crate::event::Event;
use crate::present::{ActError, Present};

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

/// Whether the session that a request came with is still there, as far as it had come: it may have been ended, or renewed in
/// another tab.
pub(crate) async fn goes_on<V: View + ?Sized>(view: &mut V, who: &Authenticated) -> Stored<bool> {
    let session = view.session(&who.session.digest).await?;
    Ok(session.is_some_and(|now| now.id == who.session.id && now.stage == who.session.stage))
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
/// [`ActError`].
pub async fn end_own(access: &Access, client: &Client, who: &Authenticated, id: SessionId) -> Result<bool, ActError> {
    let mut unit = access.begin().await?;
    let present = Present::take(unit.as_mut(), who).await?;
    let ended = unit.sessions(present.id()).await?.into_iter().find(|session| session.id == id);
    let Some(ended) = ended else { return Ok(false) };
    if !unit.end_session(id).await? {
        return Ok(false);
    }
    let event = own_event(access, &present, client, Action::SessionEnded).with("session", id.0.to_string());
    event.with("before", in_words(&ended)).record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(true)
}

/// Ends one's own sessions but the present one; says how many.
///
/// # Errors
/// [`ActError`].
pub async fn end_others(access: &Access, client: &Client, who: &Authenticated) -> Result<u64, ActError> {
    let mut unit = access.begin().await?;
    let present = Present::take(unit.as_mut(), who).await?;
    let ended = unit.end_sessions(present.id(), Some(who.session.id)).await?;
    let event = own_event(access, &present, client, Action::SessionsEnded).with("ended", ended.to_string());
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    Ok(ended)
}

/// Ends the session on the server (ASVS 7.4.1). One that is over already is none to sign out of.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn sign_out(access: &Access, client: &Client, who: &Authenticated) -> Stored<()> {
    let mut unit = access.begin().await?;
    let Some(owner) = LockedOperator::take(unit.as_mut(), who.operator.id()).await? else { return Ok(()) };
    if unit.end_session(who.session.id).await? {
        own_event(access, &owner, client, Action::SignedOut).record(unit.as_mut()).await?;
        unit.commit().await?;
    }
    Ok(())
}

/// An event of somebody upon their own account.
fn own_event(access: &Access, owner: &LockedOperator, client: &Client, action: Action) -> Event {
    access.event(owner, action).upon(owner.account()).from(client)
}

/// A session on one line, for the audit trail.
fn in_words(session: &Session) -> String {
    format!("{}, {}", session.device, session.address)
}
