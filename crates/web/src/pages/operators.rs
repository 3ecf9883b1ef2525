//! The operators, and inviting one.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::invitation::{InviteError, invite as send};
use portcullis_core::invitation_care;
use portcullis_core::operators::search;
use portcullis_domain::account::{AccountId, AccountStatus, Operator};
use portcullis_domain::display_name::{DisplayName, DisplayNameError};
use portcullis_domain::email::{Email, EmailError};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::operator_search::{OperatorFilter, Place, Walk};
use portcullis_domain::role::{Level, RoleId};
use portcullis_words::Value;

use super::operator::{invitation_in_short, status as in_words};
use super::roles::name_of;
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

const PER_PAGE: u64 = 25;

struct Row {
    id: String,
    name: String,
    email: String,
    status: String,
    /// Where the invitation stands; empty for whoever is not invited.
    invitation: String,
    roles: String,
    two_factor: String,
}

struct Choice {
    id: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "operators.html")]
struct Operators<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
    may_invite: bool,
    roles: Vec<Choice>,
    email: &'a str,
    name: &'a str,
    search: &'a str,
    statuses: Vec<Choice>,
    known: Vec<Choice>,
    two_factor: Vec<Choice>,
    coverage: String,
    /// The filters, for the links to other pages.
    query: String,
    done: String,
    /// How many there are.
    counted: String,
    /// The places from which the pages before and after go on; empty when there is none.
    before: String,
    after: String,
}

/// What the query asks for. What cannot be read does not narrow the list.
fn filter(cx: &Context) -> OperatorFilter {
    OperatorFilter {
        search: cx.query.one("search").to_owned(),
        status: AccountStatus::parse(cx.query.one("status")),
        role: cx.query.one("role").parse().ok().map(RoleId),
        two_factor: match cx.query.one("two_factor") {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        },
    }
}

fn query(filter: &OperatorFilter) -> String {
    let role = filter.role.map(|role| role.0.to_string()).unwrap_or_default();
    let two_factor = match filter.two_factor {
        Some(true) => "on",
        Some(false) => "off",
        None => "",
    };
    form_urlencoded::Serializer::new(String::new())
        .append_pair("search", &filter.search)
        .append_pair("status", filter.status.map(AccountStatus::as_str).unwrap_or_default())
        .append_pair("role", &role)
        .append_pair("two_factor", two_factor)
        .finish()
}

/// From where the query asks to go on: `IDENTITY.NAME`, so that it holds when that operator is gone. What cannot be read
/// begins at the beginning.
fn walk(cx: &Context) -> Walk {
    let place = |field: &str| {
        let (id, name) = cx.query.one(field).split_once('.')?;
        Some(Place { name: name.to_owned(), id: AccountId(id.parse().ok()?) })
    };
    place("after").map(Walk::On).or_else(|| place("before").map(Walk::Back)).unwrap_or_default()
}

/// A place as [`walk`] reads it.
fn spelled(place: &Place) -> String {
    let spelled = format!("{}.{}", place.id.0, place.name);
    form_urlencoded::byte_serialize(spelled.as_bytes()).collect()
}

/// The key of what is wrong with an address.
pub(crate) fn email_words(error: EmailError) -> &'static str {
    match error {
        EmailError::Empty => "email-empty",
        EmailError::TooLong => "email-too-long",
        EmailError::Malformed => "email-malformed",
    }
}

/// The key of what is wrong with a name.
pub(crate) fn name_words(error: DisplayNameError) -> &'static str {
    match error {
        DisplayNameError::Empty => "name-empty",
        DisplayNameError::TooLong => "name-too-long",
        DisplayNameError::ControlCharacter => "name-control",
    }
}

