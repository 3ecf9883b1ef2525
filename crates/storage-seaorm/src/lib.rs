//! Storage by `SeaORM`, on `SQLite` and `PostgreSQL`.
//!
//! Every statement is written once and runs on both engines: `$1` placeholders, `ON CONFLICT`, `RETURNING` and common
//! table expressions mean the same to both. Where one engine needs a lock that the other has anyway (`SQLite` has one
//! writer), the difference is a word from `row_lock`.
//!
//! What is guarded is guarded by the statement itself, not by a read before it: rows affected say whose write it was.
//! Nothing provokes an error in order to learn of a conflict, because on `PostgreSQL` an error ends the transaction.

mod connect;
mod handle;
mod migration;

mod accounts;
mod audit;
mod one_time_tokens;
mod outbox;
mod parameters;
mod rate_limits;
mod recovery_requests;
mod roles;
mod sessions;

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

mod error;
mod statement;

pub use connect::{ConnectionSettings, SeaOrmStorage, TlsMode};
pub use error::ConnectError;
pub use migration::SchemaState;
