//! A forgotten password: asking for the link, and the new password behind it.

use askama::Template;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::invitation::{self, Inspection};
use portcullis_core::password_recovery::{self, RequestError};
use portcullis_domain::email::Email;
use portcullis_domain::one_time_token::Purpose;
use portcullis_words::Value;

use super::link;
use super::operators::email_words;
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::seconds;

#[derive(Template)]
#[template(path = "password_recovery.html")]
struct Forgot<'a> {
    page: Page<'a>,
    email: &'a str,
    sent: String,
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let sent = if cx.query.one("done") == "sent" {
        let minutes = cx.access().parameters().await?.number("reset_link.minutes");
        cx.speaker().text_with("forgot-sent", &[("pause", Value::from(cx.speaker().duration(u64::from(minutes) * 60)))])
    } else {
        String::new()
    };
    Ok(cx.html(StatusCode::OK, &Forgot { page: Page::new(cx, "forgot-title"), email: "", sent }))
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let email = cx.form.one("email");
    let refused = |status, field, words| {
        let page = Page::with(cx, "forgot-title", Errors::one(field, words));
        cx.html(status, &Forgot { page, email, sent: String::new() })
    };
    if let Err(error) = Email::parse(email) {
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, "email", cx.text(email_words(error))));
    }
    match password_recovery::request(cx.access(), &cx.client, email).await {
        Ok(()) => Ok(cx.see_other("/password/forgot?done=sent")),
        Err(RequestError::Limited { retry_after }) => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("forgot-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = refused(StatusCode::TOO_MANY_REQUESTS, "", words);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        Err(RequestError::Storage(error)) => Err(error.into()),
    }
}

const TITLE: &str = "reset-title";

pub(crate) async fn show_reset(cx: &Context) -> Answer {
    if let Some(response) = link::arrival(cx, Purpose::PasswordReset) {
        return Ok(response);
    }
    reset_form(cx, Errors::none()).await
}

async fn reset_form(cx: &Context, errors: Errors) -> Answer {
    let Some(token) = cx.link(Purpose::PasswordReset) else { return Ok(link::dead(cx, "dead-link-reset")) };
    match invitation::inspect(cx.access(), Purpose::PasswordReset, &token).await? {
        Inspection::Open(account) => {
            link::choose_password(cx, TITLE, "/password/reset", account.email.as_str(), errors).await
        }
        Inspection::Expired | Inspection::Dead => Ok(link::dead(cx, "dead-link-reset")),
    }
}

pub(crate) async fn submit_reset(cx: &Context) -> Answer {
    let Some(token) = cx.link(Purpose::PasswordReset) else { return Ok(link::dead(cx, "dead-link-reset")) };
    match password_recovery::complete(cx.access(), &cx.client, &token, cx.form.password("password")).await {
        Ok(()) => Ok(link::departure(cx, Purpose::PasswordReset, "/login?done=password")),
        Err(error) => match link::refused(cx, error)? {
            Some(errors) => reset_form(cx, errors).await,
            None => Ok(link::dead(cx, "dead-link-reset")),
        },
    }
}
