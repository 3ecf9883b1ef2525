//! The gate: every request passes it, and nothing else decides who goes where.

use std::sync::Arc;
use std::time::Duration;

use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use portcullis_core::denial::{self, Reason};
use portcullis_core::{Client, session, step_up};
use portcullis_domain::language::Language;
use portcullis_domain::secret::Token;
use portcullis_domain::session::Stage;

use crate::context::{Answer, Context};
use crate::cookies::Jar;
use crate::form::{Form, MOST_BYTES};
use crate::kept::Kept;
use crate::page::refusal_page;
use crate::refusal::Refusal;
use crate::{App, client_address, csrf, headers, kept, routes};

/// How long a request may take in all.
const PATIENCE: Duration = Duration::from_secs(30);

/// The back office, as one endpoint for every path.
#[derive(Clone)]
pub struct BackOffice(Arc<App>);

impl BackOffice {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl Endpoint for BackOffice {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let alias = self.0.access.alias().await;
        let mut response = match below(request.uri().path()) {
            // The raw segment is compared, undecoded, in a time that tells nothing.
            Some((first, rest)) if alias.matches(first) => {
                let (base, path) = (format!("/{}", alias.as_str()), rest.trim_end_matches('/').to_owned());
                match tokio::time::timeout(PATIENCE, inside(&self.0, base, path, request)).await {
                    Ok(response) => response,
                    Err(_) => Response::builder()
                        .status(StatusCode::SERVICE_UNAVAILABLE)
                        .header(header::RETRY_AFTER, "5")
                        .body(""),
                }
            }
            Some((first, rest)) => led_over(&self.0, first, rest, &request).await.unwrap_or_else(not_found),
            None => not_found(),
        };
        headers::apply(&mut response, self.0.options.secure_cookies);
        Ok(response)
    }
}

/// The first segment of a path, and what follows it.
fn below(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix('/')?;
    Some(path.find('/').map_or((path, ""), |slash| path.split_at(slash)))
}

/// The one 404: the same for every path outside the alias, and for every method.
fn not_found() -> Response {
    Response::builder()
        .status(StatusCode::NOT_FOUND)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body("Not found\n")
}

/// For a while after the alias changed, whoever is signed in is led from the old one to the present one; everybody else
/// gets the one 404.
async fn led_over(app: &App, first: &str, rest: &str, request: &Request) -> Option<Response> {
    let alias = app.access.led_from(first)?;
    let cookie = Jar { secure: app.options.secure_cookies }.session(request.headers())?;
    let who = session::authenticate(&app.access, &cookie).await.ok()??;
    if who.session.stage != Stage::SignedIn {
        return None;
    }
    // What was posted is not posted again: one lands on the page of the form.
    let (path, query) = match (request.method(), request.uri().query()) {
        (&Method::GET | &Method::HEAD, Some(query)) => (rest, format!("?{query}")),
        (&Method::GET | &Method::HEAD, None) => (rest, String::new()),
        _ => (routes::page_of(rest), String::new()),
    };
    let location = header::HeaderValue::from_str(&format!("/{}{path}{query}", alias.as_str())).ok()?;
    Some(Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish())
}

