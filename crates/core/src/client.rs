//! Who is on the other end of a request.

use portcullis_domain::language::Language;

/// What is known of the client of a request. The address comes from trusted hops only (ASVS 15.3.4): it keys limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address; for IPv6 the /64 it lives in, because one host has all of those.
    pub address: String,
    /// What it calls itself (`User-Agent`), at most 200 characters.
    pub device: String,
    /// The language that it asks for.
    pub language: Language,
}

impl Client {
    /// The machine's own console.
    pub fn console() -> Self {
        Self { address: "console".to_owned(), device: "command line".to_owned(), language: Language::En }
    }
}
