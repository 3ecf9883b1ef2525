//! The product's words, in each language.
//!
//! Texts are [Fluent](https://projectfluent.org) files that the crates which speak (`web`, `mail`) embed and hand to
//! [`Words::new`]; this crate finds the text of a key, with its plurals and its values, and says spans of time and devices. Every
//! text has a key, every key is in every language; [`Words::keys`] is there so that a test can hold the languages equal.
//!
//! What comes out is plain text: whoever puts it into HTML escapes it.

mod speaker;
mod value;
mod words;

pub mod device;
pub mod moment;

pub use portcullis_domain::language::Language;
pub use speaker::Speaker;
pub use value::Value;
pub use words::{Words, WordsError};
