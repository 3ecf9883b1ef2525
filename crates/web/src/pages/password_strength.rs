//! The server's own judgement of a password while it is typed, for the meter.

use poem::Response;
use poem::http::header;
use portcullis_core::password;
use portcullis_domain::one_time_token::Purpose;

use crate::context::{Answer, Context};
use crate::refusal::Refusal;

pub(crate) async fn judge(cx: &Context) -> Answer {
    let mut known = cx.who.is_some();
    for purpose in [Purpose::SetUp, Purpose::Invitation, Purpose::PasswordReset] {
        // Whoever holds a live link may ask; whoever merely knows the alias may not use the server to compute.
        if let Some(token) = cx.link(purpose)
            && !known
        {
            known = password::link_is_live(cx.access(), purpose, &token).await?;
        }
    }
    if !known {
        return Err(Refusal::Forbidden);
    }
    let judged =
        password::preview(cx.access(), &cx.client, &cx.form.password("password"), cx.form.one("email")).await?;
    let judgement = match judged {
        Ok(judgement) => judgement,
        Err(retry_after) => return Err(Refusal::Limited(retry_after)),
    };
    let body = serde_json::json!({
        "score": judgement.strength.score,
        "unmet": judgement.unmet.iter().map(|rule| rule.id()).collect::<Vec<_>>(),
        "advice": judgement.strength.advice.first().map(|key| cx.text(key)).unwrap_or_default(),
    });
    Ok(Response::builder().header(header::CONTENT_TYPE, "application/json").body(body.to_string()))
}
