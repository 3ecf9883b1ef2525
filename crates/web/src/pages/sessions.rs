//! One's own sessions: where one is signed in, and ending it.

use askama::Template;
use poem::http::StatusCode;
use portcullis_core::session;
use portcullis_domain::session::SessionId;
use portcullis_words::moment;

use crate::context::{Answer, Context};
use crate::page::Page;
use crate::refusal::Refusal;

struct Row {
    id: String,
    device: String,
    address: String,
    since: String,
    since_exact: String,
    seen: String,
    seen_exact: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct Sessions<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let who = cx.signed_in()?;
    let now = cx.access().now();
    let live = session::list(cx.access(), who.operator.id()).await?;
    let rows = live.into_iter().map(|session| Row {
        id: session.id.0.to_string(),
        device: cx.speaker().device(&session.device),
        since: cx.speaker().moment(session.created_at, now),
        since_exact: moment::exact(session.created_at),
        seen: cx.speaker().moment(session.last_seen_at, now),
        seen_exact: moment::exact(session.last_seen_at),
        this: session.id == who.session.id,
        address: session.address,
    });
    Ok(cx.html(StatusCode::OK, &Sessions { rows: rows.collect(), page: Page::new(cx, "sessions-title") }))
}

pub(crate) async fn end(cx: &Context) -> Answer {
    let id = cx.id.parse().map(SessionId).map_err(|_| Refusal::NotFound)?;
    let who = cx.signed_in()?;
    if !session::end_own(cx.access(), &cx.client, who, id).await? {
        return Err(Refusal::NotFound);
    }
    Ok(cx.see_other(if id == who.session.id { "/login" } else { "/account/sessions" }))
}

pub(crate) async fn end_others(cx: &Context) -> Answer {
    session::end_others(cx.access(), &cx.client, cx.signed_in()?).await?;
    Ok(cx.see_other("/account/sessions"))
}
