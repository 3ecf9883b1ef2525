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
    /// Whoever's sign-in stands at one of these stages, and nobody else.
    At(&'static [Stage]),
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
        let stages: &[Stage] = match self {
            Self::Anybody => return Ok(()),
            Self::At(stages) => stages,
            Self::SignedIn | Self::Permitted(..) => &[Stage::SignedIn],
        };
        let who = who.ok_or(Refusal::SignInFirst)?;
        if !stages.contains(&who.session.stage) {
            return Err(Refusal::StepDue(match who.session.stage {
                Stage::NewPasswordDue => "/password/new",
                Stage::SecondStepDue => "/login/code",
                Stage::EnrolmentDue => "/account/two-factor",
                Stage::SignedIn => "",
            }));
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
    /// The path below the alias; empty for the dashboard. The segment `{id}` stands for any one segment.
    pub path: &'static str,
    /// Who may reach it.
    pub reach: Reach,
    /// Whether it asks for a recent proof (step-up, ASVS 7.5).
    pub dangerous: bool,
    /// What answers.
    pub(crate) handler: Handler,
}

macro_rules! route {
    ($method:ident $path:literal, $reach:expr, $handler:path) => {
        Route { method: Method::$method, path: $path, reach: $reach, dangerous: false, handler: |cx| Box::pin($handler(cx)) }
    };
    (dangerous $method:ident $path:literal, $reach:expr, $handler:path) => {
        Route { dangerous: true, ..route!($method $path, $reach, $handler) }
    };
}

/// The whole table.
pub fn all() -> Vec<Route> {
    use Reach::{Anybody, At, Permitted, SignedIn};
    let due = At(&[Stage::NewPasswordDue]);
    let second_step = At(&[Stage::SecondStepDue]);
    let enrolment = At(&[Stage::SignedIn, Stage::EnrolmentDue]);
    vec![
        route!(GET "", SignedIn, pages::dashboard::show),
        route!(GET "/login", Anybody, pages::login::show),
        route!(POST "/login", Anybody, pages::login::submit),
        route!(GET "/login/code", second_step, pages::second_step::show),
        route!(POST "/login/code", second_step, pages::second_step::submit),
        route!(GET "/login/recovery", second_step, pages::second_step::show_recovery),
        route!(POST "/login/recovery", second_step, pages::second_step::submit_recovery),
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
        route!(GET "/account/two-factor", enrolment, pages::two_factor::show),
        route!(dangerous POST "/account/two-factor/add", enrolment, pages::two_factor::add),
        route!(dangerous POST "/account/two-factor/remove", SignedIn, pages::two_factor::remove),
        route!(GET "/account/recovery-codes", SignedIn, pages::two_factor::show_recovery_codes),
        route!(dangerous POST "/account/recovery-codes", SignedIn, pages::two_factor::replace_recovery_codes),
        route!(GET "/account/sessions", SignedIn, pages::sessions::show),
        route!(dangerous POST "/account/sessions/{id}/end", SignedIn, pages::sessions::end),
        route!(dangerous POST "/account/sessions/end-others", SignedIn, pages::sessions::end_others),
        route!(GET "/confirm", enrolment, pages::confirm::show),
        route!(POST "/confirm", enrolment, pages::confirm::submit),
        route!(GET "/operators", Permitted(BuiltIn::Operators, Level::View), pages::operators::show),
        route!(dangerous POST "/operators", Permitted(BuiltIn::Operators, Level::Manage), pages::operators::invite),
        route!(GET "/parameters", Permitted(BuiltIn::Parameters, Level::View), pages::parameters::show),
        route!(dangerous POST "/parameters", Permitted(BuiltIn::Parameters, Level::Manage), pages::parameters::submit),
        route!(GET "/parameters/{id}", Permitted(BuiltIn::Parameters, Level::View), pages::parameter::show),
        route!(dangerous POST "/parameters/{id}/restore", Permitted(BuiltIn::Parameters, Level::Manage), pages::parameter::restore),
        route!(GET "/audit", Permitted(BuiltIn::Audit, Level::View), pages::audit_trail::show),
        route!(GET "/audit/export", Permitted(BuiltIn::Audit, Level::View), pages::audit_trail::export),
        route!(GET "/mail", Permitted(BuiltIn::Mail, Level::View), pages::mail_desk::show),
        route!(POST "/mail/{id}/retry", Permitted(BuiltIn::Mail, Level::Manage), pages::mail_desk::retry),
        route!(POST "/mail/test", Permitted(BuiltIn::Mail, Level::Manage), pages::mail_desk::test),
        route!(GET "/operators/{id}", Permitted(BuiltIn::Operators, Level::View), pages::operator::show),
        route!(dangerous POST "/operators/{id}/roles", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::set_roles),
        route!(dangerous POST "/operators/{id}/suspend", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::suspend),
        route!(dangerous POST "/operators/{id}/reinstate", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::reinstate),
        route!(dangerous POST "/operators/{id}/resend-invitation", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::resend_invitation),
        route!(dangerous POST "/operators/{id}/revoke-invitation", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::revoke_invitation),
        route!(dangerous POST "/operators/{id}/invitation-link", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::invitation_link),
        route!(dangerous POST "/operators/{id}/send-reset", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::send_reset),
        route!(dangerous POST "/operators/{id}/remove-two-factor", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::remove_two_factor),
        route!(dangerous POST "/operators/{id}/end-sessions", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::end_sessions),
        route!(dangerous POST "/operators/{id}/delete", Permitted(BuiltIn::Operators, Level::Manage), pages::operator::delete),
        route!(GET "/roles", Permitted(BuiltIn::Roles, Level::View), pages::roles::show),
        route!(dangerous POST "/roles", Permitted(BuiltIn::Roles, Level::Manage), pages::roles::create),
        route!(GET "/roles/{id}", Permitted(BuiltIn::Roles, Level::View), pages::roles::show_one),
        route!(dangerous POST "/roles/{id}", Permitted(BuiltIn::Roles, Level::Manage), pages::roles::edit),
        route!(dangerous POST "/roles/{id}/delete", Permitted(BuiltIn::Roles, Level::Manage), pages::roles::delete),
        route!(dangerous POST "/roles/{id}/duplicate", Permitted(BuiltIn::Roles, Level::Manage), pages::roles::duplicate),
        route!(GET "/assets/{id}", Anybody, pages::asset),
    ]
}

/// The route for a request, and what stands in the path for its `{id}`.
pub fn find(method: &Method, path: &str) -> Option<(Route, String)> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    all()
        .into_iter()
        .filter(|route| route.method == *method)
        .find_map(|route| Some((matched(route.path, path)?, route)))
        .map(|(id, route)| (route, id))
}

