//! The pages: a handler module, a template and a section of the words for each, of the same name.

pub(crate) mod account;
pub(crate) mod audit_trail;
pub(crate) mod confirm;
pub(crate) mod dashboard;
pub(crate) mod invitation;
mod link;
pub(crate) mod login;
pub(crate) mod mail_desk;
pub(crate) mod operator;
pub(crate) mod operators;
pub(crate) mod parameter;
pub(crate) mod parameters;
pub(crate) mod password_change;
pub(crate) mod password_recovery;
pub(crate) mod password_strength;
pub(crate) mod roles;
pub(crate) mod second_step;
pub(crate) mod sessions;
pub(crate) mod set_up;
pub(crate) mod two_factor;

use crate::assets;
use crate::context::{Answer, Context};
use crate::refusal::Refusal;

/// A style sheet or the script.
pub(crate) async fn asset(cx: &Context) -> Answer {
    cx.path.strip_prefix("/assets/").and_then(assets::serve).ok_or(Refusal::NotFound)
}
