//! People who set up, invite, accept, enrol, recover and sign in, all at once, until the product is killed under them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_tests::{Browser, Product, mailed_link_in};

use crate::{ADA, PASSWORD};

/// What the product answered as done: it must be so after the kill.
#[derive(Default)]
pub(crate) struct Acknowledged {
    pub(crate) set_up: bool,
    pub(crate) invited: Vec<String>,
    /// Addresses with the password that each has.
    pub(crate) passwords: Vec<(String, String)>,
    /// Who has a second factor.
    pub(crate) enrolled: Vec<String>,
}

/// One life of the product, as the people know it.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) number: u32,
    back_office: String,
    set_up_link: String,
    folder: PathBuf,
    pub(crate) done: Arc<Mutex<Acknowledged>>,
}

/// What a person gets as far as; the end of it when the product is gone.
type Way = Option<()>;

impl Life {
    pub(crate) fn of(product: &Product, number: u32, done: Arc<Mutex<Acknowledged>>) -> Self {
        Self {
            number,
            back_office: product.back_office.clone(),
            set_up_link: product.set_up_link.clone(),
            folder: product.folder.path().to_owned(),
            done,
        }
    }

    /// Everybody goes their way; each ends where the product does.
    pub(crate) async fn goes_on(self) {
        self.sets_up().await;
        let (lead, colleague) = (self.clone(), self.clone());
        tokio::join!(self.signs_in_again_and_again(), lead.invites_and_enrols("a"), colleague.invites_and_enrols("b"));
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.back_office)
    }

    /// From an address of this life: what a kill left spent of the address's budgets, the next life does not miss.
    fn browser(&self) -> Browser {
        Browser::from_address(&format!("10.0.0.{}", self.number))
    }

    /// Posts a form; true when it was answered as done.
    async fn posts(&self, browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Option<bool> {
        let form = browser.try_request("GET", page, &[]).await?;
        // A link moves its token into a cookie and leads on.
        let form = if form.location.is_empty() { form } else { browser.try_get(page, &form.location).await? };
        let mut all: Vec<(&str, String)> = fields.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        for hidden in ["csrf_token", "enrolment"] {
            if let Some(value) = form.find(&format!("input[name={hidden}]"), Some("value")) {
                all.push((hidden, value));
            }
        }
        let all: Vec<(&str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Some(browser.try_request("POST", &self.at(path), &all).await?.status == 303)
    }

    async fn sets_up(&self) -> Way {
        if !self.set_up_link.is_empty() {
            let fields = [("email", ADA), ("name", "Ada Owner"), ("password", PASSWORD)];
            let set_up = self.posts(&self.browser(), &self.set_up_link, "/setup", &fields).await?;
            self.done.lock().expect("not poisoned").set_up = set_up;
        }
        Some(())
    }

    async fn signs_in(&self, email: &str, password: &str) -> Option<Browser> {
        let (browser, login) = (self.browser(), self.at("/login"));
        let fields = [("email", email), ("password", password)];
        self.posts(&browser, &login, "/login", &fields).await?.then_some(browser)
    }

    async fn signs_in_again_and_again(&self) -> Way {
        loop {
            self.signs_in(ADA, PASSWORD).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn mailed(&self, to: &str, page: &str) -> String {
        loop {
            if let Some(link) = mailed_link_in(&self.folder, to, page) {
                return link;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn invites_and_enrols(&self, who: &str) -> Way {
        let ada = self.signs_in(ADA, PASSWORD).await?;
        let email = format!("bea-{}-{who}@shop.example", self.number);
        let operators = self.at("/operators");
        let fields = [("email", email.as_str()), ("name", "Bea Colleague")];
        if !self.posts(&ada, &operators, "/operators", &fields).await? {
            return None;
        }
        self.done.lock().expect("not poisoned").invited.push(email.clone());
        let link = self.mailed(&email, "invitation").await;
        let first = "seven marble otters whistle";
        if !self.posts(&self.browser(), &link, "/invitation", &[("password", first)]).await? {
            return None;
        }
        self.note_password(&email, first);
        let bea = self.signs_in(&email, first).await?;
        let forgot = self.at("/password/forgot");
        self.posts(&self.browser(), &forgot, "/password/forgot", &[("email", &email)]).await?;
        self.enrols(&bea, &email).await?;
        let link = self.mailed(&email, "password/reset").await;
        let next = "harbour pepper zeppelin moss";
        // From here until it is answered either may be good.
        self.done.lock().expect("not poisoned").passwords.retain(|(whose, _)| *whose != email);
        if self.posts(&self.browser(), &link, "/password/reset", &[("password", next)]).await? {
            self.note_password(&email, next);
        }
        Some(())
    }

    fn note_password(&self, email: &str, password: &str) {
        self.done.lock().expect("not poisoned").passwords.push((email.to_owned(), password.to_owned()));
    }

    async fn enrols(&self, bea: &Browser, email: &str) -> Way {
        let page = self.at("/account/two-factor");
        let shown = bea.try_request("GET", &page, &[]).await?;
        let key: String = shown.find("#key", None)?.split_whitespace().collect();
        let made = Command::new("oathtool").args(["--totp", "--base32", &key]).output().ok()?;
        let code = String::from_utf8(made.stdout).ok()?.trim().to_owned();
        let (csrf_token, enrolment) =
            (shown.csrf_token(), shown.find("input[name=enrolment]", Some("value")).unwrap_or_default());
        let fields = [("csrf_token", csrf_token.as_str()), ("enrolment", enrolment.as_str()), ("code", code.as_str())];
        let answer = bea.try_request("POST", &self.at("/account/two-factor/add"), &fields).await?;
        // The codes are shown once, on the page that answers or on the one it leads to.
        if answer.status == 200 || answer.status == 303 {
            self.done.lock().expect("not poisoned").enrolled.push(email.to_owned());
        }
        Some(())
    }
}
