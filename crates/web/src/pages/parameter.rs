//! One parameter: what it was before, and bringing that back.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::parameters::{ChangeError, Earlier, change, changes, restoring};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::parameter::parameter;
use portcullis_domain::ports::storage::Page as Slice;
use portcullis_domain::role::Level;

use super::parameters::{Changed, changed, errors_of, in_words, refusal, words_of};
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

/// How many earlier values are shown.
const EARLIER: Slice = Slice { offset: 0, limit: 100 };

#[derive(Template)]
#[template(path = "parameter.html")]
struct OneParameter<'a> {
    page: Page<'a>,
    key: String,
    meaning: String,
    value: String,
    default: String,
    earlier: Vec<Past>,
    may_restore: bool,
}

/// An earlier value.
struct Past {
    /// What names it, for the button that brings it back.
    change: String,
    words: String,
    changed: Changed,
    is_live: bool,
}

/// What names the value before the first change.
const BEFORE_THE_FIRST: &str = "first";

/// What a form or a query names.
pub(super) fn earlier(text: &str) -> Option<Earlier> {
    match text {
        BEFORE_THE_FIRST => Some(Earlier::BeforeTheFirst),
        number => number.parse().ok().map(Earlier::Change),
    }
}

pub(crate) async fn show(cx: &Context) -> Answer {
    page(cx, StatusCode::OK, Errors::none()).await
}

async fn page(cx: &Context, status: StatusCode, errors: Errors) -> Answer {
    let who = cx.signed_in()?;
    let recorded = changes(cx.access(), &cx.id, EARLIER).await?.ok_or(Refusal::NotFound)?;
    let found = parameter(&cx.id).ok();
    let live = cx.access().parameters().await?.text(&cx.id);
    let said = |text: &str| found.map(|found| in_words(cx, found, text)).unwrap_or_default();
    let mut earlier: Vec<Past> = recorded
        .iter()
        .map(|recorded| Past {
            // A value that today's bounds do not admit can be seen, not restored.
            is_live: recorded.change.text == live
                || found.is_none_or(|found| found.canonical(&recorded.change.text).is_err()),
            words: said(&recorded.change.text),
            change: recorded.number.to_string(),
            changed: changed(cx, Some(&recorded.change)),
        })
        .collect();
    if let Some(found) = found.filter(|_| !earlier.is_empty()) {
        let before = found.default_text();
        let words = cx.text("parameter-before-the-first");
        earlier.push(Past {
            is_live: before == live,
            words: said(&before),
            change: BEFORE_THE_FIRST.to_owned(),
            changed: Changed { words, at: String::new(), exact: String::new() },
        });
    }
    let template = OneParameter {
        meaning: cx.text(&format!("{}-meaning", words_of(&cx.id))),
        value: if found.is_some() { said(&live) } else { cx.access().back_office_url().await },
        default: found.map(|found| said(&found.default_text())).unwrap_or_default(),
        earlier,
        may_restore: found.is_some() && who.operator.grants().allow(&BuiltIn::Parameters.id(), Level::Manage),
        key: cx.id.clone(),
        page: Page::with(cx, "parameter-title", errors).named(cx.text(&words_of(&cx.id))),
    };
    Ok(cx.html(status, &template))
}

pub(crate) async fn restore(cx: &Context) -> Answer {
    let number = cx.form.one("change");
    let wish = match earlier(number) {
        Some(earlier) => restoring(cx.access(), &cx.id, earlier).await?,
        None => None,
    };
    let wish = wish.ok_or(Refusal::NotFound)?;
    // Password rules are not changed before it is seen whom they concern.
    if wish.key.starts_with("password.") {
        return Ok(cx.see_other(&format!("/parameters?restore={}&change={number}#password", wish.key)));
    }
    let by = Authority::Operator(cx.signed_in()?);
    match change(cx.access(), &cx.client, by, &[wish], false).await {
        Ok(_) => Ok(cx.see_other("/parameters?done=saved")),
        Err(ChangeError::Refused(problems)) => {
            page(cx, StatusCode::UNPROCESSABLE_ENTITY, errors_of(cx, &problems)).await
        }
        Err(error) => Err(refusal(error)),
    }
}
