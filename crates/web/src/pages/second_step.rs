//! The second step of a sign-in: the code, and on a page of its own the recovery code.

use askama::Template;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::second_step::{SecondStepError, with_code, with_recovery_code};
use portcullis_core::sign_in::Opened;
use portcullis_domain::secret::Token;
use portcullis_domain::session::Stage;
use portcullis_words::Value;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::seconds;

#[derive(Template)]
#[template(path = "second_step.html")]
struct SecondStep<'a> {
    page: Page<'a>,
}

#[derive(Template)]
#[template(path = "recovery_code.html")]
struct RecoveryCode<'a> {
    page: Page<'a>,
}

pub(crate) async fn show(cx: &Context) -> Answer {
    Ok(cx.html(StatusCode::OK, &SecondStep { page: Page::new(cx, "second-step-title") }))
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let outcome = with_code(cx.access(), &cx.client, cx.signed_in()?, cx.form.one("code")).await;
    match outcome {
        Ok(opened) => Ok(passed(cx, &opened)),
        Err(error) => refused(
            cx,
            error,
            |errors, status| cx.html(status, &SecondStep { page: Page::with(cx, "second-step-title", errors) }),
            ("code", "second-step-refused"),
        ),
    }
}

pub(crate) async fn show_recovery(cx: &Context) -> Answer {
    Ok(cx.html(StatusCode::OK, &RecoveryCode { page: Page::new(cx, "recovery-code-title") }))
}

pub(crate) async fn submit_recovery(cx: &Context) -> Answer {
    let outcome = with_recovery_code(cx.access(), &cx.client, cx.signed_in()?, cx.form.one("recovery_code")).await;
    match outcome {
        Ok(opened) => Ok(passed(cx, &opened)),
        Err(error) => refused(
            cx,
            error,
            |errors, status| cx.html(status, &RecoveryCode { page: Page::with(cx, "recovery-code-title", errors) }),
            ("recovery_code", "recovery-code-refused"),
        ),
    }
}

/// The second step is passed: on to where the sign-in was to lead, which is forgotten with that.
fn passed(cx: &Context, opened: &Opened) -> poem::Response {
    let mut response = go_on(cx, opened, &cx.take_next());
    if let Some(cookie) = cx.jar().set_next(None) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Leads to what the sign-in asks for next, with the new cookies.
pub(crate) fn go_on(cx: &Context, opened: &Opened, next: &str) -> poem::Response {
    let path = match opened.stage {
        Stage::NewPasswordDue => "/password/new",
        Stage::SecondStepDue => "/login/code",
        Stage::EnrolmentDue => "/account/two-factor",
        Stage::SignedIn if opened.enrolment_asked => "/account/two-factor",
        Stage::SignedIn => next,
    };
    let mut response = cx.see_other_as(path, &opened.token);
    if opened.stage == Stage::SignedIn {
        know_device(cx, &mut response, opened.device.as_ref());
    }
    response
}

/// A sign-in is complete: the browser gets its device's cookie, or keeps the one it brought for another year.
pub(crate) fn know_device(cx: &Context, response: &mut poem::Response, fresh: Option<&Token>) {
    let brought = cx.jar().device(&cx.headers);
    if let Some(device) = fresh.or(brought.as_ref())
        && let Some(cookie) = cx.jar().set_device(device)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn refused(
    cx: &Context,
    error: SecondStepError,
    page: impl Fn(Errors, StatusCode) -> poem::Response,
    (field, key): (&'static str, &str),
) -> Answer {
    match error {
        SecondStepError::Refused => Ok(page(Errors::one(field, cx.text(key)), StatusCode::UNPROCESSABLE_ENTITY)),
        SecondStepError::Over => Ok(cx.see_other("/login?done=challenge-over")),
        SecondStepError::Unreadable => {
            Ok(page(Errors::one("", cx.text("second-step-unreadable")), StatusCode::UNPROCESSABLE_ENTITY))
        }
        SecondStepError::Limited { retry_after } => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("login-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = page(Errors::one("", words), StatusCode::TOO_MANY_REQUESTS);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        SecondStepError::Storage(error) => Err(error.into()),
    }
}
