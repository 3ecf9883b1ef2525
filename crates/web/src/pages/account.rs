//! One's own profile.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::account::set_profile;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::language::Language;

use super::operators::name_words;
use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    page: Page<'a>,
    name: &'a str,
    email: &'a str,
    chosen: Language,
    languages: [Language; 2],
    done: String,
}

fn form(cx: &Context, status: StatusCode, name: &str, chosen: Language, errors: Errors) -> Answer {
    let done = match cx.query.one("done") {
        known @ ("password" | "profile") => cx.text(&format!("account-done-{known}")),
        _ => String::new(),
    };
    let email = cx.signed_in()?.operator.email().as_str();
    let page = Page::with(cx, "account-title", errors);
    Ok(cx.html(status, &Account { page, name, email, chosen, languages: Language::ALL, done }))
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let account = cx.signed_in()?.operator.account();
    form(cx, StatusCode::OK, account.name.as_str(), account.language, Errors::none())
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let language = Language::from_tag(cx.form.one("locale"));
    match (DisplayName::parse(cx.form.one("name")), language) {
        (Ok(name), Some(language)) => {
            set_profile(cx.access(), &cx.client, who, name, language).await?;
            Ok(cx.see_other("/account?done=profile"))
        }
        (name, language) => {
            let mut errors = Errors::none();
            if let Err(error) = name {
                errors.add("name", cx.text(name_words(error)));
            }
            if language.is_none() {
                errors.add("locale", cx.text("account-locale-unknown"));
            }
            form(cx, StatusCode::UNPROCESSABLE_ENTITY, cx.form.one("name"), language.unwrap_or_default(), errors)
        }
    }
}
