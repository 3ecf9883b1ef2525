//! The back office, run from its own pages: a role, who holds it, the password rules, the limits, the address.

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, SUBMIT, fill, reads};
use portcullis_tests::tour::{ADA, BEA, OTHER_PASSWORD, PASSWORD, Visitor};
use thirtyfour::{By, WebDriver};

pub(crate) async fn story(browser: &WebDriver, product: &Product) -> Done {
    let visitor = Visitor { browser, product };
    visitor.set_up().await?;
    visitor.make_role("Front desk", "Sees what happened", &["audit:view"]).await?;
    visitor.invite_bea("Front desk").await?;
    visitor.sign_out().await?;

    // Bea sees what her role grants, and nothing else.
    browser.goto(product.mailed_link(BEA, "invitation")).await?;
    fill(browser, &[("password", OTHER_PASSWORD)], SUBMIT).await?;
    reads(browser, "Your password is set").await?;
    visitor.sign_in(BEA, OTHER_PASSWORD).await?;
    reads(browser, "Dashboard").await?;
    let menu = browser.find(By::Css(".sidemenu ul")).await?.text().await?;
    assert_eq!(menu.lines().collect::<Vec<_>>(), ["Dashboard", "Audit trail"]);
    for page in ["/operators", "/roles", "/parameters", "/mail"] {
        visitor.open(page).await?;
        reads(browser, "You can't do that").await?;
    }
    visitor.open("/audit").await?;
    reads(browser, "newest first").await?;
    visitor.sign_out().await?;

    // Stricter rules ask Bea for another password, which they judge.
    visitor.sign_in(ADA, PASSWORD).await?;
    reads(browser, "Dashboard").await?;
    visitor.open("/parameters").await?;
    visitor.click("option[value=custom]").await?;
    browser
        .execute(
            "document.querySelector('[name=\"password.preset\"]').value = 'custom';
             document.querySelector('[name=\"password.require_digit\"]').value = 'true';",
            Vec::new(),
        )
        .await?;
    visitor.click("#check-password").await?;
    reads(browser, "weaker rules").await?;
    reads(browser, "A digit").await?;
    visitor.click("input[name=ask_weaker]").await?;
    visitor.click("#save-password").await?;
    reads(browser, "The parameters are saved").await?;

    // One request for a link, and the second meets the limit.
    visitor.open("/parameters").await?;
    visitor.put("input[name='password_reset.per_account.count']", "1").await?;
    visitor.click("#save-limits").await?;
    reads(browser, "1 request at once").await?;
    visitor.sign_out().await?;
    visitor.sign_in(BEA, OTHER_PASSWORD).await?;
    reads(browser, "Your password must be replaced").await?;
    fill(browser, &[("password", "seven marble otters whistling")], SUBMIT).await?;
    reads(browser, "Choose another password").await?;
    fill(browser, &[("password", "seven marble otters whistle 4 times")], SUBMIT).await?;
    reads(browser, "Dashboard").await?;
    visitor.sign_out().await?;
    visitor.open("/password/forgot").await?;
    fill(browser, &[("email", BEA)], SUBMIT).await?;
    reads(browser, "If an operator account exists").await?;
    visitor.open("/password/forgot").await?;
    fill(browser, &[("email", BEA)], SUBMIT).await?;
    reads(browser, "You've asked for several links").await?;

    // The address moves, Ada with it, and the old one is gone.
    visitor.sign_in(ADA, PASSWORD).await?;
    // Her own password is older than the rules, too.
    reads(browser, "Your password must be replaced").await?;
    fill(browser, &[("password", "violet kettle orbit lantern 9")], SUBMIT).await?;
    reads(browser, "Dashboard").await?;
    visitor.open("/parameters").await?;
    visitor.put("#second_admin_alias", "kingfisher-moss-4471").await?;
    visitor.click("form:has(#second_admin_alias) button").await?;
    reads(browser, "The back office moved").await?;
    assert_eq!(browser.current_url().await?.path(), "/kingfisher-moss-4471/parameters");
    visitor.open("/login").await?;
    let old = browser.source().await?;
    browser.goto(format!("{}/never-was-here", product.origin)).await?;
    assert_eq!(old, browser.source().await?, "the old address is as any other that never was");
    browser.goto(format!("{}/kingfisher-moss-4471", product.origin)).await?;
    reads(browser, "Dashboard").await
}
