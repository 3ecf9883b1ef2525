//! An invitation on its way: where it stands, sending it again, revoking it, and a link to hand over when mail is down.

use std::collections::BTreeMap;

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{Content, MailState, OutboxEntry};
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::Stored;
use time::Duration;

use crate::access::{self, Access};
use crate::authority::Authority;
use crate::client::Client;
use crate::event::Event;
use crate::invitation::token_for;
use crate::operator_care::{CareError, event, names, reach};
use crate::two_factor::tell;

/// Where an invitation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its mail waits to leave; why the last try failed, when one did.
    Waiting(Option<String>),
    /// Its mail left; it can be used until then.
    Sent(Instant),
    /// Its mail could not be sent, and why. The link itself works until then.
    Failed(String, Instant),
    /// It was handed over as a link; it can be used until then.
    HandedOver(Instant),
    /// Somebody came with its link, first at that time, and has no password yet; it can be used until then.
    Opened(Instant, Instant),
    /// Its time is over, since then; `None` when that is so long ago that its link was swept away.
    Expired(Option<Instant>),
    /// It was revoked.
    Revoked,
}

/// Where the invitations of those among `operators` stand who are invited.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn states(access: &Access, operators: &[Operator]) -> Stored<BTreeMap<AccountId, State>> {
    let invited: Vec<&Operator> = operators.iter().filter(|one| one.status() == AccountStatus::Invited).collect();
    let (ids, keys): (Vec<AccountId>, Vec<EmailKey>) = invited.iter().map(|one| (one.id(), one.email().key())).unzip();
    let now = access.now();
    let mut view = access.ports().storage.view().await?;
    let tokens = view.invitation_tokens(&ids).await?;
    let mails = view.latest_mails(&keys, "invitation").await?;
    let stands = |one: &&Operator| (one.id(), state_of(tokens.get(&one.id()), mails.get(&one.email().key()), now));
    Ok(invited.iter().map(stands).collect())
}

/// Where somebody's invitation stands; `None` when the operator is not an invited one.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn state(access: &Access, operator: &Operator) -> Stored<Option<State>> {
    Ok(states(access, std::slice::from_ref(operator)).await?.remove(&operator.id()))
}

fn state_of(token: Option<&OneTimeToken>, mail: Option<&OutboxEntry>, now: Instant) -> State {
    let Some(token) = token else { return State::Expired(None) };
    // Revocations and suspensions void every link, and nothing brings one back.
    if token.consumed_at.is_some() {
        return State::Revoked;
    }
    let until = token.expires_at;
    if now >= until {
        return State::Expired(Some(until));
    }
    if let Some(at) = token.opened_at {
        return State::Opened(at, until);
    }
    // An older mail brought an older link.
    match mail.filter(|mail| mail.created_at >= token.created_at) {
        None => State::HandedOver(until),
        Some(mail) => match mail.state {
            MailState::Waiting => State::Waiting(mail.last_error.clone()),
            MailState::Failed => State::Failed(mail.last_error.clone().unwrap_or_default(), until),
            MailState::Sent => State::Sent(until),
        },
    }
}

/// For the audit trail: the link was shown to whoever asked for it.
pub(crate) fn handed_over(event: Event) -> Event {
    event.with("handed over", "as a link")
}

/// Sends the invitation again, with a fresh link; the older ones die.
///
/// # Errors
/// [`CareError`].
pub async fn resend(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    renew(access, by, client, id, true).await.map(drop)
}

/// A fresh link to hand over in another way than by mail; the older ones die. It is shown to whoever asks for it, so that
/// is noted in the audit trail.
///
/// # Errors
/// [`CareError`].
pub async fn link(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<String, CareError> {
    renew(access, by, client, id, false).await
}

async fn renew(
    access: &Access,
    by: Authority<'_>,
    client: &Client,
    id: AccountId,
    by_mail: bool,
) -> Result<String, CareError> {
    let hours = access.parameters().await?.number("invitation.hours");
    let token = access.new_token();
    let (mut unit, target, acting) = reach(access, by, id).await?;
    let back_office = access.back_office_in(unit.as_mut()).await?;
    let link = access::link(&back_office, "invitation", &token);
    if target.status() != AccountStatus::Invited {
        return Err(CareError::NotNow);
    }
    let lifetime = Duration::hours(i64::from(hours));
    unit.issue_token(&token_for(&token, Purpose::Invitation, id, access.now(), lifetime)).await?;
    let mut event = event(access, &acting, client, Action::InvitationResent, &target).with("hours", hours.to_string());
    if by_mail {
        let roles = names(&unit.roles().await?, target.roles());
        let content =
            Content::Invitation { inviter: acting.name(access), back_office, roles, link: link.clone(), hours };
        tell(access, unit.as_mut(), target.account(), content).await?;
    } else {
        event = handed_over(event);
    }
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().ring();
    Ok(link)
}

/// Revokes an invitation: its links are dead until it is sent again.
///
/// # Errors
/// [`CareError`].
pub async fn revoke(access: &Access, by: Authority<'_>, client: &Client, id: AccountId) -> Result<(), CareError> {
    let (mut unit, target, acting) = reach(access, by, id).await?;
    if target.status() != AccountStatus::Invited {
        return Err(CareError::NotNow);
    }
    unit.void_tokens(id, None, access.now()).await?;
    event(access, &acting, client, Action::InvitationRevoked, &target).record(unit.as_mut()).await?;
    Ok(unit.commit().await?)
}