async fn inside(app: &Arc<App>, base: String, path: String, mut request: Request) -> Response {
    let jar = Jar { secure: app.options.secure_cookies };
    let given = jar.session(request.headers());
    let fresh = given.is_none();
    let mut cx = Context {
        app: Arc::clone(app),
        base,
        client: client(app, &request),
        headers: request.headers().clone(),
        cookie: given.unwrap_or_else(|| Token::from_bytes(app.access.ports().secrets.bytes32())),
        who: None,
        form: Form::default(),
        query: Form::parse(request.uri().query().unwrap_or_default().as_bytes()),
        path,
        id: String::new(),
        idle: time::Duration::ZERO,
    };
    let answer = serve(&mut cx, !fresh, &mut request).await;
    if let Err(refusal) = &answer {
        record(&cx, request.method(), *refusal).await;
    }
    let mut response = answer.unwrap_or_else(|refusal| refuse(&cx, refusal));
    // Whoever has no cookie gets one with the first page, for the CSRF token of its form to belong to.
    let is_page = response.header(header::CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("text/html"));
    if fresh
        && is_page
        && let Some(cookie) = jar.set_session(&cx.cookie)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn serve(cx: &mut Context, has_cookie: bool, request: &mut Request) -> Answer {
    let (route, id) = routes::find(request.method(), &cx.path).ok_or(Refusal::NotFound)?;
    cx.id = id;
    // The body first, which may take its time: who asks is read when all of it is there.
    if request.method() == Method::POST {
        let body = request.take_body().into_bytes_limit(MOST_BYTES).await.map_err(|_| Refusal::TooLarge)?;
        cx.form = Form::parse(&body);
    }
    if has_cookie && !cx.path.starts_with("/assets/") {
        cx.who = session::authenticate(&cx.app.access, &cx.cookie).await?;
        cx.idle = cx.app.access.parameters().await?.session_lifetime().idle;
    }
    if request.method() == Method::POST {
        let public_url = &cx.app.access.settings().public_url;
        if !has_cookie || !csrf::same_origin(&cx.headers, public_url) {
            return Err(Refusal::CrossSite);
        }
        let session = cx.who.as_ref().map(|who| &who.session);
        if !csrf::verify(&cx.app.options.csrf_key, &cx.cookie, session, cx.form.one("csrf_token")) {
            return Err(Refusal::OutOfDate);
        }
    }
    route.reach.admit(cx.who.as_ref())?;
    if route.dangerous
        && let Some(who) = &cx.who
        && !step_up::is_fresh(&cx.app.access, who).await?
    {
        return Err(Refusal::ConfirmFirst);
    }
    if route.method == Method::GET
        && let Some(form) = kept::kept(cx)
    {
        cx.form = form;
        let mut response = (route.handler)(cx).await?;
        if let Some(cookie) = cx.jar().set_kept(None) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return Ok(response);
    }
    (route.handler)(cx).await
}

/// What is denied leaves an event. That it could not be written admits nobody.
async fn record(cx: &Context, method: &Method, refusal: Refusal) {
    let reason = match refusal {
        Refusal::Forbidden => Reason::Permission,
        Refusal::CrossSite => Reason::CrossSite,
        Refusal::OutOfDate => Reason::OutOfDate,
        Refusal::SignInFirst
        | Refusal::StepDue(_)
        | Refusal::ConfirmFirst
        | Refusal::NotFound
        | Refusal::TooLarge
        | Refusal::Limited(_)
        | Refusal::Unavailable => return,
    };
    let route = routes::find(method, &cx.path).map(|(route, _)| route.path).unwrap_or_default();
    let route = format!("{method} {route}");
    if let Err(error) = denial::record(&cx.app.access, &cx.client, cx.who.as_ref(), &route, reason).await {
        tracing::warn!(%error, route, "a denial could not be recorded");
    }
}

fn refuse(cx: &Context, refusal: Refusal) -> Response {
    match refusal {
        Refusal::SignInFirst => {
            let next: String = form_urlencoded::byte_serialize(format!("{}{}", cx.base, cx.path).as_bytes()).collect();
            cx.see_other(&if cx.path.is_empty() { "/login".to_owned() } else { format!("/login?next={next}") })
        }
        Refusal::StepDue(path) => cx.see_other(path),
        Refusal::ConfirmFirst => {
            let page = routes::page_of(&cx.path);
            let next: String = form_urlencoded::byte_serialize(format!("{}{page}", cx.base).as_bytes()).collect();
            let (kept, cookie) = match kept::keep(cx, page) {
                Kept::Nothing => ("", None),
                Kept::Typed(cookie) => ("&kept=yes", cookie),
                Kept::TooMuch => ("&kept=no", None),
            };
            let mut response = cx.see_other(&format!("/confirm?next={next}{kept}"));
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        _ => refusal_page(cx, refusal),
    }
}

fn client(app: &App, request: &Request) -> Client {
    let text = |headers: &HeaderMap, name: header::HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let forwarded: Vec<&str> =
        request.headers().get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
    Client {
        address: client_address::of(peer, &forwarded, &app.options.trusted_proxies),
        device: text(request.headers(), header::USER_AGENT).chars().filter(|c| !c.is_control()).take(200).collect(),
        language: Language::negotiate(&text(request.headers(), header::ACCEPT_LANGUAGE)),
        device_cookie: Jar { secure: app.options.secure_cookies }.device(request.headers()).map(|token| token.digest()),
    }
}
