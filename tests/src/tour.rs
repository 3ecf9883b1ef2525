//! A walk past every page of the web app, for whoever wants to look at each: pictures, axe, the W3C's checker.

use std::process::Command;

use thirtyfour::{By, WebDriver};

use crate::Product;
use crate::browser::{Done, SUBMIT, fill, reads};

/// The super-administrator of the walk.
pub const ADA: &str = "ada@shop.example";
/// Whom she invites.
pub const BEA: &str = "bea@shop.example";
/// Her password.
pub const PASSWORD: &str = "violet kettle orbit lantern";
/// Bea's.
pub const OTHER_PASSWORD: &str = "seven marble otters whistle";

/// The code that another program computes for a key, `steps` steps from now.
///
/// # Errors
/// When that program is not there.
pub fn code(key: &str, steps: i64) -> Done<String> {
    let now = format!("now + {} seconds", steps * 30);
    let made = Command::new("oathtool").args(["--totp", "--base32", "--now", &now, key]).output()?;
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

/// Somebody who drives a browser through a product.
pub struct Visitor<'a> {
    /// The browser.
    pub browser: &'a WebDriver,
    /// The product.
    pub product: &'a Product,
}

impl Visitor<'_> {
    /// Opens a page below the alias.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn open(&self, path: &str) -> Done {
        Ok(self.browser.goto(format!("{}{path}", self.product.back_office)).await?)
    }

    /// Clicks what a CSS selector finds, from the keyboard's point of view: what is covered can be clicked all the same.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn click(&self, css: &str) -> Done {
        let found = self.browser.find(By::Css(css)).await?;
        self.browser.execute("arguments[0].click()", vec![found.to_json()?]).await?;
        Ok(())
    }

    /// Puts a value in place of what stands in a field.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn put(&self, css: &str, value: &str) -> Done {
        let field = self.browser.find(By::Css(css)).await?;
        field.clear().await?;
        Ok(field.send_keys(value).await?)
    }

    /// Sets up, and signs in as Ada.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn set_up(&self) -> Done {
        let Self { browser, product } = self;
        browser.goto(&product.set_up_link).await?;
        fill(browser, &[("name", "Ada Owner"), ("email", ADA), ("password", PASSWORD)], SUBMIT).await?;
        reads(browser, "You are the super-administrator").await?;
        self.sign_in(ADA, PASSWORD).await?;
        reads(browser, "Dashboard").await
    }

    /// Sends the form of the sign-in page.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn sign_in(&self, email: &str, password: &str) -> Done {
        self.open("/login").await?;
        fill(self.browser, &[("email", email), ("password", password)], SUBMIT).await
    }

    /// Signs out by the avatar's menu.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn sign_out(&self) -> Done {
        self.click(".avatar-menu form button").await?;
        reads(self.browser, "Forgot your password?").await
    }

    /// Makes a role that grants these permissions.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn make_role(&self, name: &str, description: &str, permissions: &[&str]) -> Done {
        self.open("/roles").await?;
        self.put("input[name=name]", name).await?;
        self.put("input[name=description]", description).await?;
        for permission in permissions {
            self.click(&format!("input[name=permissions][value='{permission}']")).await?;
        }
        self.click("form:has(input[name=permissions]) > button").await?;
        reads(self.browser, name).await
    }

    /// Invites Bea with the role of that name.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn invite_bea(&self, role: &str) -> Done {
        self.open("/operators").await?;
        let choice = format!("//label[contains(., '{role}')]//input[@name='roles']");
        self.browser.find(By::XPath(choice)).await?.click().await?;
        fill(self.browser, &[("name", "Bea Colleague"), ("email", BEA)], SUBMIT).await?;
        reads(self.browser, "on its way").await
    }
}

impl Visitor<'_> {
    /// Leads past what shows only where two are at it, or where something was there before. Begins on Bea's page.
    async fn two_at_once<F>(&self, look: &mut F) -> Done
    where
        F: AsyncFnMut(&WebDriver, &str) -> Done,
    {
        let browser = self.browser;
        // As if the form had been shown before she got her role.
        browser.execute("document.querySelector('input[name=was]').value = ''", Vec::new()).await?;
        self.click("form[action$='/roles'] button").await?;
        reads(browser, "Somebody else changed these roles").await?;
        look(browser, "operator-meanwhile").await?;
        self.open("/parameters").await?;
        self.put("input[name='password.min_length']", "20").await?;
        self.click("#check-password").await?;
        reads(browser, "What a new password would have to be").await?;
        self.click("#save-password").await?;
        reads(browser, "The parameters are saved").await?;
        self.open("/parameters/password.min_length").await?;
        look(browser, "parameter-of-passwords").await?;
        self.click("form[action$='/restore'] button").await?;
        reads(browser, "What a new password would have to be").await?;
        look(browser, "parameters-restoring").await?;
        self.open("/operators").await?;
        fill(browser, &[("name", "Ada Owner"), ("email", "other@shop.example")], SUBMIT).await?;
        reads(browser, "on its way").await?;
        look(browser, "operators-invited").await?;
        self.open("/audit?actor=Ada+Owner").await?;
        reads(browser, "Who or what do you mean?").await?;
        look(browser, "audit-namesakes").await
    }
}

