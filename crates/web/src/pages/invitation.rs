//! Accepting an invitation: a password of one's own.

use portcullis_core::invitation::{self, Inspection};
use portcullis_domain::one_time_token::Purpose;

use super::link;
use crate::context::{Answer, Context};
use crate::form::Errors;

const TITLE: &str = "invitation-title";

pub(crate) async fn show(cx: &Context) -> Answer {
    if let Some(response) = link::arrival(cx, Purpose::Invitation) {
        return Ok(response);
    }
    form(cx, Errors::none()).await
}

async fn form(cx: &Context, errors: Errors) -> Answer {
    let Some(token) = cx.link(Purpose::Invitation) else { return Ok(link::dead(cx, "dead-link-invitation")) };
    match invitation::inspect(cx.access(), Purpose::Invitation, &token).await? {
        Inspection::Open(account) => {
            link::choose_password(cx, TITLE, "/invitation", account.email.as_str(), errors).await
        }
        Inspection::Expired => Ok(link::dead(cx, "expired-invitation")),
        Inspection::Dead => Ok(link::dead(cx, "dead-link-invitation")),
    }
}

pub(crate) async fn submit(cx: &Context) -> Answer {
    let Some(token) = cx.link(Purpose::Invitation) else { return Ok(link::dead(cx, "dead-link-invitation")) };
    match invitation::accept(cx.access(), &cx.client, &token, cx.form.password("password")).await {
        Ok(()) => Ok(link::departure(cx, Purpose::Invitation, "/login?done=password")),
        Err(error) => match link::refused(cx, error)? {
            Some(errors) => form(cx, errors).await,
            // Says why, by what the link is worth now.
            None => form(cx, Errors::none()).await,
        },
    }
}
