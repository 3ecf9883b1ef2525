//! Changing one's password, by choice or because a new one is due.

use askama::Template;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::password_change::{self, ChangeError};
use portcullis_words::Value;

use super::{link, second_step};
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::{Page, Rule, rules};
use crate::refusal::{Refusal, seconds};

#[derive(Template)]
#[template(path = "password_change.html")]
struct PasswordChange<'a> {
    page: Page<'a>,
    email: &'a str,
    rules: Vec<Rule>,
    levels: String,
}

async fn form(cx: &Context, status: StatusCode, errors: Errors) -> Answer {
    let policy = cx.access().parameters().await?.password_policy();
    let template = PasswordChange {
        page: Page::with(cx, "password-change-title", errors),
        email: cx.signed_in()?.operator.email().as_str(),
        rules: rules(cx, &policy),
        levels: cx.text("strength-levels"),
    };
    Ok(cx.html(status, &template))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    form(cx, StatusCode::OK, Errors::none()).await
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let (current, new) = (cx.form.password("current_password"), cx.form.password("password"));
    match password_change::change(cx.access(), &cx.client, who, current, new).await {
        Ok(token) => Ok(cx.see_other_as("/account?done=password", &token)),
        Err(ChangeError::Limited { retry_after }) => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("login-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = form(cx, StatusCode::TOO_MANY_REQUESTS, Errors::one("", words)).await?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        Err(error) => form(cx, StatusCode::UNPROCESSABLE_ENTITY, in_words(cx, error)?).await,
    }
}

const DUE: &str = "password-due-title";

pub(crate) async fn show_due(cx: &Context) -> Answer {
    link::choose_password(cx, DUE, "/password/new", cx.signed_in()?.operator.email().as_str(), Errors::none()).await
}

pub(crate) async fn submit_due(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    match password_change::replace_due(cx.access(), &cx.client, who, cx.form.password("password")).await {
        Ok(opened) => Ok(second_step::go_on(cx, &opened, "")),
        Err(error) => {
            link::choose_password(cx, DUE, "/password/new", who.operator.email().as_str(), in_words(cx, error)?).await
        }
    }
}

fn in_words(cx: &Context, error: ChangeError) -> Result<Errors, Refusal> {
    match error {
        ChangeError::WrongCurrent => Ok(Errors::one("current_password", cx.text("password-change-wrong-current"))),
        ChangeError::Unchanged => Ok(Errors::one("password", cx.text("password-change-unchanged"))),
        ChangeError::Limited { retry_after } => Err(Refusal::Limited(retry_after)),
        ChangeError::Over => Err(Refusal::SignInFirst),
        ChangeError::Choose(error) => Ok(link::refused(cx, error)?.unwrap_or_default()),
    }
}
