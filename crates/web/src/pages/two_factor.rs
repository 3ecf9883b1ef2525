//! Two-factor authentication: the QR code and "Add"; recovery codes; "Remove".

use askama::Template;
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use portcullis_core::step_up;
use portcullis_core::two_factor::{self, AddError, Enrolment, RemoveError, State};
use portcullis_domain::session::Stage;
use portcullis_domain::two_factor::RecoveryCode;
use portcullis_words::{Value, moment};

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::{Refusal, seconds};

#[derive(Template)]
#[template(path = "two_factor.html")]
struct TwoFactorOff<'a> {
    page: Page<'a>,
    enrolment: Enrolment,
    groups: String,
    due: bool,
}

#[derive(Template)]
#[template(path = "two_factor_on.html")]
struct TwoFactorOn<'a> {
    page: Page<'a>,
    since: String,
    since_exact: String,
    left: String,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes<'a> {
    page: Page<'a>,
    codes: Vec<String>,
    all: String,
    left: String,
}

const TITLE: &str = "two-factor-title";

fn off(cx: &Context, status: StatusCode, enrolment: Enrolment, errors: Errors) -> Answer {
    let groups: Vec<String> =
        enrolment.key.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
    let due = cx.signed_in()?.session.stage == Stage::EnrolmentDue;
    let page = Page::with(cx, TITLE, errors);
    Ok(cx.html(status, &TwoFactorOff { page, groups: groups.join(" "), due, enrolment }))
}

fn on(cx: &Context, state: &State) -> Response {
    let page = Page::new(cx, TITLE);
    let since = cx.speaker().moment(state.added_at, cx.access().now());
    let left = left(cx, state.codes_left);
    cx.html(StatusCode::OK, &TwoFactorOn { page, since, since_exact: moment::exact(state.added_at), left })
}

fn left(cx: &Context, left: u64) -> String {
    cx.speaker().text_with("recovery-codes-left", &[("left", Value::from(left))])
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    match two_factor::state(cx.access(), who.operator.id()).await? {
        Some(state) => Ok(on(cx, &state)),
        // Asked before the key is shown: afterwards it is in the app, and must not change.
        None if !step_up::is_fresh(cx.access(), who).await? => Err(Refusal::ConfirmFirst),
        None => {
            // Where the proof became too old while one scanned, the same key comes back.
            let shown = two_factor::resume(cx.access(), who, cx.form.one("enrolment"));
            let enrolment = shown.unwrap_or_else(|| two_factor::begin(cx.access(), who));
            off(cx, StatusCode::OK, enrolment, Errors::none())
        }
    }
}

pub(crate) async fn add(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let (sealed, code) = (cx.form.one("enrolment"), cx.form.one("code"));
    let again = || two_factor::resume(cx.access(), who, sealed).unwrap_or_else(|| two_factor::begin(cx.access(), who));
    let refused = |shown: Enrolment, key: &str| {
        off(cx, StatusCode::UNPROCESSABLE_ENTITY, shown, Errors::one("code", cx.text(key)))
    };
    match two_factor::add(cx.access(), &cx.client, who, sealed, code).await {
        Ok(added) => {
            let mut response = show_codes(cx, &added.codes);
            if let Some(cookie) = cx.jar().set_session(&added.token) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            if who.session.stage != Stage::SignedIn {
                super::second_step::know_device(cx, &mut response, added.device.as_ref());
            }
            Ok(response)
        }
        Err(AddError::WrongCode) => refused(again(), "two-factor-wrong-code"),
        // A key that is too old, or was used up, is shown no second time.
        Err(AddError::Stale) => refused(two_factor::begin(cx.access(), who), "two-factor-stale"),
        Err(AddError::AlreadyOn) => Ok(cx.see_other("/account/two-factor")),
        Err(AddError::Limited { retry_after }) => {
            let pause = seconds(retry_after);
            let words =
                cx.speaker().text_with("login-limited", &[("pause", Value::from(cx.speaker().duration(pause)))]);
            let mut response = off(cx, StatusCode::TOO_MANY_REQUESTS, again(), Errors::one("", words))?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause));
            Ok(response)
        }
        Err(AddError::Act(error)) => Err(error.into()),
    }
}

/// The codes, once. Answered to the POST itself: they are nowhere else.
fn show_codes(cx: &Context, codes: &[RecoveryCode]) -> Response {
    let codes: Vec<String> = codes.iter().map(|code| code.expose().to_string()).collect();
    let all = codes.join("\n");
    let left = left(cx, codes.len() as u64);
    cx.html(StatusCode::OK, &RecoveryCodes { page: Page::new(cx, "recovery-codes-title"), codes, all, left })
}

pub(crate) async fn remove(cx: &Context) -> Answer {
    match two_factor::remove(cx.access(), &cx.client, cx.signed_in()?).await {
        Ok(token) => Ok(cx.see_other_as("/account/two-factor", &token)),
        Err(RemoveError::Off) => Ok(cx.see_other("/account/two-factor")),
        Err(RemoveError::Act(error)) => Err(error.into()),
    }
}

pub(crate) async fn show_recovery_codes(cx: &Context) -> Answer {
    let Some(state) = two_factor::state(cx.access(), cx.signed_in()?.operator.id()).await? else {
        return Ok(cx.see_other("/account/two-factor"));
    };
    let page = Page::new(cx, "recovery-codes-title");
    let left = left(cx, state.codes_left);
    Ok(cx.html(StatusCode::OK, &RecoveryCodes { page, codes: Vec::new(), all: String::new(), left }))
}

pub(crate) async fn replace_recovery_codes(cx: &Context) -> Answer {
    match two_factor::replace_recovery_codes(cx.access(), &cx.client, cx.signed_in()?).await? {
        Some(codes) => Ok(show_codes(cx, &codes)),
        None => Ok(cx.see_other("/account/two-factor")),
    }
}
