//! What an operator, a role, a password policy, a token, a session and a rate limit *are*, and the ports through which
//! the rest of the world is reached.
//!
//! This crate is pure. It reads no clock, draws no random number and does no I/O: time arrives as an argument called
//! `now`, chance as bytes that a [`ports::credentials::SecretGenerator`] made. Whatever can be decided from values alone is decided
//! here, as a function or a type, and proven here with tables and properties. What talks to somebody is in
//! `portcullis-core`.
//!
//! Values are parsed, not validated: an [`email::Email`], an [`alias::Alias`] or a [`role::RoleName`] cannot exist
//! wrong, and an [`account::Operator`] can be made from an operator's account only.

pub mod account;
pub mod alias;
pub mod audit;
pub mod audit_seal;
pub mod display_name;
pub mod email;
pub mod functionality;
pub mod instant;
pub mod language;
pub mod mail_message;
pub mod one_time_token;
pub mod parameter;
pub mod password_policy;
pub mod ports;
pub mod rate_limit;
pub mod role;
pub mod secret;
pub mod session;
pub mod two_factor;
