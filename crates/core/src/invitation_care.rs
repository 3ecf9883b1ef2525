//! An invitation on its way: where it stands, sending it again, revoking it, and a link to hand over when mail is down.

use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::audit::Action;
use portcullis_domain::instant::Instant;
use portcullis_domain::mail_message::{Content, MailState};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::audit_trail::AuditFilter;
use portcullis_domain::ports::storage::{Stored, View};
use time::Duration;

use crate::access::{self, Access};
use crate::authority::Authority;
use crate::client::Client;
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
    /// Its time is over.
    Expired(Instant),
    /// It was revoked.
    Revoked,
}

/// Where somebody's invitation stands; `None` when the operator is not an invited one.
///
/// # Errors
/// [`portcullis_domain::ports::storage::StorageError`].
pub async fn state(access: &Access, operator: &Operator) -> Stored<Option<State>> {
    if operator.status() != AccountStatus::Invited {
        return Ok(None);
    }
    let default_hours = access.parameters().await?.number("invitation.hours");
    let now = access.now();
    let mut view = access.ports().storage.view().await?;
    let sent = latest(view.as_mut(), operator, Action::OperatorInvited).await?;
    let resent = latest(view.as_mut(), operator, Action::InvitationResent).await?;
    let revoked = latest(view.as_mut(), operator, Action::InvitationRevoked).await?;
    let reinstated = latest(view.as_mut(), operator, Action::OperatorReinstated).await?;
    let last = resent.or(sent);
    let (at, hours, by_mail, sequence) = match &last {
        Some((sequence, event)) => {
            let hours = event.details.get("hours").and_then(|hours| hours.parse().ok()).unwrap_or(default_hours);
            (event.at, hours, !event.details.contains_key("handed over"), *sequence)
        }
        // Invited by something that left no trace here: an import, or an event that was pruned.
        None => (operator.account().created_at, default_hours, true, i64::MIN),
    };
    // A suspension voids every link, and the reinstatement brings none back.
    if [&revoked, &reinstated].into_iter().flatten().any(|(voided, _)| *voided > sequence) {
        return Ok(Some(State::Revoked));
    }
    let until = at + Duration::hours(i64::from(hours));
    if now >= until {
        return Ok(Some(State::Expired(until)));
    }
    if !by_mail {
        return Ok(Some(State::HandedOver(until)));
    }
    let mail = view.latest_mail(&operator.email().key(), "invitation").await?;
    Ok(Some(match mail {
        Some(mail) if mail.state == MailState::Waiting => State::Waiting(mail.last_error),
        Some(mail) if mail.state == MailState::Failed => State::Failed(mail.last_error.unwrap_or_default(), until),
        _ => State::Sent(until),
    }))
}

async fn latest(
    view: &mut dyn View,
    operator: &Operator,
    action: Action,
) -> Stored<Option<(i64, portcullis_domain::audit::AuditEvent)>> {
    let filter =
        AuditFilter { action: Some(action), target: Some(operator.id().0.to_string()), ..AuditFilter::default() };
    Ok(view.search_audit(&filter, None, 1).await?.pop().map(|entry| (entry.sequence, entry.event)))
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
        event = event.with("handed over", "as a link");
    }
    event.record(unit.as_mut()).await?;
    unit.commit().await?;
    access.mail_waits().notify_one();
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
