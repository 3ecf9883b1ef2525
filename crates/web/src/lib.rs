//! The web app: pages and forms over `portcullis-core`, as one poem endpoint that an embedding product can mount.
//!
//! Every request passes one gate ([`gate`]): outside the alias there is one 404 and nothing else. Inside, every route
//! stands in one table ([`routes`]) that says who may reach it; [`gate`] asks the table before any handler runs, and
//! checks origin, CSRF token and body of every form. A handler therefore never meets somebody who may not be there.

pub mod assets;
pub mod client_address;
pub mod context;
pub mod cookies;
pub mod csrf;
pub mod form;
pub mod gate;
pub mod headers;
pub mod kept;
pub mod page;
mod pages;
pub mod refusal;
pub mod routes;

use std::sync::Arc;

use ipnet::IpNet;
use portcullis_core::Access;
use portcullis_words::{Language, Words, WordsError};

pub use gate::BackOffice;

/// The pages' words, a file for each language.
pub const WORDS: [(Language, &str); 2] =
    [(Language::En, include_str!("../words/en.ftl")), (Language::Fr, include_str!("../words/fr.ftl"))];

/// What the web app needs beside the product.
#[derive(Clone)]
pub struct Options {
    /// Keys the CSRF tokens; the same on every node.
    pub csrf_key: [u8; 32],
    /// Whether the public URL is https: cookies are then `Secure` and bear the `__Host-` prefix.
    pub secure_cookies: bool,
    /// From whose hops `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
}

/// The app's parts, shared by all requests.
pub struct App {
    /// The product.
    pub access: Access,
    /// The options.
    pub options: Options,
    /// The words.
    pub words: Words,
}

/// The back office as a poem endpoint. It answers every path: what lies outside the alias with the one 404.
///
/// # Errors
/// [`WordsError`] when a Fluent file cannot be read, which a test rules out.
pub fn back_office(access: Access, options: Options) -> Result<BackOffice, WordsError> {
    Ok(BackOffice::new(Arc::new(App { access, options, words: Words::new(&WORDS)? })))
}
