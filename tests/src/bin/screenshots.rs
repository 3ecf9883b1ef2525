//! Takes the pictures of the documentation: `cargo run -p portcullis-tests --bin screenshots`. Pages at phone and desk width,
//! light and dark, into `docs/images`. With a folder named, every page goes there, in its full length, for a critical eye.
#![expect(clippy::print_stdout, reason = "it says what it wrote")]

use std::path::{Path, PathBuf};

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, in_a_browser};
use portcullis_tests::tour;
use serde_json::json;
use thirtyfour::WebDriver;

/// What the documentation shows.
const SHOWN: [&str; 9] =
    ["login", "dashboard", "operators", "operator", "role", "parameters", "audit", "two-factor", "mail"];

#[tokio::main]
async fn main() -> Done {
    let named = std::env::args().nth(1).map(PathBuf::from);
    let everything = named.is_some();
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images"));
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    in_a_browser(async |browser: &WebDriver, product: &Product| {
        tour::every_page(browser, product, async |browser: &WebDriver, name: &str| {
            if everything || SHOWN.contains(&name) { picture(browser, &folder, name, everything).await } else { Ok(()) }
        })
        .await?;
        let mail = folder.join("mail.html");
        std::fs::write(&mail, html_part(product)?)?;
        browser.goto(format!("file://{}", mail.canonicalize()?.display())).await?;
        picture(browser, &folder, "mail", everything).await?;
        Ok(std::fs::remove_file(mail)?)
    })
    .await
}

/// The page as it is, in four pictures: what the screen shows, or all of it.
async fn picture(browser: &WebDriver, folder: &Path, name: &str, whole: bool) -> Done {
    let tools = browser.cdp();
    for (width, height) in [(390, 844), (1280, 800)] {
        let screen = |height: i64| json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        tools.send_raw("Emulation.setDeviceMetricsOverride", screen(height)).await?;
        if whole {
            let long = browser.execute("return document.documentElement.scrollHeight", Vec::new()).await?;
            let long = long.json().as_i64().unwrap_or(height);
            tools.send_raw("Emulation.setDeviceMetricsOverride", screen(long.clamp(height, 6000))).await?;
        }
        for scheme in ["light", "dark"] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
            tools.send_raw("Emulation.setEmulatedMedia", media).await?;
            let file = folder.join(format!("{name}-{width}-{scheme}.png"));
            browser.screenshot(&file).await?;
            println!("{}", file.display());
        }
    }
    tools.send_raw("Emulation.setEmulatedMedia", json!({})).await?;
    tools.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// The HTML of the invitation, as it lies in the folder of mails.
fn html_part(product: &Product) -> Done<String> {
    let folder = std::fs::read_dir(product.folder.path().join("portcullis-data/mail"))?;
    for entry in folder {
        let mail = std::fs::read_to_string(entry?.path())?;
        if !mail.contains("/invitation?token=") {
            continue;
        }
        if let (Some(from), Some(to)) =
            (mail.find("<!doctype html>").or_else(|| mail.find("<!DOCTYPE html>")), mail.rfind("</html>"))
        {
            return Ok(format!("{}</html>", mail.get(from..to).unwrap_or_default()));
        }
    }
    Err("no mail has an HTML part".into())
}
