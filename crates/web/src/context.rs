//! One request, as handlers see it: after the gate has checked all that the route asks.

use std::sync::Arc;

use askama::Template;
use poem::Response;
use poem::http::{HeaderMap, StatusCode, header};
use portcullis_core::session::Authenticated;
use portcullis_core::{Access, Client};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::secret::Token;
use portcullis_words::Speaker;
use time::Duration;

use crate::App;
use crate::cookies::Jar;
use crate::csrf;
use crate::form::Form;
use crate::refusal::Refusal;

/// What a handler answers.
pub type Answer = Result<Response, Refusal>;

/// A request that may be served.
pub struct Context {
    /// The app.
    pub app: Arc<App>,
    /// The path under which the back office lives, `/` and the alias.
    pub base: String,
    /// Who asks.
    pub client: Client,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The cookie: a session's, or a random one that only the CSRF token belongs to.
    pub cookie: Token,
    /// Who is behind the cookie.
    pub who: Option<Authenticated>,
    /// The body.
    pub form: Form,
    /// The query.
    pub query: Form,
    /// How long a session lives without use.
    pub idle: Duration,
    /// The path below the base.
    pub path: String,
    /// What stands in the path for the route's `{id}`; empty for a route without one.
    pub id: String,
}

impl Context {
    /// The product.
    pub fn access(&self) -> &Access {
        &self.app.access
    }

    /// Speaks the reader's language: the operator's, or the one the browser asks for.
    pub fn speaker(&self) -> Speaker<'_> {
        let language =
            self.who.as_ref().map_or(self.client.language.unwrap_or_default(), |who| who.operator.account().language);
        self.app.words.speaker(language)
    }

    /// Words for a key.
    pub fn text(&self, key: &str) -> String {
        self.speaker().text(key)
    }

    /// The cookies' names and attributes.
    pub fn jar(&self) -> Jar {
        Jar { secure: self.app.options.secure_cookies }
    }

    /// The token of a link that was opened.
    pub fn link(&self, purpose: Purpose) -> Option<Token> {
        self.jar().link(&self.headers, purpose)
    }

    /// The CSRF token of this page's forms.
    pub fn csrf_token(&self) -> String {
        csrf::token(&self.app.options.csrf_key, &self.cookie, self.who.as_ref().map(|who| &who.session))
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`Refusal::SignInFirst`] where the route's reach does not promise somebody.
    pub fn signed_in(&self) -> Result<&Authenticated, Refusal> {
        self.who.as_ref().ok_or(Refusal::SignInFirst)
    }

    /// A page.
    pub fn html(&self, status: StatusCode, template: &impl Template) -> Response {
        match template.render() {
            Ok(html) => {
                Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(html)
            }
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body("")
            }
        }
    }

    /// 303 to a path below the base.
    pub fn see_other(&self, path: &str) -> Response {
        Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, format!("{}{path}", self.base))
            .finish()
    }

    /// 303, with a new session's cookie.
    pub fn see_other_as(&self, path: &str, token: &Token) -> Response {
        let mut response = self.see_other(path);
        if let Some(cookie) = self.jar().set_session(token) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Where the sign-in was to lead before its second step.
    pub fn take_next(&self) -> String {
        self.jar().next(&self.headers).and_then(|below| local("", &below).map(str::to_owned)).unwrap_or_default()
    }

    /// Where `next` leads, when it is a path of ours: below the base, plain, with nothing that a browser reads as
    /// another host (ASVS 3.7.2). Otherwise the dashboard.
    pub fn next(&self, next: &str) -> String {
        local(&self.base, next).unwrap_or_default().to_owned()
    }
}

/// The part of `next` below `base`, when it is a plain path there.
fn local<'a>(base: &str, next: &'a str) -> Option<&'a str> {
    let below = next.strip_prefix(base)?;
    let plain = below.is_empty() || below.starts_with('/');
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    // A browser reads `%2e%2e` in a path as `..`; no page of ours has a `%` there.
    let good = |text: &str, more: &[u8]| text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b));
    let stays =
        plain && good(path, b"/-_.") && !path.contains("//") && !path.contains("..") && good(query, b"/-_.=&%+");
    stays.then_some(below)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn next_leads_nowhere_else() {
        assert_eq!(local("/k7fq", "/k7fq/operators?page=2"), Some("/operators?page=2"));
        assert_eq!(local("/k7fq", "/k7fq"), Some(""));
        assert_eq!(local("/k7fq", "/k7fq/audit?since=2026-11-24T10%3A00"), Some("/audit?since=2026-11-24T10%3A00"));
        for evil in [
            "//evil",
            "\\evil",
            "/\\evil",
            "https://evil",
            "/k7fq//evil",
            "/k7fqevil",
            "/k7fq/\\evil",
            "/k7fq/../x",
            "/k7fq/%2e%2e/x",
            "/k7fq/.%2E/x",
            "/k7fq@evil",
            "/k7fq/\r\nx",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(local("/k7fq", evil), None, "{evil:?}");
        }
    }
}
