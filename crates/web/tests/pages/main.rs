//! Pages as browsers ask for them, over the app's own endpoint, on storage in memory.

#![expect(clippy::unwrap_used, reason = "what the tests share is test code too")]

mod shop;

mod functionalities;
mod invitations;
mod restoring;
mod roles_of_an_operator;
mod trail;
mod two_tabs;
