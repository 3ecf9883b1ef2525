//! What the pages behind a mailed link share: the token leaves the address bar on the first GET, which spends nothing, and
//! what a dead link says.

use askama::Template;
use poem::Response;
use poem::http::{StatusCode, header};
use portcullis_core::password::{self, ChooseError};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::password_policy::Unmet;
use portcullis_domain::secret::Token;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::{Page, Rule, rule_in_words, rules};
use crate::refusal::Refusal;

/// When the address bar has a token: moves it to a cookie and leads to the same page without it.
pub(crate) fn arrival(cx: &Context, purpose: Purpose) -> Option<Response> {
    cx.query.has("token").then(|| {
        let mut response = cx.see_other(&cx.path);
        if let Some(cookie) = cx.jar().set_link(purpose, Token::parse(cx.query.one("token")).as_ref()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    })
}

/// Leads on, and takes the spent token out of the browser.
pub(crate) fn departure(cx: &Context, purpose: Purpose, path: &str) -> Response {
    let mut response = cx.see_other(path);
    if let Some(cookie) = cx.jar().set_link(purpose, None) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "dead_link.html")]
struct DeadLink<'a> {
    page: Page<'a>,
    words: String,
}

/// The page for a link that does not work, before any form: what to do next.
pub(crate) fn dead(cx: &Context, key: &str) -> Response {
    cx.html(StatusCode::NOT_FOUND, &DeadLink { page: Page::new(cx, "dead-link-title"), words: cx.text(key) })
}

#[derive(Template)]
#[template(path = "choose_password.html")]
struct ChoosePassword<'a> {
    page: Page<'a>,
    intro: String,
    action: &'static str,
    submit: String,
    email: &'a str,
    rules: Vec<Rule>,
    levels: String,
}

/// A form that asks for a new password only.
pub(crate) async fn choose_password(
    cx: &Context,
    title: &'static str,
    action: &'static str,
    email: &str,
    errors: Errors,
) -> Answer {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let policy = cx.access().parameters().await?.password_policy();
    let template = ChoosePassword {
        intro: cx.text(&format!("{title}-intro")),
        submit: cx.text(&format!("{title}-submit")),
        page: Page::with(cx, title, errors),
        action,
        email,
        rules: rules(cx, &policy),
        levels: cx.text("strength-levels"),
    };
    Ok(cx.html(status, &template))
}

/// What is wrong with a chosen password, in words; `None` when the link is dead.
pub(crate) fn refused(cx: &Context, error: ChooseError) -> Result<Option<Errors>, Refusal> {
    match error {
        ChooseError::Refused(unmet) => {
            let guessable = unmet.iter().any(|rule| matches!(rule, Unmet::Common | Unmet::Strength));
            let words: Vec<String> = unmet.into_iter().map(|rule| rule_in_words(cx, rule)).collect();
            let mut words = format!("{} {}.", cx.text("password-refused"), words.join(" · "));
            if guessable {
                let email = cx.who.as_ref().map_or(cx.form.one("email"), |who| who.operator.email().as_str());
                for key in password::advice(cx.access(), &cx.form.password("password"), email, cx.form.one("name")) {
                    words = format!("{words} {}", cx.text(key));
                }
            }
            Ok(Some(Errors::one("password", words)))
        }
        ChooseError::DeadLink => Ok(None),
        ChooseError::AddressTaken => Ok(Some(Errors::one("email", cx.text("operators-address-taken")))),
        ChooseError::Hashing(error) => Err(error.into()),
        ChooseError::Storage(error) => Err(error.into()),
    }
}
