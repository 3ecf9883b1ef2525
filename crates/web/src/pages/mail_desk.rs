//! Mail: what waits, what failed and why, what left; trying again, and a test to oneself.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::mail_desk::{self, TestError};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::mail_message::{MailState, OutboxEntry};
use portcullis_domain::ports::storage::Page as Slice;
use portcullis_domain::role::Level;
use portcullis_words::{Value, moment};

use crate::context::{Answer, Context};
use crate::page::Page;
use crate::refusal::Refusal;

const PER_PAGE: u64 = 25;

struct Row {
    id: String,
    to: String,
    kind: String,
    state: String,
    written: String,
    written_exact: String,
    next: String,
    next_exact: String,
    /// How often it was tried, in words; empty after the first time.
    tries: String,
    error: String,
    may_retry: bool,
}

struct Tab {
    words: String,
    query: &'static str,
    here: bool,
}

#[derive(Template)]
#[template(path = "mail_desk.html")]
struct MailDesk<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
    tabs: Vec<Tab>,
    state: &'a str,
    may_manage: bool,
    done: String,
    number: u64,
    more: bool,
}

fn row(cx: &Context, mail: OutboxEntry, may_manage: bool) -> Row {
    let now = cx.access().now();
    let kind = format!("mail-kind-{}", mail.kind);
    let waiting = mail.state == MailState::Waiting;
    Row {
        id: mail.id.to_string(),
        to: mail.to.to_string(),
        kind: if cx.speaker().knows(&kind) { cx.text(&kind) } else { mail.kind },
        state: cx.text(match mail.state {
            MailState::Waiting => "mail-waiting",
            MailState::Sent => "mail-sent",
            MailState::Failed => "mail-failed",
        }),
        written: cx.speaker().moment(mail.created_at, now),
        written_exact: moment::exact(mail.created_at),
        next: if waiting { cx.speaker().moment(mail.next_attempt_at.max(now), now) } else { String::new() },
        next_exact: moment::exact(mail.next_attempt_at),
        tries: if mail.attempts > 1 {
            cx.speaker().text_with("mail-attempts", &[("count", Value::from(mail.attempts))])
        } else {
            String::new()
        },
        may_retry: may_manage && mail.body.is_some() && mail.state != MailState::Sent,
        error: mail.last_error.unwrap_or_default(),
    }
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let typed = cx.query.one("state");
    let state = MailState::parse(typed);
    let number = cx.query.one("page").parse::<u64>().unwrap_or(1).clamp(1, 1_000_000);
    let slice = Slice { offset: (number - 1) * PER_PAGE, limit: PER_PAGE };
    let desk = mail_desk::show(cx.access(), state, slice).await?;
    let may_manage = who.operator.grants().allow(&BuiltIn::Mail.id(), Level::Manage);
    let counted = |key: &str, count: u64| cx.speaker().text_with(key, &[("count", Value::from(count))]);
    let tab = |words, query, here| Tab { words, query, here };
    let template = MailDesk {
        tabs: vec![
            tab(cx.text("mail-all"), "", state.is_none()),
            tab(counted("mail-waiting-count", desk.waiting), "waiting", state == Some(MailState::Waiting)),
            tab(counted("mail-failed-count", desk.failed), "failed", state == Some(MailState::Failed)),
            tab(cx.text("mail-sent"), "sent", state == Some(MailState::Sent)),
        ],
        rows: desk.mails.into_iter().map(|mail| row(cx, mail, may_manage)).collect(),
        state: state.map(MailState::as_str).unwrap_or_default(),
        may_manage,
        done: match cx.query.one("done") {
            "retried" => cx.text("mail-done-retried"),
            "tested" => {
                cx.speaker().text_with("mail-done-tested", &[("address", Value::from(who.operator.email().as_str()))])
            }
            _ => String::new(),
        },
        number,
        more: desk.more,
        page: Page::new(cx, "mail-title"),
    };
    Ok(cx.html(StatusCode::OK, &template))
}

pub(crate) async fn retry(cx: &Context) -> Answer {
    let id = cx.id.parse().map_err(|_| Refusal::NotFound)?;
    if mail_desk::retry(cx.access(), &cx.client, cx.signed_in()?, id).await? {
        Ok(cx.see_other("/mail?done=retried"))
    } else {
        Err(Refusal::NotFound)
    }
}

pub(crate) async fn test(cx: &Context) -> Answer {
    match mail_desk::test(cx.access(), &cx.client, cx.signed_in()?).await {
        Ok(()) => Ok(cx.see_other("/mail?done=tested")),
        Err(TestError::Limited { retry_after }) => Err(Refusal::Limited(retry_after)),
        Err(TestError::Act(error)) => Err(error.into()),
    }
}
