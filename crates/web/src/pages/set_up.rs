//! The first operator.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::set_up;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::one_time_token::Purpose;

use super::link;
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::{Page, Rule, rules};

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUp<'a> {
    page: Page<'a>,
    email: &'a str,
    name: &'a str,
    rules: Vec<Rule>,
    levels: String,
}

async fn form(cx: &Context, errors: Errors) -> Answer {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let policy = cx.access().parameters().await?.password_policy();
    let template = SetUp {
        page: Page::with(cx, "set-up-title", errors),
        email: cx.form.one("email"),
        name: cx.form.one("name"),
        rules: rules(cx, &policy),
        levels: cx.text("strength-levels"),
    };
    Ok(cx.html(status, &template))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    if let Some(response) = link::arrival(cx, Purpose::SetUp) {
        return Ok(response);
    }
    match cx.link(Purpose::SetUp) {
        Some(token) if set_up::is_open(cx.access(), &token).await? => form(cx, Errors::none()).await,
        _ => Ok(link::dead(cx, "dead-link-set-up")),
    }
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let Some(token) = cx.link(Purpose::SetUp) else { return Ok(link::dead(cx, "dead-link-set-up")) };
    if !set_up::is_open(cx.access(), &token).await? {
        return Ok(link::dead(cx, "dead-link-set-up"));
    }
    let (email, name) = (Email::parse(cx.form.one("email")), DisplayName::parse(cx.form.one("name")));
    let (email, name) = match (email, name) {
        (Ok(email), Ok(name)) => (email, name),
        (email, name) => {
            let mut errors = Errors::none();
            if let Err(error) = email {
                errors.add("email", cx.text(super::operators::email_words(error)));
            }
            if let Err(error) = name {
                errors.add("name", cx.text(super::operators::name_words(error)));
            }
            return form(cx, errors).await;
        }
    };
    match set_up::complete(cx.access(), &cx.client, &token, email, name, cx.form.password("password")).await {
        Ok(()) => Ok(link::departure(cx, Purpose::SetUp, "/login?done=setup")),
        Err(error) => match link::refused(cx, error)? {
            Some(errors) => form(cx, errors).await,
            None => Ok(link::dead(cx, "dead-link-set-up")),
        },
    }
}
