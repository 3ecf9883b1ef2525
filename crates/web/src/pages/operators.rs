//! The operators, and inviting one.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::invitation::{InviteError, Inviter, invite as send};
use portcullis_core::operators::list;
use portcullis_domain::account::AccountStatus;
use portcullis_domain::display_name::{DisplayName, DisplayNameError};
use portcullis_domain::email::{Email, EmailError};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::Page as Slice;
use portcullis_domain::role::{Level, Role, RoleId};

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

const PER_PAGE: u64 = 25;

struct Row {
    name: String,
    email: String,
    status: String,
    roles: String,
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
    done: String,
    number: u64,
    last: u64,
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
    let search = cx.query.one("search");
    let number = cx.query.one("page").parse::<u64>().unwrap_or(1).clamp(1, 1_000_000);
    let listing = list(cx.access(), search, Slice { offset: (number - 1) * PER_PAGE, limit: PER_PAGE }).await?;
    let role_name = |id: &RoleId| match listing.roles.iter().find(|role| role.id == *id) {
        Some(role) => name_of(cx, role),
        None => String::new(),
    };
    let rows = listing.operators.iter().map(|operator| Row {
        name: operator.name().as_str().to_owned(),
        email: operator.email().as_str().to_owned(),
        status: cx.text(match operator.status() {
            AccountStatus::Invited => "status-invited",
            AccountStatus::Active => "status-active",
            AccountStatus::Suspended => "status-suspended",
        }),
        roles: operator.roles().iter().map(role_name).collect::<Vec<_>>().join(", "),
    });
    let chosen: Vec<&str> = cx.form.all("roles").collect();
    let grantable = listing.roles.iter().filter(|role| who.operator.grants().cover(&role.grants));
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
        search,
        done: if cx.query.one("done") == "invited" { cx.text("operators-invited") } else { String::new() },
        number,
        last: listing.total.div_ceil(PER_PAGE).max(1),
        page: Page::with(cx, "operators-title", errors),
    };
    Ok(cx.html(status, &template))
}

fn name_of(cx: &Context, role: &Role) -> String {
    if role.id == RoleId::SUPER_ADMINISTRATOR { cx.text("super-administrator") } else { role.name.as_str().to_owned() }
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
    let errors = match send(cx.access(), Inviter::Operator(&who.operator), &cx.client, email, name, &roles).await {
        Ok(_) => return Ok(cx.see_other("/operators?done=invited")),
        Err(InviteError::AddressTaken) => Errors::one("email", cx.text("operators-address-taken")),
        Err(InviteError::UnknownRole) => Errors::one("roles", cx.text("operators-unknown-role")),
        Err(InviteError::Forbidden) => return Err(Refusal::Forbidden),
        Err(InviteError::Storage(error)) => return Err(error.into()),
    };
    form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}
