//! Step-up: the password, or a code where there is a second factor, and back to where one was.

use askama::Template;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::step_up::{StepUpError, with_code, with_password, with_recovery_code};
use portcullis_core::two_factor;
use portcullis_words::Value;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::{Refusal, seconds};

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'a> {
    page: Page<'a>,
    email: &'a str,
    next: &'a str,
    by_code: bool,
    by_recovery_code: bool,
    /// What became of what had been typed; empty where nothing was.
    kept: String,
}

async fn form(cx: &Context, status: StatusCode, errors: Errors) -> Answer {
    let who = cx.signed_in()?;
    let next = if cx.form.has("next") { cx.form.one("next") } else { cx.query.one("next") };
    let has_factor = two_factor::state(cx.access(), who.operator.id()).await?.is_some();
    let by_recovery_code = has_factor && (cx.query.one("with") == "recovery-code" || cx.form.has("recovery_code"));
    let by_code = has_factor && !by_recovery_code;
    let kept = match if cx.form.has("kept") { cx.form.one("kept") } else { cx.query.one("kept") } {
        known @ ("yes" | "no") => known.to_owned(),
        _ => String::new(),
    };
    let email = who.operator.email().as_str();
    Ok(cx.html(
        status,
        &Confirm { page: Page::with(cx, "confirm-title", errors), email, next, by_code, by_recovery_code, kept },
    ))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    form(cx, StatusCode::OK, Errors::none()).await
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let outcome = if cx.form.has("code") {
        with_code(cx.access(), &cx.client, who, cx.form.one("code")).await
    } else if cx.form.has("recovery_code") {
        with_recovery_code(cx.access(), &cx.client, who, cx.form.one("recovery_code")).await
    } else {
        with_password(cx.access(), &cx.client, who, cx.form.password("password")).await
    };
    match outcome {
        Ok(token) => Ok(cx.see_other_as(&cx.next(cx.form.one("next")), &token)),
        Err(StepUpError::WrongPassword) => {
            let errors = Errors::one("password", cx.text("confirm-wrong-password"));
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Err(StepUpError::WrongCode) => {
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, Errors::one("code", cx.text("second-step-refused"))).await
        }
        Err(StepUpError::WrongRecoveryCode) => {
            let errors = Errors::one("recovery_code", cx.text("recovery-code-refused"));
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Err(StepUpError::CodeAsked) => {
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, Errors::one("", cx.text("confirm-factor-asked"))).await
        }
        Err(StepUpError::Unreadable) => {
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, Errors::one("", cx.text("second-step-unreadable"))).await
        }
        Err(StepUpError::Limited { retry_after }) => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("login-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = form(cx, StatusCode::TOO_MANY_REQUESTS, Errors::one("", words)).await?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        Err(StepUpError::Over) => Err(Refusal::SignInFirst),
        Err(StepUpError::Hashing(error)) => Err(error.into()),
        Err(StepUpError::Storage(error)) => Err(error.into()),
    }
}
