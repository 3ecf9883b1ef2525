//! Every page by axe, by the W3C's checker, and by keyboard alone.

use std::collections::BTreeSet;
use std::process::Command;

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, reads};
use portcullis_tests::tour::{self, ADA, Visitor};
use portcullis_tests::trial::fetched;
use serde_json::json;
use thirtyfour::{By, Key, WebDriver};

/// What axe finds on the page: each rule with the first places that break it.
const ASK_AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        (found) => done(found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) =>
            `${node.target} ${node.any.map((why) => why.message).join(' ')}`).join(' | ')}`)),
        (error) => done([String(error)]));";

pub(crate) async fn axe(browser: &WebDriver, product: &Product) -> Done {
    let library = std::fs::read_to_string(fetched("axe-core/axe.min.js"))?;
    let mut broken = Vec::new();
    tour::every_page(browser, product, async |browser: &WebDriver, name: &str| {
        let tools = browser.cdp();
        browser.execute(&library, Vec::new()).await?;
        for (scheme, width) in [("light", 1280), ("dark", 390)] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
            tools.send_raw("Emulation.setEmulatedMedia", media).await?;
            let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            tools.send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
            let found: Vec<String> = browser.execute_async(ASK_AXE, Vec::new()).await?.convert()?;
            broken.extend(found.into_iter().map(|what| format!("{name}, {scheme}, {width} pixels: {what}")));
        }
        tools.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
        Ok(())
    })
    .await?;
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n").into()) }
}

pub(crate) async fn html_checker(browser: &WebDriver, product: &Product) -> Done {
    let folder = tempfile::tempdir()?;
    let mut pages = Vec::new();
    tour::every_page(browser, product, async |browser: &WebDriver, name: &str| {
        let file = folder.path().join(format!("{name}.html"));
        std::fs::write(&file, format!("<!doctype html>{}", browser.source().await?))?;
        pages.push(file);
        Ok(())
    })
    .await?;
    let checker = fetched("vnu-jar/build/dist/vnu.jar");
    let said = Command::new("java").arg("-jar").arg(checker).arg("--errors-only").args(&pages).output()?;
    if said.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said.stderr).into_owned().into()) }
}

/// Names what has the focus, and whether one sees that it has.
const FOCUSED: &str = "
    const here = document.activeElement;
    if (!here || here === document.body) return ['', true];
    const all = Array.from(document.querySelectorAll('*'));
    const style = getComputedStyle(here);
    const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    return [`${all.indexOf(here)} ${here.tagName} ${here.id || here.name || here.textContent.trim().slice(0, 30)}`, seen];";

/// What can be seen and used, under the same names.
const USABLE: &str = "
    const all = Array.from(document.querySelectorAll('*'));
    return all.filter((one) => one.matches('a[href], button, input:not([type=hidden]), select, textarea, summary') &&
        !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
        .map((one) => `${all.indexOf(one)} ${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 30)}`);";

async fn walk(browser: &WebDriver, page: &str) -> Done {
    let usable: Vec<String> = browser.execute(USABLE, Vec::new()).await?.convert()?;
    let mut left: BTreeSet<String> = usable.iter().cloned().collect();
    browser.execute("document.activeElement.blur(); window.getSelection().removeAllRanges();", Vec::new()).await?;
    for _ in 0..usable.len().saturating_add(8) {
        browser.action_chain().send_keys(Key::Tab).perform().await?;
        let (here, seen): (String, bool) = browser.execute(FOCUSED, Vec::new()).await?.convert()?;
        if !seen {
            return Err(format!("{page}: one does not see that {here} has the focus").into());
        }
        left.remove(&here);
    }
    if left.is_empty() { Ok(()) } else { Err(format!("{page}: Tab does not reach {left:?}").into()) }
}

pub(crate) async fn keyboard(browser: &WebDriver, product: &Product) -> Done {
    let ada = Visitor { browser, product };
    ada.set_up().await?;
    for page in
        ["", "/operators", "/roles", "/parameters", "/audit", "/mail", "/account/two-factor", "/account/password"]
    {
        ada.open(page).await?;
        walk(browser, page).await?;
    }
    ada.sign_out().await?;
    walk(browser, "/login").await?;

    ada.open("/login").await?;
    browser.find(By::Css("#email")).await?.send_keys(ADA + Key::Tab).await?;
    browser.action_chain().send_keys("a wrong password").send_keys(Key::Enter).perform().await?;
    reads(browser, "incorrect").await?;
    let focus: String = browser.execute("return document.activeElement.className", Vec::new()).await?.convert()?;
    assert_eq!(focus, "error-summary", "what is wrong is told first");
    Ok(())
}
