//! The use cases by themselves, in memory, with a clock that the tests move.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is test code too")]

mod app;
mod doubles;

mod access;
mod account_import;
mod acting;
mod audit_events;
mod audit_seal;
mod audit_trail;
mod invitation;
mod known_devices;
mod live_within_bounds;
mod mail_desk;
mod nobody_grants_more;
mod operator_care;
mod outbox;
mod parameters;
mod password_change;
mod password_recovery;
mod restoring;
mod roles;
mod second_step;
mod session;
mod set_up;
mod sign_in;
mod step_up;
mod sweeping;
mod two_factor;
mod two_factor_changes;