/// What stands for `{id}`, when the path fits: empty where the pattern has none.
fn matched(pattern: &str, path: &str) -> Option<String> {
    let mut id = String::new();
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(segment)) if !segment.is_empty() => segment.clone_into(&mut id),
            (Some(expected), Some(segment)) if expected == segment => {}
            _ => return None,
        }
    }
}

/// The page that a form at `path` belongs to: the longest part of it that can be asked for with GET.
pub fn page_of(path: &str) -> &str {
    let mut page = path;
    while find(&Method::GET, page).is_none() {
        page = page.rfind('/').map_or("", |slash| page.split_at(slash).0);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_route_and_what_stands_in_it() {
        let found = |path: &str| find(&Method::POST, path).map(|(route, id)| (route.path, id));
        assert_eq!(found("/account/sessions/7/end"), Some(("/account/sessions/{id}/end", "7".to_owned())));
        assert_eq!(found("/account/sessions/end-others"), Some(("/account/sessions/end-others", String::new())));
        assert_eq!(found("/account/sessions//end"), None);
        assert!(find(&Method::HEAD, "").is_some() && find(&Method::DELETE, "").is_none());
    }

    #[test]
    fn a_form_belongs_to_the_page_it_stands_on() {
        assert_eq!(page_of("/account/two-factor/add"), "/account/two-factor");
        assert_eq!(page_of("/operators"), "/operators");
        assert_eq!(page_of("/no/such"), "");
    }
}
