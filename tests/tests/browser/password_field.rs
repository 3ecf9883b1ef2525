//! What the script adds to a field for a password: show and hide, and the rules marked as met while typing.

use std::time::Duration;

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, reads};
use portcullis_tests::tour::PASSWORD;
use thirtyfour::{By, WebDriver};

async fn waits_for(browser: &WebDriver, css: &str) -> Done {
    for _ in 0..100 {
        if browser.find(By::Css(css)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("nothing on the page fits {css}").into())
}

pub(crate) async fn story(browser: &WebDriver, product: &Product) -> Done {
    browser.goto(&product.set_up_link).await?;
    reads(browser, "Show password").await?;
    let field = browser.find(By::Css("#password")).await?;
    field.send_keys("short").await?;
    waits_for(browser, "li.unmet[data-rule=min-length]").await?;
    reads(browser, "not met yet").await?;

    browser.find(By::Css(".reveal")).await?.click().await?;
    assert_eq!(field.attr("type").await?.as_deref(), Some("text"), "what was typed is shown");
    reads(browser, "Hide password").await?;
    browser.find(By::Css(".reveal")).await?.click().await?;
    assert_eq!(field.attr("type").await?.as_deref(), Some("password"), "and hidden again");

    field.clear().await?;
    field.send_keys(PASSWORD).await?;
    waits_for(browser, "li.met[data-rule=min-length]").await?;
    assert!(browser.find(By::Css("li.unmet")).await.is_err(), "a good password meets every rule");
    reads(browser, "Strong").await?;
    field.clear().await?;
    field.send_keys(" ").await?;
    waits_for(browser, "li.unmet").await
}
