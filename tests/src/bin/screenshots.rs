//! Takes the pictures of the documentation: `cargo run -p portcullis-tests --bin screenshots`. Each page at phone and desk
//! width, light and dark, into `docs/images` (or the folder that is named).
#![expect(clippy::print_stdout, reason = "it says what it wrote")]

use std::path::{Path, PathBuf};

use portcullis_tests::Product;
use portcullis_tests::browser::{Done, SUBMIT, fill, in_a_browser, reads};
use serde_json::json;
use thirtyfour::{By, WebDriver};

const ADA: &str = "ada@shop.example";
const PASSWORD: &str = "violet kettle orbit lantern";

#[tokio::main]
async fn main() -> Done {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    let folder = std::env::args().nth(1).map_or(default, PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    in_a_browser(async |browser: &WebDriver, product: &Product| story(browser, product, &folder).await).await
}

/// The page as it is, in four pictures.
async fn picture(browser: &WebDriver, folder: &Path, name: &str) -> Done {
    let tools = browser.cdp();
    for (width, height) in [(390, 844), (1280, 800)] {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        tools.send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        for scheme in ["light", "dark"] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
            tools.send_raw("Emulation.setEmulatedMedia", media).await?;
            let file = folder.join(format!("{name}-{width}-{scheme}.png"));
            browser.screenshot(&file).await?;
            println!("{}", file.display());
        }
    }
    tools.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

async fn story(browser: &WebDriver, product: &Product, folder: &Path) -> Done {
    let at = |path: &str| format!("{}{path}", product.back_office);
    browser.goto(&product.set_up_link).await?;
    picture(browser, folder, "set-up").await?;
    fill(browser, &[("name", "Ada Owner"), ("email", ADA), ("password", PASSWORD)], SUBMIT).await?;
    reads(browser, "You are the super-administrator").await?;
    browser.goto(at("/login")).await?;
    picture(browser, folder, "login").await?;
    fill(browser, &[("email", ADA), ("password", PASSWORD)], SUBMIT).await?;
    reads(browser, "Dashboard").await?;
    picture(browser, folder, "dashboard").await?;
    browser.goto(at("/operators")).await?;
    browser.find(By::Css("input[name=roles]")).await?.click().await?;
    fill(browser, &[("name", "Bea Colleague"), ("email", "bea@shop.example")], "section form button[type=submit]")
        .await?;
    reads(browser, "on its way").await?;
    for (path, name) in [
        ("/operators", "operators"),
        ("/account/two-factor", "two-factor"),
        ("/account/sessions", "sessions"),
        ("/account", "account"),
        ("/roles", "roles"),
        ("/parameters", "parameters"),
        ("/audit", "audit"),
        ("/mail", "mail-page"),
    ] {
        browser.goto(at(path)).await?;
        picture(browser, folder, name).await?;
    }
    product.mailed_link("bea@shop.example", "invitation");
    let mail = folder.join("mail.html");
    std::fs::write(&mail, html_part(product)?)?;
    browser.goto(format!("file://{}", mail.canonicalize()?.display())).await?;
    picture(browser, folder, "mail").await?;
    std::fs::remove_file(mail)?;
    Ok(())
}

/// The HTML of the invitation, as it lies in the folder of mails.
fn html_part(product: &Product) -> Done<String> {
    let folder = std::fs::read_dir(product.folder.path().join("portcullis-data/mail"))?;
    for entry in folder {
        let mail = std::fs::read_to_string(entry?.path())?;
        if let (Some(from), Some(to)) =
            (mail.find("<!doctype html>").or_else(|| mail.find("<!DOCTYPE html>")), mail.rfind("</html>"))
        {
            return Ok(format!("{}</html>", mail.get(from..to).unwrap_or_default()));
        }
    }
    Err("no mail has an HTML part".into())
}
