//! The server's own judgement of a password while it is typed, for the meter.

use poem::Response;
use poem::http::header;
use portcullis_core::invitation;
use portcullis_core::password::{self, Whose};
use portcullis_domain::account::Account;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::session::Stage;

use crate::context::{Answer, Context};
use crate::refusal::Refusal;

pub(crate) async fn judge(cx: &Context) -> Answer {
    // Whose it will be says the session or the link, as when it is set; at set-up the form does. Whoever merely knows the
    // alias, or has not passed the second step, may not use the server to compute.
    let own = |account: &Account| (account.email.as_str().to_owned(), account.name.as_str().to_owned());
    let mut whose = match &cx.who {
        Some(who) if matches!(who.session.stage, Stage::SignedIn | Stage::NewPasswordDue) => {
            Some(own(who.operator.account()))
        }
        _ => None,
    };
    for purpose in [Purpose::SetUp, Purpose::Invitation, Purpose::PasswordReset] {
        if let Some(token) = cx.link(purpose)
            && whose.is_none()
        {
            whose = match password::whose_link(cx.access(), purpose, &token).await? {
                Whose::Nobodys => None,
                Whose::TheFirst => Some((cx.form.one("email").to_owned(), cx.form.one("name").to_owned())),
                Whose::Of(account) => {
                    if purpose == Purpose::Invitation {
                        invitation::note_opened(cx.access(), &cx.client, &token).await?;
                    }
                    Some(own(&account))
                }
            };
        }
    }
    let Some((email, name)) = whose else { return Err(Refusal::Forbidden) };
    let judged = password::preview(cx.access(), &cx.client, &cx.form.password("password"), (&email, &name)).await?;
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
