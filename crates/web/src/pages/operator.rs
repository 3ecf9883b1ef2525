//! One operator: what they may do and why, their sessions, their invitation; and what can be done to them.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::invitation_care::{self, State};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::{operators, roles, session, two_factor};
use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::role::{Level, Role, RoleId};
use portcullis_words::{Value, moment};
use uuid::Uuid;

use super::roles::{functionality, level, name_of};
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

struct Choice {
    id: String,
    name: String,
    description: String,
    chosen: bool,
}

struct Reason {
    functionality: String,
    level: String,
    roles: String,
}

struct Row {
    device: String,
    address: String,
    seen: String,
    seen_exact: String,
}

#[derive(Template)]
#[template(path = "operator.html")]
struct One<'a> {
    page: Page<'a>,
    id: String,
    name: &'a str,
    email: &'a str,
    status: String,
    two_factor: String,
    invitation: String,
    link: String,
    done: String,
    note: String,
    everything: bool,
    reasons: Vec<Reason>,
    choices: Vec<Choice>,
    /// The roles that the form is an answer to.
    was: String,
    /// Those that are held now, when somebody else changed them in the meantime.
    meanwhile: String,
    rows: Vec<Row>,
    /// The buttons that do something, for somebody who may.
    buttons: Vec<&'static str>,
}

impl One<'_> {
    fn offers(&self, button: &str) -> bool {
        self.buttons.contains(&button)
    }
}

/// The roles that were held when the form was shown. What cannot be read was never held.
fn shown_roles(cx: &Context) -> Vec<RoleId> {
    let read = |id: &str| id.parse().map_or(RoleId(Uuid::nil()), RoleId);
    cx.form.one("was").split_whitespace().map(read).collect()
}

/// What an operator's page shows beside how the operator stands.
struct Shown {
    status: StatusCode,
    errors: Errors,
    /// An invitation's link, once.
    link: String,
    /// Somebody else changed the roles since the form was shown.
    meanwhile: bool,
}

impl Shown {
    const fn with(status: StatusCode, errors: Errors) -> Self {
        Self { status, errors, link: String::new(), meanwhile: false }
    }

    fn nothing() -> Self {
        Self::with(StatusCode::OK, Errors::none())
    }
}

/// A status in words.
pub(crate) fn status(cx: &Context, status: AccountStatus) -> String {
    cx.text(match status {
        AccountStatus::Invited => "status-invited",
        AccountStatus::Active => "status-active",
        AccountStatus::Suspended => "status-suspended",
    })
}

fn id(cx: &Context) -> Result<AccountId, Refusal> {
    cx.id.parse().map(AccountId).map_err(|_| Refusal::NotFound)
}

/// Where the invitation stands, in words; empty when there is none.
fn invitation(cx: &Context, state: Option<State>) -> String {
    let now = cx.access().now();
    let (key, moment, why) = match state {
        None => return String::new(),
        Some(State::Waiting(why)) => ("invitation-state-waiting", now, why.unwrap_or_default()),
        Some(State::Sent(until)) => ("invitation-state-sent", until, String::new()),
        Some(State::Failed(why, until)) => ("invitation-state-failed", until, why),
        Some(State::HandedOver(until)) => ("invitation-state-handed-over", until, String::new()),
        Some(State::Opened(at, until)) => {
            let (opened, when) = (cx.speaker().moment(at, now), cx.speaker().moment(until, now));
            let values = [("opened", Value::from(opened)), ("when", Value::from(when))];
            return cx.speaker().text_with("invitation-state-opened", &values);
        }
        Some(State::Expired(Some(until))) => ("invitation-state-expired", until, String::new()),
        Some(State::Expired(None)) => ("invitation-state-expired-long-ago", now, String::new()),
        Some(State::Revoked) => ("invitation-state-revoked", now, String::new()),
    };
    let when = Value::from(cx.speaker().moment(moment, now));
    let words = cx.speaker().text_with(key, &[("when", when)]);
    if why.is_empty() {
        return words;
    }
    format!("{words} {}", cx.speaker().text_with("invitation-last-error", &[("why", Value::from(why))]))
}

/// The same in a word, for the list.
pub(crate) fn invitation_in_short(cx: &Context, state: &State) -> String {
    cx.text(match state {
        State::Waiting(_) => "invitation-short-waiting",
        State::Sent(_) => "invitation-short-sent",
        State::Failed(..) => "invitation-short-failed",
        State::HandedOver(_) => "invitation-short-handed-over",
        State::Opened(..) => "invitation-short-opened",
        State::Expired(_) => "invitation-short-expired",
        State::Revoked => "invitation-short-revoked",
    })
}

