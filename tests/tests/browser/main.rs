//! The main job in a real browser: what a person clicks, reads and types.

mod accessibility;
mod back_office;
mod password_field;
mod without_javascript;

use std::process::Command;
use std::time::Duration;

use libtest_mimic::Arguments;
use portcullis_tests::Product;
use portcullis_tests::browser::{Done, SUBMIT, fill, main_job, reads};
use portcullis_tests::tour::code;
use portcullis_tests::trial::{Need, trial};
use thirtyfour::{By, WebDriver};

const BROWSER: &[Need] = &[Need::Program("chromium"), Need::Program("chromedriver"), Need::Program("oathtool")];
const SCANNER: &[Need] =
    &[Need::Program("chromium"), Need::Program("chromedriver"), Need::Program("zbarimg"), Need::Program("oathtool")];
const AXE: &[Need] = &[
    Need::Program("chromium"),
    Need::Program("chromedriver"),
    Need::Program("oathtool"),
    Need::Fetched("axe", "axe-core/axe.min.js"),
];
const CHECKER: &[Need] = &[
    Need::Program("chromium"),
    Need::Program("chromedriver"),
    Need::Program("oathtool"),
    Need::Program("java"),
    Need::Fetched("vnu", "vnu-jar/build/dist/vnu.jar"),
];

fn main() {
    let mut arguments = Arguments::from_args();
    // Browsers are large; one at a time.
    arguments.test_threads = Some(1);
    let trials = vec![
        trial("somebody_is_invited_signs_in_and_recovers_in_a_browser", BROWSER, main_job),
        trial("an_operator_adds_uses_and_removes_two_factor_authentication_in_a_browser", SCANNER, two_factor_story),
        trial("the_back_office_is_run_from_its_own_pages", BROWSER, back_office::story),
        trial("every_task_is_done_without_javascript", BROWSER, without_javascript::story),
        trial("a_password_is_shown_hidden_and_judged_while_typing", BROWSER, password_field::story),
        trial("every_page_can_be_used_by_keyboard_alone", BROWSER, accessibility::keyboard),
        trial("no_page_has_a_violation_that_axe_finds", AXE, accessibility::axe),
        trial("no_page_has_an_error_that_the_html_checker_finds", CHECKER, accessibility::html_checker),
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