async fn form(cx: &Context, status: StatusCode, errors: Errors) -> Answer {
    let who = cx.signed_in()?;
    let filter = filter(cx);
    let found = search(cx.access(), &filter, &walk(cx), PER_PAGE).await?;
    let invitations = invitation_care::states(cx.access(), &found.operators).await?;
    let edge = |operator: Option<&Operator>, goes_on: bool| {
        operator.filter(|_| goes_on).map(|operator| spelled(&Place::of(operator))).unwrap_or_default()
    };
    let (before, after) = (edge(found.operators.first(), found.before), edge(found.operators.last(), found.after));
    let (counted, most) = (Value::from(found.total), Value::from(found.countable));
    let counted = match (found.total > found.countable, filter.search.trim().is_empty()) {
        (false, _) => cx.speaker().text_with("operators-counted", &[("count", counted)]),
        (true, true) => cx.speaker().text_with("operators-more-than", &[("count", most)]),
        (true, false) => cx.speaker().text_with("operators-type-more", &[("count", most)]),
    };
    let role_name = |id: &RoleId| match found.roles.iter().find(|role| role.id == *id) {
        Some(role) => name_of(cx, role),
        None => String::new(),
    };
    let rows = found.operators.iter().map(|operator| Row {
        id: operator.id().0.to_string(),
        name: operator.name().as_str().to_owned(),
        email: operator.email().as_str().to_owned(),
        status: in_words(cx, operator.status()),
        invitation: invitations.get(&operator.id()).map(|state| invitation_in_short(cx, state)).unwrap_or_default(),
        roles: operator.roles().iter().map(role_name).collect::<Vec<_>>().join(", "),
        two_factor: cx.text(if found.with_two_factor.contains(&operator.id()) { "on" } else { "off" }),
    });
    let chosen: Vec<&str> = cx.form.all("roles").collect();
    let grantable = found.roles.iter().filter(|role| who.operator.grants().cover(&role.grants));
    let statuses = [AccountStatus::Active, AccountStatus::Invited, AccountStatus::Suspended].map(|status| Choice {
        id: status.as_str().to_owned(),
        name: in_words(cx, status),
        chosen: filter.status == Some(status),
    });
    let known = found.roles.iter().map(|role| Choice {
        id: role.id.0.to_string(),
        name: name_of(cx, role),
        chosen: filter.role == Some(role.id),
    });
    let two_factor = [("on", true), ("off", false)].map(|(id, on)| Choice {
        id: id.to_owned(),
        name: cx.text(id),
        chosen: filter.two_factor == Some(on),
    });
    let (active, covered) = (Value::from(found.coverage.active), Value::from(found.coverage.covered));
    let template = Operators {
        rows: rows.collect(),
        may_invite: who.operator.grants().allow(&BuiltIn::Operators.id(), Level::Manage),
        roles: grantable
            .map(|role| {
                let id = role.id.0.to_string();
                Choice { chosen: chosen.contains(&id.as_str()), name: name_of(cx, role), id }
            })
            .collect(),
        email: cx.form.one("email"),
        name: cx.form.one("name"),
        search: cx.query.one("search"),
        statuses: statuses.into(),
        known: known.collect(),
        two_factor: two_factor.into(),
        coverage: cx.speaker().text_with("operators-coverage", &[("covered", covered), ("active", active)]),
        query: query(&filter),
        done: match cx.query.one("done") {
            known @ ("invited" | "deleted") => cx.text(&format!("operators-{known}")),
            _ => String::new(),
        },
        counted,
        before,
        after,
        page: Page::with(cx, "operators-title", errors),
    };
    Ok(cx.html(status, &template))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    form(cx, StatusCode::OK, Errors::none()).await
}

pub(crate) async fn invite(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let mut errors = Errors::none();
    let email =
        Email::parse(cx.form.one("email")).map_err(|error| errors.add("email", cx.text(email_words(error)))).ok();
    let name =
        DisplayName::parse(cx.form.one("name")).map_err(|error| errors.add("name", cx.text(name_words(error)))).ok();
    let roles: Option<Vec<RoleId>> = cx.form.all("roles").map(|id| id.parse().ok().map(RoleId)).collect();
    if roles.is_none() {
        errors.add("roles", cx.text("operators-unknown-role"));
    }
    let (Some(email), Some(name), Some(roles)) = (email, name, roles) else {
        return form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    };
    let errors = match send(cx.access(), Authority::Operator(who), &cx.client, email, name, &roles).await {
        Ok(_) => return Ok(cx.see_other("/operators?done=invited")),
        Err(InviteError::AddressTaken) => Errors::one("email", cx.text("operators-address-taken")),
        Err(InviteError::UnknownRole) => Errors::one("roles", cx.text("operators-unknown-role")),
        Err(InviteError::Forbidden) => return Err(Refusal::Forbidden),
        Err(InviteError::Storage(error)) => return Err(error.into()),
    };
    form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}
