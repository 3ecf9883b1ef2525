//! Cookies: the session's, and the short-lived ones that carry a link's token from the address bar to the form.

use poem::http::{HeaderMap, HeaderValue, header};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::secret::Token;

/// How long a link's token is kept in the browser while a password is thought of, in seconds.
const LINK_SECONDS: u32 = 3600;
/// How long a device stays known without use.
const DEVICE_SECONDS: u32 = 365 * 24 * 3600;
/// How long what was typed is kept while somebody proves who they are.
const KEPT_SECONDS: u32 = 600;

/// Names and attributes of the cookies, by whether the public URL is https.
#[derive(Debug, Clone, Copy)]
pub struct Jar {
    /// Whether the public URL is https.
    pub secure: bool,
}

impl Jar {
    fn name(self, suffix: &str) -> String {
        format!("{}portcullis{suffix}", if self.secure { "__Host-" } else { "" })
    }

    fn set(self, suffix: &str, value: &str, max_age: Option<u32>) -> Option<HeaderValue> {
        let name = self.name(suffix);
        let secure = if self.secure { "; Secure" } else { "" };
        let max_age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{max_age}")).ok()
    }

    /// The session's cookie in a request; `None` when it is missing, mangled, or there twice.
    pub fn session(self, headers: &HeaderMap) -> Option<Token> {
        Token::parse(&only(headers, &self.name(""))?)
    }

    /// The header that gives the browser its session's cookie.
    pub fn set_session(self, token: &Token) -> Option<HeaderValue> {
        self.set("", &token.expose(), None)
    }

    /// The device's cookie in a request.
    pub fn device(self, headers: &HeaderMap) -> Option<Token> {
        Token::parse(&only(headers, &self.name("-device"))?)
    }

    /// The header that makes a device known, for a year.
    pub fn set_device(self, token: &Token) -> Option<HeaderValue> {
        self.set("-device", &token.expose(), Some(DEVICE_SECONDS))
    }

    /// What was typed before a step-up, sealed.
    pub fn kept(self, headers: &HeaderMap) -> Option<String> {
        only(headers, &self.name("-kept"))
    }

    /// The header that keeps what was typed, for ten minutes; `None` takes it away.
    pub fn set_kept(self, sealed: Option<&str>) -> Option<HeaderValue> {
        match sealed {
            Some(sealed) => self.set("-kept", sealed, Some(KEPT_SECONDS)),
            None => self.set("-kept", "", Some(0)),
        }
    }

    /// Where a sign-in leads once its second step is passed.
    pub fn next(self, headers: &HeaderMap) -> Option<String> {
        only(headers, &self.name("-next"))
    }

    /// The header that remembers where a sign-in leads, for ten minutes: the part below the alias, because whatever else
    /// lives on the host receives this cookie too. `None` takes it away.
    pub fn set_next(self, below: Option<&str>) -> Option<HeaderValue> {
        self.set("-next", below.unwrap_or_default(), Some(if below.is_some() { KEPT_SECONDS } else { 0 }))
    }

    /// The token of a link, in a request.
    pub fn link(self, headers: &HeaderMap, purpose: Purpose) -> Option<Token> {
        Token::parse(&only(headers, &self.name(&format!("-{}", purpose.as_str())))?)
    }

    /// The header that keeps the token of a link; a mangled one is kept as nothing.
    pub fn set_link(self, purpose: Purpose, token: Option<&Token>) -> Option<HeaderValue> {
        let suffix = format!("-{}", purpose.as_str());
        match token {
            Some(token) => self.set(&suffix, &token.expose(), Some(LINK_SECONDS)),
            None => self.set(&suffix, "", Some(0)),
        }
    }
}

/// The value of a cookie that is there once.
fn only(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name);
    let value = found.next()?.1.to_owned();
    found.next().is_none().then_some(value)
}
