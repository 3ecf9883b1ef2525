//! Bad input and bad days, with the real binary: what is refused, with which words, and that nothing is half-done.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot set its stage has failed")]

mod forms;
mod killed;
mod links;
mod requests;
mod stage;
