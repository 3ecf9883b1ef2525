//! What the stories start from: a product whose first operator is there, and people who come from addresses of their own.

use std::path::Path;
use std::time::Duration;

use portcullis_tests::{Answer, Browser, Product};

use crate::{ADA, PASSWORD};

/// Each client comes from an address of its own: the budget of one must not end another's story.
pub(crate) const PROXIES: (&str, &str) = ("PORTCULLIS_TRUSTED_PROXIES", "[\"127.0.0.0/8\"]");

/// Makes the first operator.
pub(crate) async fn set_up(product: &Product) {
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", PASSWORD)];
    let action = format!("{}/setup", product.back_office);
    let made = Browser::default().post(&product.set_up_link, &action, &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
}

/// Fills the form of a page and sends it to a path of the back office. What comes in place of the form is the answer.
pub(crate) async fn post(
    browser: &Browser,
    back_office: &str,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let form = browser.request("GET", &format!("{back_office}{page}")).await;
    if form.status != 200 {
        return form;
    }
    let csrf_token = form.csrf_token();
    let all: Vec<(&str, &str)> = [("csrf_token", &*csrf_token)].into_iter().chain(fields.iter().copied()).collect();
    browser.post_raw(&format!("{back_office}{path}"), &all).await
}

/// Signs in with a password.
pub(crate) async fn sign_in(browser: &Browser, back_office: &str, email: &str, password: &str) -> Answer {
    post(browser, back_office, "/login", "/login", &[("email", email), ("password", password)]).await
}

/// Ada, signed in from an address.
pub(crate) async fn ada(back_office: &str, address: &str) -> Browser {
    let browser = Browser::from_address(address);
    let answer = sign_in(&browser, back_office, ADA, PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser
}

/// Somebody whom Ada invites, and who creates a password; gives the address.
pub(crate) async fn colleague(product: &Product, ada: &Browser, email: &str) -> String {
    let fields = [("email", email), ("name", "Bea Colleague")];
    assert_eq!(post(ada, &product.back_office, "/operators", "/operators", &fields).await.status, 303);
    let link = product.mailed_link(email, "invitation");
    let action = format!("{}/invitation", product.back_office);
    assert_eq!(Browser::default().post(&link, &action, &[("password", PASSWORD)]).await.status, 303);
    email.to_owned()
}

/// Uses up what an address has of wrong passwords for Ada.
pub(crate) async fn use_up(back_office: &str, address: &str) {
    let browser = Browser::from_address(address);
    for wanted in [422, 422, 422, 422, 422, 429] {
        assert_eq!(sign_in(&browser, back_office, ADA, "wrong wrong wrong wrong").await.status, wanted);
    }
}

/// Whether a right password from an address meets its limit.
pub(crate) async fn is_limited(back_office: &str, address: &str) -> bool {
    sign_in(&Browser::from_address(address), back_office, ADA, PASSWORD).await.status == 429
}

/// The addresses of the mails in a folder, one for each mail.
pub(crate) fn mailed(folder: &Path) -> Vec<String> {
    let mails = std::fs::read_dir(folder.join("portcullis-data/mail")).into_iter().flatten().map_while(Result::ok);
    let whole = mails.filter(|mail| mail.path().extension().is_some_and(|ending| ending == "eml"));
    whole
        .filter_map(|mail| {
            let text = std::fs::read_to_string(mail.path()).ok()?;
            let to = text.lines().find(|line| line.starts_with("To:"))?;
            Some(to.rsplit(['<', ' ']).next()?.trim_end_matches('>').to_owned())
        })
        .collect()
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, patience: Duration, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(tokio::time::timeout(patience, waiting).await.is_ok(), "not within {patience:?}: {what}");
}
