//! The tasks of the web app in a browser that runs no script.

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, SUBMIT, fill, reads};
use portcullis_tests::tour::{ADA, BEA, OTHER_PASSWORD, PASSWORD, Visitor, code};
use serde_json::json;
use thirtyfour::{By, WebDriver};

pub(crate) async fn story(browser: &WebDriver, product: &Product) -> Done {
    browser.cdp().send_raw("Emulation.setScriptExecutionDisabled", json!({"value": true})).await?;
    let ada = Visitor { browser, product };
    ada.set_up().await?;
    assert!(browser.find(By::Css(".reveal")).await.is_err(), "no script ran");
    ada.invite_bea("Super-administrator").await?;
    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    reads(browser, "Forgot your password?").await?;

    browser.goto(product.mailed_link(BEA, "invitation")).await?;
    fill(browser, &[("password", "short")], SUBMIT).await?;
    reads(browser, "Choose another password").await?;
    fill(browser, &[("password", OTHER_PASSWORD)], SUBMIT).await?;
    reads(browser, "Your password is set").await?;
    ada.sign_in(BEA, OTHER_PASSWORD).await?;
    reads(browser, "Dashboard").await?;

    ada.open("/account/two-factor").await?;
    let key = browser.find(By::Css("#key")).await?.text().await?.replace(' ', "");
    fill(browser, &[("code", &code(&key, 0)?)], SUBMIT).await?;
    reads(browser, "Keep these codes in a safe place").await?;
    let recovery_code = browser.find(By::Css(".codes li")).await?.text().await?;
    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    ada.sign_in(BEA, OTHER_PASSWORD).await?;
    reads(browser, "Enter the 6-digit code").await?;
    browser.find(By::LinkText("I don't have my device")).await?.click().await?;
    fill(browser, &[("recovery_code", &recovery_code)], SUBMIT).await?;
    reads(browser, "Dashboard").await?;

    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    ada.sign_in(ADA, PASSWORD).await?;
    reads(browser, "Dashboard").await
}
