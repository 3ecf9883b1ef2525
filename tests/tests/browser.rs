//! The main job in a real browser: what a person clicks, reads and types.
#![expect(clippy::expect_used, reason = "a test that cannot drive the browser has failed")]

use std::process::Command;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_tests::Product;
use portcullis_tests::browser::{Done, SUBMIT, fill, found, in_a_browser, main_job, reads};
use portcullis_tests::requirement::required;
use thirtyfour::{By, WebDriver};

/// Runs a story with a fresh product and a fresh browser, for three minutes at most. Where the programs that it needs are
/// missing it is ignored, unless `PORTCULLIS_TEST_REQUIRE` asks for a browser.
fn trial<F>(name: &'static str, programs: &'static [&'static str], story: F) -> Trial
where
    F: AsyncFnOnce(&WebDriver, &Product) -> Done + Send + 'static,
{
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !found(program)).collect();
    let ignored = !missing.is_empty() && !required("browser");
    let test = move || {
        if !missing.is_empty() {
            return Err(Failed::from(format!("required, and not found: {}", missing.join(", "))));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let told = async { tokio::time::timeout(Duration::from_mins(3), in_a_browser(story)).await };
        let told = runtime.block_on(told).map_err(|_| Failed::from("the browser took more than three minutes"))?;
        told.map_err(|error| Failed::from(error.to_string()))
    };
    Trial::test(name, test).with_ignored_flag(ignored)
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Browsers are large; one at a time.
    arguments.test_threads = Some(1);
    let trials = vec![
        trial("somebody_is_invited_signs_in_and_recovers_in_a_browser", &["chromium", "chromedriver"], main_job),
        trial(
            "an_operator_adds_uses_and_removes_two_factor_authentication_in_a_browser",
            &["chromium", "chromedriver", "zbarimg", "oathtool"],
            two_factor_story,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// The key in the QR code on the page, as a phone reads it: from the picture, by another program.
async fn key_in_picture(browser: &WebDriver) -> Done<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("qr.png");
    std::fs::write(&file, browser.find(By::Css(".qr")).await?.screenshot_as_png().await?)?;
    let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&file).output()?;
    let uri = String::from_utf8(read.stdout)?;
    let key = uri.split(['?', '&']).find_map(|part| part.strip_prefix("secret="));
    Ok(key.ok_or_else(|| format!("no key in the picture: {uri:?}"))?.trim().to_owned())
}

/// The code that another program computes for a key, `steps` steps from now.
fn code(key: &str, steps: i64) -> Done<String> {
    let now = format!("now + {} seconds", steps * 30);
    let made = Command::new("oathtool").args(["--totp", "--base32", "--now", &now, key]).output()?;
    Ok(String::from_utf8(made.stdout)?.trim().to_owned())
}

/// Waits until the present step is another than the one that was spent: a code is good once.
async fn next_step(key: &str, spent: &str) -> Done<String> {
    loop {
        let shown = code(key, 0)?;
        if shown != spent {
            return Ok(shown);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn two_factor_story(browser: &WebDriver, product: &Product) -> Done {
    let (ada, password) = ("ada@shop.example", "violet kettle orbit lantern");
    let at = |path: &str| format!("{}{path}", product.back_office);
    browser.goto(&product.set_up_link).await?;
    fill(browser, &[("name", "Ada Owner"), ("email", ada), ("password", password)], SUBMIT).await?;
    reads(browser, "You are the super-administrator").await?;
    fill(browser, &[("email", ada), ("password", password)], SUBMIT).await?;
    reads(browser, "Dashboard").await?;

    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::LinkText("Two-factor authentication")).await?.click().await?;
    reads(browser, "Scan the QR code").await?;
    let key = key_in_picture(browser).await?;
    fill(browser, &[("code", "000000")], SUBMIT).await?;
    reads(browser, "The code is incorrect").await?;
    assert_eq!(key_in_picture(browser).await?, key, "a wrong code does not change what was scanned");
    let spent = code(&key, 0)?;
    fill(browser, &[("code", &spent)], SUBMIT).await?;
    reads(browser, "Keep these codes in a safe place").await?;
    let recovery_code = browser.find(By::Css(".codes li")).await?.text().await?;

    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    reads(browser, "Forgot your password?").await?;
    fill(browser, &[("email", ada), ("password", password)], SUBMIT).await?;
    reads(browser, "Enter the 6-digit code").await?;
    browser.goto(at("/operators")).await?;
    reads(browser, "Enter the 6-digit code").await?;
    fill(browser, &[("code", &spent)], SUBMIT).await?;
    reads(browser, "incorrect or was used already").await?;
    let shown = next_step(&key, &spent).await?;
    let spaced = format!("{} {}", shown.get(..3).unwrap_or_default(), shown.get(3..).unwrap_or_default());
    fill(browser, &[("code", &spaced)], SUBMIT).await?;
    reads(browser, "Dashboard").await?;

    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    reads(browser, "Forgot your password?").await?;
    fill(browser, &[("email", ada), ("password", password)], SUBMIT).await?;
    reads(browser, "Enter the 6-digit code").await?;
    browser.find(By::LinkText("I don't have my device")).await?.click().await?;
    fill(browser, &[("recovery_code", &recovery_code.to_lowercase())], SUBMIT).await?;
    reads(browser, "Dashboard").await?;

    browser.goto(at("/account/two-factor")).await?;
    reads(browser, "You have 9 recovery codes left").await?;
    browser.find(By::Css("button.danger")).await?.click().await?;
    reads(browser, "Scan the QR code").await
}
