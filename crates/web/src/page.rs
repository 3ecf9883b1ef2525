//! What every page shares: the frame, its words, and the fields of its forms.

use askama::Template;
use poem::Response;
use poem::http::{HeaderValue, header};
use portcullis_domain::functionality::{BuiltIn, Functionality, FunctionalityId};
use portcullis_domain::password_policy::{PasswordPolicy, Unmet};
use portcullis_domain::role::Level;
use portcullis_domain::session::Stage;
use portcullis_words::Value;

use crate::assets;
use crate::context::Context;
use crate::form::Errors;
use crate::refusal::{Refusal, seconds};

/// The frame of a page. Templates call its methods for words, addresses and fields.
pub struct Page<'a> {
    cx: &'a Context,
    /// The key of the title.
    title: &'static str,
    /// The title itself, where the page is about one thing that has a name.
    called: Option<String>,
    /// What is wrong with the form.
    pub errors: Errors,
}

impl<'a> Page<'a> {
    /// A page with nothing wrong.
    pub fn new(cx: &'a Context, title: &'static str) -> Self {
        Self::with(cx, title, Errors::none())
    }

    /// A page whose form was refused.
    pub fn with(cx: &'a Context, title: &'static str, errors: Errors) -> Self {
        Self { cx, title, called: None, errors }
    }

    /// A page about one thing that has a name: its heading.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { called: Some(name.into()), ..self }
    }

    /// Words.
    pub fn t(&self, key: &str) -> String {
        self.cx.text(key)
    }

    /// Words with one value in them.
    pub fn t1(&self, key: &str, name: &str, value: &str) -> String {
        self.cx.speaker().text_with(key, &[(name, Value::from(value))])
    }

    /// The language's tag.
    pub fn lang(&self) -> &'static str {
        self.cx.speaker().language().tag()
    }

    /// The heading.
    pub fn heading(&self) -> String {
        self.called.clone().unwrap_or_else(|| self.t(self.title))
    }

    /// The window's title: an error is told first.
    pub fn window_title(&self) -> String {
        let title = format!("{} · {}", self.heading(), self.product());
        if self.errors.is_empty() { title } else { format!("{} {title}", self.t("error-prefix")) }
    }

    /// The product's name.
    pub fn product(&self) -> &str {
        &self.cx.app.access.settings().product_name
    }

    /// The address of a page below the alias.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.cx.base)
    }

    /// After how many seconds without a request the warning comes that the session is about to end: two minutes before,
    /// or half-way where idleness is shorter than four.
    pub fn idle_warning(&self) -> i64 {
        let idle = self.cx.idle.whole_seconds();
        idle - 120_i64.min(idle / 2)
    }

    /// How the menu marks where one is: the page itself, or the list that the page belongs to.
    pub fn current(&self, path: &str) -> &'static str {
        match self.cx.path.strip_prefix(path) {
            Some("") => " aria-current=\"page\"",
            Some(below) if !path.is_empty() && below.starts_with('/') => " aria-current=\"true\"",
            _ => "",
        }
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        format!("{}/assets/{name}?v={}", self.cx.base, assets::version(name))
    }

    /// The CSRF token.
    pub fn csrf(&self) -> String {
        self.cx.csrf_token()
    }

    /// The origin that the address bar should show.
    pub fn origin(&self) -> &str {
        &self.cx.app.access.settings().public_url
    }

    /// The operator's name, when signed in; empty otherwise.
    pub fn name(&self) -> &str {
        match &self.cx.who {
            Some(who) if who.session.stage == Stage::SignedIn => who.operator.name().as_str(),
            _ => "",
        }
    }

    /// The first letters of the operator's name, for the avatar.
    pub fn initials(&self) -> String {
        self.name()
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// Whether the menu shows a built-in functionality.
    pub fn may_view(&self, functionality: BuiltIn) -> bool {
        self.holds(&functionality.id())
    }

    fn holds(&self, functionality: &FunctionalityId) -> bool {
        let who = self.cx.who.as_ref().filter(|who| who.session.stage == Stage::SignedIn);
        who.is_some_and(|who| who.operator.grants().allow(functionality, Level::View))
    }

    /// The installation's functionalities that the operator may use, in the order of the configuration. One without an
    /// address leads nowhere: the menu leaves it out, the dashboard says that it is there.
    pub fn functionalities(&self) -> Vec<&'a Functionality> {
        let named = self.cx.app.access.settings().functionalities.iter();
        named.filter(|functionality| self.holds(&functionality.id)).collect()
    }

    /// Whether the menu shows the parameters.
    pub fn sees_parameters(&self) -> bool {
        self.may_view(BuiltIn::Parameters)
    }

    /// Whether the menu shows the audit trail.
    pub fn sees_audit(&self) -> bool {
        self.may_view(BuiltIn::Audit)
    }

    /// Whether the menu shows the mail.
    pub fn sees_mail(&self) -> bool {
        self.may_view(BuiltIn::Mail)
    }

    /// Whether the menu shows the roles.
    pub fn sees_roles(&self) -> bool {
        self.may_view(BuiltIn::Roles)
    }

    /// Whether the menu shows the operators.
    pub fn sees_operators(&self) -> bool {
        self.may_view(BuiltIn::Operators)
    }
}

/// A rule of the password policy, in words.
pub struct Rule {
    /// Its identifier.
    pub id: &'static str,
    /// What it asks.
    pub words: String,
}

/// The rules in force, for the list under the field.
pub fn rules(cx: &Context, policy: &PasswordPolicy) -> Vec<Rule> {
    let mut rules = vec![Unmet::MinLength(policy.min_length)];
    let asked = [
        (policy.require_lowercase, Unmet::Lowercase),
        (policy.require_uppercase, Unmet::Uppercase),
        (policy.require_digit, Unmet::Digit),
        (policy.require_symbol, Unmet::Symbol),
        (policy.min_strength > 0, Unmet::Strength),
    ];
    rules.extend(asked.into_iter().filter_map(|(asked, rule)| asked.then_some(rule)));
    rules.extend([Unmet::OwnWords, Unmet::Common]);
    if policy.history > 0 {
        rules.push(Unmet::Reused);
    }
    rules.into_iter().map(|rule| Rule { id: rule.id(), words: rule_in_words(cx, rule) }).collect()
}

/// One rule in words.
pub fn rule_in_words(cx: &Context, rule: Unmet) -> String {
    let key = format!("rule-{}", rule.id());
    match rule {
        Unmet::MinLength(n) | Unmet::MaxLength(n) => cx.speaker().text_with(&key, &[("n", Value::from(n))]),
        _ => cx.text(&key),
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    page: Page<'a>,
    advice: String,
}

/// The page of a refusal, with its status and, where waiting helps, Retry-After.
pub fn refusal_page(cx: &Context, refusal: Refusal) -> Response {
    let (status, key) = refusal.status();
    let (wait, advice) = match refusal {
        Refusal::Limited(pause) => {
            let pause = seconds(pause);
            let words = cx.speaker().duration(pause);
            (Some(pause), cx.speaker().text_with("refusal-limited-advice", &[("pause", Value::from(words))]))
        }
        Refusal::Unavailable => (Some(5), cx.text("refusal-unavailable-advice")),
        _ => (None, cx.text(&format!("{key}-advice"))),
    };
    let mut response = cx.html(status, &RefusalPage { page: Page::new(cx, key), advice });
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}
