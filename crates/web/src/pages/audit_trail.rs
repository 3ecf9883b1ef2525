//! The audit trail: what happened, filtered, page by page; and as a file.

use askama::Template;
use futures_util::stream;
use poem::http::{StatusCode, header};
use poem::{Body, Response};
use portcullis_core::audit_trail::export::{Export, ExportError, Exporter, Format, begin};
use portcullis_core::audit_trail::subject::{Known, Subject, subject};
use portcullis_core::audit_trail::{Found, From, search};
use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::instant;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use portcullis_words::moment;

use crate::context::{Answer, Context};
use crate::form::Errors;
use crate::page::Page;
use crate::refusal::Refusal;

const PER_PAGE: u64 = 25;
/// What a filter is made of, as the form names it.
const FIELDS: [&str; 5] = ["actor", "action", "target", "since", "until"];

struct Row {
    at: String,
    exact: String,
    actor: String,
    actor_key: String,
    action: String,
    target: String,
    target_key: String,
    address: String,
    device: String,
    details: Vec<(String, String)>,
}

struct Choice {
    code: &'static str,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "audit_trail.html")]
struct AuditTrail<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
    actions: Vec<Choice>,
    actor: &'a str,
    target: &'a str,
    /// Those who are called as was typed, where there are several, with the query that means each.
    namesakes: Vec<(String, String)>,
    since: &'a str,
    until: &'a str,
    /// The filter as a query, with `&` before it, for the links to other pages.
    query: String,
    filtered: bool,
    newer: Option<i64>,
    older: Option<i64>,
}

/// The words of an action; its code when there are none.
fn action_words(cx: &Context, action: Action) -> String {
    let key = format!("action-{}", action.code().replace(['.', '_'], "-"));
    if cx.speaker().knows(&key) { cx.text(&key) } else { action.code().to_owned() }
}

fn row(cx: &Context, entry: Entry) -> Row {
    let event = entry.event;
    let (actor, actor_key) = match event.actor {
        Actor::Operator(id, name) => (name, id.0.to_string()),
        Actor::Stranger => (cx.text("audit-stranger"), "stranger".to_owned()),
        Actor::CommandLine => (cx.text("audit-command-line"), "command-line".to_owned()),
        Actor::System => (cx.text("audit-system"), "system".to_owned()),
    };
    let (target_key, target) = event.target.unwrap_or_default();
    let mut details = event.details;
    let device = details.remove("device").unwrap_or_default();
    Row {
        at: cx.speaker().moment(event.at, cx.access().now()),
        exact: moment::exact(event.at),
        action: action_words(cx, event.action),
        device: if device.is_empty() { device } else { cx.speaker().device(&device) },
        address: event.address.unwrap_or_default(),
        details: details.into_iter().collect(),
        actor,
        actor_key,
        target,
        target_key,
    }
}

/// What the query asks for.
struct Asked {
    filter: AuditFilter,
    errors: Errors,
    namesakes: Vec<(String, String)>,
}

/// The query with one field changed, from the newest event on.
fn instead(cx: &Context, field: &str, value: &str) -> String {
    let given = FIELDS.map(|name| (name, if name == field { value } else { cx.query.one(name) }));
    let given = given.iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
}

/// The filter that the query asks for, and what is wrong with it.
async fn filter(cx: &Context) -> Result<Asked, Refusal> {
    let mut errors = Errors::none();
    let mut moment = |field: &'static str| {
        let typed = cx.query.one(field).trim();
        let found = instant::parse(typed);
        if found.is_none() && !typed.is_empty() {
            errors.add(field, cx.text("audit-bad-time"));
        }
        found
    };
    let (since, until) = (moment("since"), moment("until"));
    let code = cx.query.one("action");
    let action = Action::parse(code);
    if action.is_none() && !code.is_empty() {
        errors.add("action", cx.text("audit-bad-action"));
    }
    let (mut means, mut namesakes) = ([None, None], Vec::new());
    for (means, field) in means.iter_mut().zip(["actor", "target"]) {
        match subject(cx.access(), cx.query.one(field)).await? {
            Subject::Anybody => {}
            Subject::One(id) => *means = Some(id),
            Subject::Several(known) => {
                errors.add(field, cx.text("audit-namesakes"));
                namesakes.extend(known.into_iter().map(|one| (instead(cx, field, &one.id), in_words(cx, one))));
            }
        }
    }
    let [actor, target] = means;
    Ok(Asked { filter: AuditFilter { actor, action, target, since, until }, errors, namesakes })
}

fn in_words(cx: &Context, one: Known) -> String {
    if one.deleted { format!("{} ({}, {})", one.words, cx.text("audit-deleted"), one.id) } else { one.words }
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let Asked { filter, errors, namesakes } = filter(cx).await?;
    let place = |name: &str| cx.query.one(name).parse::<i64>().ok();
    let from = match (place("before"), place("after")) {
        (Some(before), _) => From::Before(before),
        (None, Some(after)) => From::After(after),
        (None, None) => From::Newest,
    };
    let found = if errors.is_empty() {
        search(cx.access(), &filter, from, PER_PAGE).await?
    } else {
        Found { entries: Vec::new(), newer: false, older: false }
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let query = instead(cx, "", "");
    let edge = |entry: Option<&Entry>| entry.map(|entry| entry.sequence);
    let template = AuditTrail {
        actions: Action::ALL
            .iter()
            .map(|action| Choice {
                code: action.code(),
                words: action_words(cx, *action),
                chosen: filter.action == Some(*action),
            })
            .collect(),
        actor: cx.query.one("actor"),
        target: cx.query.one("target"),
        namesakes,
        since: cx.query.one("since"),
        until: cx.query.one("until"),
        filtered: !query.is_empty(),
        query: if query.is_empty() { query } else { format!("&{query}") },
        newer: edge(found.entries.first()).filter(|_| found.newer),
        older: edge(found.entries.last()).filter(|_| found.older),
        rows: found.entries.into_iter().map(|entry| row(cx, entry)).collect(),
        page: Page::with(cx, "audit-title", errors),
    };
    Ok(cx.html(status, &template))
}

/// The file, written while it is read: a page of the trail is in memory at a time. When storage fails in the middle the
/// connection breaks off, so that half a file never looks whole; so it does when its reader may not read on.
pub(crate) async fn export(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let format = Format::parse(cx.query.one("format")).ok_or(Refusal::NotFound)?;
    let Asked { filter, errors, .. } = filter(cx).await?;
    if !errors.is_empty() {
        return show(cx).await;
    }
    let begun = begin(cx.access(), Exporter::Operator(who, &cx.client), filter, format).await;
    let export = begun.map_err(|error| match error {
        ExportError::Limited { retry_after } => Refusal::Limited(retry_after),
        ExportError::Act(error) => error.into(),
    })?;
    let day = cx.access().now().date();
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, format.media_type())
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"audit-{day}.{}\"", format.as_str()))
        .body(Body::from_bytes_stream(stream::try_unfold(export, next))))
}

async fn next(mut export: Export) -> Result<Option<(String, Export)>, std::io::Error> {
    match export.next().await {
        Ok(part) => Ok(part.map(|part| (part, export))),
        Err(error) => {
            tracing::warn!(%error, "an export broke off");
            Err(std::io::Error::other("the export broke off"))
        }
    }
}