/// Leads past every page, in a product that nobody has used yet, and calls `look` at each with its name.
///
/// # Errors
/// What `look` says, and whatever keeps a page from showing.
pub async fn every_page<F>(browser: &WebDriver, product: &Product, mut look: F) -> Done
where
    F: AsyncFnMut(&WebDriver, &str) -> Done,
{
    let ada = Visitor { browser, product };
    browser.goto(&product.set_up_link).await?;
    reads(browser, "Set up").await?;
    look(browser, "set-up").await?;
    fill(browser, &[("name", "Ada Owner"), ("email", ADA), ("password", "short")], SUBMIT).await?;
    reads(browser, "Choose another password").await?;
    look(browser, "set-up-refused").await?;
    ada.set_up().await?;
    look(browser, "dashboard").await?;
    ada.make_role("Front desk", "Looks after orders and sees what happened", &["audit:view", "mail:view"]).await?;
    ada.invite_bea("Front desk").await?;
    ada.open("/parameters").await?;
    ada.put("input[name='password_reset.per_account.count']", "5").await?;
    ada.click("#save-limits").await?;
    reads(browser, "The parameters are saved").await?;
    for (path, name) in [
        ("/operators", "operators"),
        ("/operators?search=nobody", "operators-empty"),
        ("/roles", "roles"),
        ("/parameters", "parameters"),
        ("/parameters/password_reset.per_account", "parameter"),
        ("/audit", "audit"),
        ("/audit?actor=nobody@shop.example", "audit-empty"),
        ("/mail", "mail-page"),
        ("/mail?state=failed", "mail-empty"),
        ("/account", "account"),
        ("/account/password", "password"),
        ("/account/two-factor", "two-factor"),
        ("/account/sessions", "sessions"),
        ("/confirm?next=/operators", "confirm"),
        ("/nothing-here", "refusal-not-found"),
        ("/invitation?token=mangled", "dead-link"),
    ] {
        ada.open(path).await?;
        look(browser, name).await?;
    }
    ada.open("/roles").await?;
    browser.find(By::LinkText("Front desk")).await?.click().await?;
    reads(browser, "Delete").await?;
    look(browser, "role").await?;
    ada.open("/operators").await?;
    browser.find(By::LinkText("Bea Colleague")).await?.click().await?;
    reads(browser, "may do, and why").await?;
    look(browser, "operator").await?;
    ada.click("form[action$=invitation-link] button").await?;
    reads(browser, "shown only now").await?;
    look(browser, "operator-link").await?;
    let link = browser.find(By::Css("#invitation-link")).await?.value().await?.ok_or("a link to hand over")?;
    ada.two_at_once(&mut look).await?;

    ada.open("/account/two-factor").await?;
    let key = browser.find(By::Css("#key")).await?.text().await?.replace(' ', "");
    fill(browser, &[("code", "000000")], SUBMIT).await?;
    reads(browser, "The code is incorrect").await?;
    look(browser, "two-factor-refused").await?;
    fill(browser, &[("code", &code(&key, 0)?)], SUBMIT).await?;
    reads(browser, "Keep these codes in a safe place").await?;
    look(browser, "recovery-codes-shown").await?;
    let recovery_code = browser.find(By::Css(".codes li")).await?.text().await?;
    for (path, name) in [("/account/two-factor", "two-factor-on"), ("/account/recovery-codes", "recovery-codes")] {
        ada.open(path).await?;
        look(browser, name).await?;
    }
    ada.sign_out().await?;
    look(browser, "login").await?;
    ada.sign_in(ADA, "a wrong password entirely").await?;
    reads(browser, "incorrect").await?;
    look(browser, "login-refused").await?;
    ada.sign_in(ADA, PASSWORD).await?;
    reads(browser, "Enter the 6-digit code").await?;
    look(browser, "code").await?;
    ada.open("/login/recovery").await?;
    look(browser, "recovery").await?;
    fill(browser, &[("recovery_code", &recovery_code)], SUBMIT).await?;
    reads(browser, "Dashboard").await?;
    ada.sign_out().await?;
    ada.open("/password/forgot").await?;
    look(browser, "forgot").await?;
    fill(browser, &[("email", ADA)], SUBMIT).await?;
    reads(browser, "If an operator account exists").await?;
    look(browser, "forgot-sent").await?;
    browser.goto(product.mailed_link(ADA, "password/reset")).await?;
    reads(browser, "Choose a new password").await?;
    look(browser, "reset").await?;
    browser.goto(link).await?;
    reads(browser, "Create your password").await?;
    look(browser, "invitation").await?;
    fill(browser, &[("password", OTHER_PASSWORD)], SUBMIT).await?;
    reads(browser, "Your password is set").await?;
    ada.sign_in(BEA, OTHER_PASSWORD).await?;
    reads(browser, "Dashboard").await?;
    look(browser, "dashboard-of-few").await?;
    ada.open("/operators").await?;
    reads(browser, "You can't do that").await?;
    look(browser, "refusal-forbidden").await
}