fn buttons(who: &Operator, target: &Operator, has_factor: bool, sessions: usize) -> Vec<&'static str> {
    let manages = who.grants().allow(&BuiltIn::Operators.id(), Level::Manage);
    let may = manages && who.grants().cover(target.grants());
    let other = who.id() != target.id();
    let status = target.status();
    let offered = [
        ("roles", true),
        ("suspend", other && status != AccountStatus::Suspended),
        ("reinstate", status == AccountStatus::Suspended),
        ("invitation", status == AccountStatus::Invited),
        ("reset", other && status == AccountStatus::Active),
        ("two-factor", other && has_factor),
        ("sessions", other && sessions > 0),
        ("delete", other),
    ];
    offered.into_iter().filter_map(|(button, makes_sense)| (may && makes_sense).then_some(button)).collect()
}

fn names_of(cx: &Context, known: &[Role], ids: &[RoleId]) -> String {
    let names = known.iter().filter(|role| ids.contains(&role.id)).map(|role| name_of(cx, role));
    names.collect::<Vec<_>>().join(", ")
}

fn reasons(cx: &Context, target: &Operator, known: &[Role]) -> Vec<Reason> {
    let all = roles::functionalities(cx.access());
    let held = operators::reasons(target, known, &all);
    let reason = |id| {
        held.get(id).map(|(held, givers)| Reason {
            functionality: functionality(cx, id).0,
            level: level(cx, *held),
            roles: names_of(cx, known, givers),
        })
    };
    all.iter().filter_map(reason).collect()
}

async fn page(cx: &Context, shown: Shown) -> Answer {
    let who = &cx.signed_in()?.operator;
    let (target, known) = operators::one(cx.access(), id(cx)?).await?.ok_or(Refusal::NotFound)?;
    let factor = two_factor::state(cx.access(), target.id()).await?;
    let now = cx.access().now();
    let live = session::list(cx.access(), target.id()).await?;
    let rows: Vec<Row> = live
        .into_iter()
        .map(|session| Row {
            device: cx.speaker().device(&session.device),
            seen: cx.speaker().moment(session.last_seen_at, now),
            seen_exact: moment::exact(session.last_seen_at),
            address: session.address,
        })
        .collect();
    let buttons = buttons(who, &target, factor.is_some(), rows.len());
    let typed: Vec<&str> = cx.form.all("roles").collect();
    let is_typed = cx.form.has("change");
    let choices = known.iter().filter(|role| who.grants().cover(&role.grants)).map(|role| {
        let id = role.id.0.to_string();
        let chosen = if is_typed { typed.contains(&id.as_str()) } else { target.roles().contains(&role.id) };
        Choice { chosen, name: name_of(cx, role), description: role.description.clone(), id }
    });
    let held = target.roles();
    let spelled = held.iter().map(|role| role.0.to_string()).collect::<Vec<_>>().join(" ");
    let note = match (who.id() == target.id(), who.grants().cover(target.grants())) {
        (true, _) => cx.text("operator-yourself"),
        (_, false) => cx.text("operator-holds-more"),
        _ => String::new(),
    };
    let done = match cx.query.one("done") {
        known @ ("roles" | "suspended" | "reinstated" | "resent" | "revoked" | "reset" | "two-factor" | "sessions") => {
            cx.text(&format!("operator-done-{known}"))
        }
        _ => String::new(),
    };
    let template = One {
        id: target.id().0.to_string(),
        name: target.name().as_str(),
        email: target.email().as_str(),
        status: status(cx, target.status()),
        two_factor: match &factor {
            Some(factor) => {
                format!("{} {}", cx.text("two-factor-on"), cx.speaker().moment(factor.added_at, now))
            }
            None => cx.text("two-factor-is-off"),
        },
        invitation: invitation(cx, invitation_care::state(cx.access(), &target).await?),
        link: shown.link,
        done,
        note,
        everything: target.is_super_administrator(),
        reasons: reasons(cx, &target, &known),
        choices: choices.collect(),
        // What was ticked was ticked over what the form showed; only whoever is shown what changed is let over it.
        was: if is_typed && !shown.meanwhile && cx.form.has("was") { cx.form.one("was").to_owned() } else { spelled },
        meanwhile: match (shown.meanwhile, held.is_empty()) {
            (false, _) => String::new(),
            (true, true) => cx.text("operator-roles-none"),
            (true, false) => names_of(cx, &known, held),
        },
        rows,
        buttons,
        page: Page::with(cx, "operators-title", shown.errors).named(target.name().as_str()),
    };
    Ok(cx.html(shown.status, &template))
}

