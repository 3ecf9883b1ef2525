//! Every route, and who may reach it. What does not stand here does not exist.

use std::future::Future;
use std::pin::Pin;

use poem::http::Method;
use portcullis_core::session::Authenticated;
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::role::Level;
use portcullis_domain::session::Stage;

use crate::context::{Answer, Context};
use crate::pages;
use crate::refusal::Refusal;

/// Who may reach a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody who knows the alias.
    Anybody,
    /// Whoever's sign-in stands at this stage, and nobody else.
    At(Stage),
    /// Whoever is signed in.
    SignedIn,
    /// Whoever is signed in and holds the permission.
    Permitted(BuiltIn, Level),
}

impl Reach {
    /// Whether somebody may go on.
    ///
    /// # Errors
    /// [`Refusal`]: sign in first, take the step that is due first, or never.
    pub fn admit(self, who: Option<&Authenticated>) -> Result<(), Refusal> {
        let stage = match self {
            Self::Anybody => return Ok(()),
            Self::At(stage) => stage,
            Self::SignedIn | Self::Permitted(..) => Stage::SignedIn,
        };
        let who = who.ok_or(Refusal::SignInFirst)?;
        if who.session.stage != stage {
            return Err(match who.session.stage {
                Stage::NewPasswordDue => Refusal::StepDue("/password/new"),
                Stage::SecondStepDue => Refusal::StepDue("/login/code"),
                Stage::EnrolmentDue => Refusal::StepDue("/account/two-factor"),
                Stage::SignedIn => Refusal::StepDue(""),
            });
        }
        match self {
            Self::Permitted(functionality, level) if !who.operator.grants().allow(&functionality.id(), level) => {
                Err(Refusal::Forbidden)
            }
            _ => Ok(()),
        }
    }
}

type Handler = for<'a> fn(&'a Context) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// A route.
#[derive(Clone)]
pub struct Route {
    /// GET (which serves HEAD too) or POST.
    pub method: Method,
    /// The path below the alias; empty for the dashboard. A last segment `*` stands for any one segment.
    pub path: &'static str,
    /// Who may reach it.
    pub reach: Reach,
    /// What answers.
    pub(crate) handler: Handler,
}

macro_rules! route {
    ($method:ident $path:literal, $reach:expr, $handler:path) => {
        Route { method: Method::$method, path: $path, reach: $reach, handler: |cx| Box::pin($handler(cx)) }
    };
}

/// The whole table.
pub fn all() -> Vec<Route> {
    use Reach::{Anybody, At, Permitted, SignedIn};
    let due = At(Stage::NewPasswordDue);
    vec![
        route!(GET "", SignedIn, pages::dashboard::show),
        route!(GET "/login", Anybody, pages::login::show),
        route!(POST "/login", Anybody, pages::login::submit),
        route!(POST "/logout", Anybody, pages::login::sign_out),
        route!(GET "/password/forgot", Anybody, pages::password_recovery::show),
        route!(POST "/password/forgot", Anybody, pages::password_recovery::submit),
        route!(GET "/password/reset", Anybody, pages::password_recovery::show_reset),
        route!(POST "/password/reset", Anybody, pages::password_recovery::submit_reset),
        route!(GET "/invitation", Anybody, pages::invitation::show),
        route!(POST "/invitation", Anybody, pages::invitation::submit),
        route!(GET "/setup", Anybody, pages::set_up::show),
        route!(POST "/setup", Anybody, pages::set_up::submit),
        route!(GET "/password/new", due, pages::password_change::show_due),
        route!(POST "/password/new", due, pages::password_change::submit_due),
        route!(POST "/password/strength", Anybody, pages::password_strength::judge),
        route!(GET "/account", SignedIn, pages::account::show),
        route!(POST "/account", SignedIn, pages::account::submit),
        route!(GET "/account/password", SignedIn, pages::password_change::show),
        route!(POST "/account/password", SignedIn, pages::password_change::submit),
        route!(GET "/operators", Permitted(BuiltIn::Operators, Level::View), pages::operators::show),
        route!(POST "/operators", Permitted(BuiltIn::Operators, Level::Manage), pages::operators::invite),
        route!(GET "/assets/*", Anybody, pages::asset),
    ]
}

/// The route for a request.
pub fn find(method: &Method, path: &str) -> Option<Route> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    all().into_iter().find(|route| {
        let fits = match route.path.strip_suffix('*') {
            Some(folder) => path.strip_prefix(folder).is_some_and(|name| !name.is_empty() && !name.contains('/')),
            None => route.path == path,
        };
        fits && route.method == *method
    })
}
