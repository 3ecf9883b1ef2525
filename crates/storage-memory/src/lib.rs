//! Storage in memory: a real adapter, for tests and for embedding.
//!
//! It keeps every promise of [`portcullis_domain::ports::storage`] and passes the same suite as the databases; what it
//! lacks is a disk. There is one writer at a time. A unit of work writes to its own copy of the state, which takes the
//! place of the committed one at the commit, so whoever reads sees all of a unit of work or nothing of it.

pub mod storage;

mod state;
mod transaction;
mod view;

mod audit_trail;
mod invitations;
mod known_devices;
mod mail_desk;
mod operator_search;
mod parameter_history;
mod password_history;
mod role_book;
mod sweeping;
mod two_factors;

pub use storage::MemoryStorage;
