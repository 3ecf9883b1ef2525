//! Signing in and out.

use askama::Template;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::session;
use portcullis_core::sign_in::{SignInError, sign_in};
use portcullis_domain::session::Stage;
use portcullis_words::Value;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::{Refusal, seconds};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    page: Page<'a>,
    email: &'a str,
    next: &'a str,
    done: String,
}

fn login<'a>(cx: &'a Context, email: &'a str, next: &'a str, errors: Errors) -> Login<'a> {
    let done = match cx.query.one("done") {
        known @ ("password" | "setup" | "challenge-over") => cx.text(&format!("login-done-{known}")),
        _ => String::new(),
    };
    Login { page: Page::with(cx, "login-title", errors), email, next, done }
}

pub(crate) async fn show(cx: &Context) -> Answer {
    if cx.who.as_ref().is_some_and(|who| who.session.stage == Stage::SignedIn) {
        return Ok(cx.see_other(""));
    }
    Ok(cx.html(StatusCode::OK, &login(cx, "", cx.query.one("next"), Errors::none())))
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let (email, next) = (cx.form.one("email"), cx.form.one("next"));
    let outcome = sign_in(cx.access(), &cx.client, email, cx.form.password("password"), Some(cx.cookie.digest())).await;
    let refused = |status, words| cx.html(status, &login(cx, email, next, Errors::one("", words)));
    match outcome {
        Ok(opened) => {
            let path = cx.next(next);
            let mut response = super::second_step::go_on(cx, &opened, &path);
            if opened.stage == Stage::SecondStepDue
                && let Some(cookie) = cx.jar().set_next(Some(&path))
            {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(SignInError::Refused) => Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, cx.text("login-refused"))),
        Err(SignInError::Limited { retry_after }) => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("login-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = refused(StatusCode::TOO_MANY_REQUESTS, words);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        Err(SignInError::Hashing(error)) => Err(error.into()),
        Err(SignInError::Storage(error)) => Err(error.into()),
    }
}

pub(crate) async fn sign_out(cx: &Context) -> Answer {
    if let Some(who) = &cx.who {
        session::sign_out(cx.access(), &cx.client, who).await.map_err(Refusal::from)?;
    }
    Ok(cx.see_other("/login"))
}