/// What came of an action: the page again, with what was done or why not.
async fn answer(cx: &Context, outcome: Result<(), CareError>, done: &str) -> Answer {
    let meanwhile = matches!(outcome, Err(CareError::RolesChanged(_)));
    let key = match outcome {
        Ok(()) => return Ok(cx.see_other(&format!("/operators/{}?done={done}", id(cx)?.0))),
        Err(CareError::Forbidden) => return Err(Refusal::Forbidden),
        Err(CareError::Unknown) => return Err(Refusal::NotFound),
        Err(CareError::Storage(error)) => return Err(error.into()),
        Err(CareError::Yourself) => "operator-not-yourself",
        Err(CareError::LastSuperAdministrator) => "operator-last",
        Err(CareError::UnknownRole) => "operators-unknown-role",
        Err(CareError::RolesChanged(_)) => "operator-roles-changed-meanwhile",
        Err(CareError::NotNow) => "operator-not-now",
    };
    let field = if meanwhile || key == "operators-unknown-role" { "roles" } else { "" };
    let refused = Shown::with(StatusCode::UNPROCESSABLE_ENTITY, Errors::one(field, cx.text(key)));
    page(cx, Shown { meanwhile, ..refused }).await
}

fn by(cx: &Context) -> Result<Authority<'_>, Refusal> {
    Ok(Authority::Operator(cx.signed_in()?))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    page(cx, Shown::nothing()).await
}

pub(crate) async fn set_roles(cx: &Context) -> Answer {
    let chosen: Option<Vec<RoleId>> = cx.form.all("roles").map(|id| id.parse().ok().map(RoleId)).collect();
    let outcome = match chosen {
        Some(chosen) => {
            let shown = cx.form.has("was").then(|| shown_roles(cx));
            operator_care::set_roles(cx.access(), by(cx)?, &cx.client, id(cx)?, &chosen, shown.as_deref()).await
        }
        None => Err(CareError::UnknownRole),
    };
    answer(cx, outcome, "roles").await
}

pub(crate) async fn suspend(cx: &Context) -> Answer {
    answer(cx, operator_care::suspend(cx.access(), by(cx)?, &cx.client, id(cx)?).await, "suspended").await
}

pub(crate) async fn reinstate(cx: &Context) -> Answer {
    answer(cx, operator_care::reinstate(cx.access(), by(cx)?, &cx.client, id(cx)?).await, "reinstated").await
}

pub(crate) async fn delete(cx: &Context) -> Answer {
    match operator_care::delete(cx.access(), by(cx)?, &cx.client, id(cx)?).await {
        Ok(()) => Ok(cx.see_other("/operators?done=deleted")),
        outcome => answer(cx, outcome, "").await,
    }
}

pub(crate) async fn end_sessions(cx: &Context) -> Answer {
    let outcome = operator_care::end_sessions(cx.access(), by(cx)?, &cx.client, id(cx)?).await;
    answer(cx, outcome.map(drop), "sessions").await
}

pub(crate) async fn send_reset(cx: &Context) -> Answer {
    answer(cx, operator_care::send_reset(cx.access(), by(cx)?, &cx.client, id(cx)?).await, "reset").await
}

pub(crate) async fn remove_two_factor(cx: &Context) -> Answer {
    let outcome = operator_care::remove_two_factor(cx.access(), by(cx)?, &cx.client, id(cx)?).await;
    answer(cx, outcome, "two-factor").await
}

pub(crate) async fn resend_invitation(cx: &Context) -> Answer {
    answer(cx, invitation_care::resend(cx.access(), by(cx)?, &cx.client, id(cx)?).await, "resent").await
}

pub(crate) async fn revoke_invitation(cx: &Context) -> Answer {
    answer(cx, invitation_care::revoke(cx.access(), by(cx)?, &cx.client, id(cx)?).await, "revoked").await
}

/// The link, once: answered to the POST itself, it is nowhere else.
pub(crate) async fn invitation_link(cx: &Context) -> Answer {
    match invitation_care::link(cx.access(), by(cx)?, &cx.client, id(cx)?).await {
        Ok(link) => page(cx, Shown { link, ..Shown::nothing() }).await,
        Err(error) => answer(cx, Err(error), "").await,
    }
}
