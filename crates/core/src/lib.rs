//! What people do: one module per use case, over the ports of `portcullis-domain`. This is the crate that an embedding
//! product calls, and the one that decides; pages and command line only ask it.
//!
//! A use case reads like the sentence that describes it: parse, limit, load, hash, decide, write once, tell. No
//! transaction is ever open while a password is hashed or a mail is sent: what was read is compared again when it is
//! written. What happened, its audit event and the mail it causes are written in one transaction.

pub mod access;
pub mod account;
pub mod account_import;
mod account_lock;
pub mod alias;
pub mod audit_seal;
pub mod audit_trail;
mod author;
pub mod authority;
pub mod client;
pub mod denial;
mod event;
pub mod invitation;
pub mod invitation_care;
pub mod mail_desk;
pub mod operator_care;
pub mod operators;
pub mod outbox;
pub mod parameters;
pub mod password;
pub mod password_change;
pub mod password_recovery;
pub mod present;
pub mod roles;
pub mod second_step;
pub mod session;
pub mod set_up;
pub mod sign_in;
pub mod step_up;
pub mod sweeping;
pub mod tally;
pub mod two_factor;
pub mod unlock;
pub mod worker;

pub use access::{Access, Ports, Settings};
pub use client::Client;
