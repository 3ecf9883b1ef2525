//! Who is on the other end of a request.

use portcullis_domain::language::Language;
use portcullis_domain::secret::Digest256;

/// What is known of the client of a request. The address comes from trusted hops only (ASVS 15.3.4): it keys limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address; for IPv6 the /64 it lives in, because one host has all of those.
    pub address: String,
    /// What it calls itself (`User-Agent`), at most 200 characters.
    pub device: String,
    /// The language that it asks for, of those that there are; `None` when it asks for none of them.
    pub language: Option<Language>,
    /// The digest of its device cookie, when it brought one. A device that completed a sign-in of an account before has a
    /// budget of its own for it, so that an attack on the account does not shut its owner out (ASVS 6.1.1).
    pub device_cookie: Option<Digest256>,
}

impl Client {
    /// The machine's own console.
    pub fn console() -> Self {
        Self { address: "console".to_owned(), device: "command line".to_owned(), language: None, device_cookie: None }
    }
}
