//! A real browser, driven through `WebDriver`.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thirtyfour::{By, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::Product;

/// What a story comes to.
pub type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Whether a program is on this machine.
pub fn found(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|done| done.success())
}

/// Starts a product and a browser, runs the story, and ends both.
///
/// # Errors
/// What the story, the browser or its driver says.
pub async fn in_a_browser<F: AsyncFnOnce(&WebDriver, &Product) -> Done>(story: F) -> Done {
    let product = Product::start(&[]);
    with_a_browser(&product, story).await
}

/// Starts a browser, runs the story on a product, and ends the browser.
///
/// # Errors
/// What the story, the browser or its driver says.
pub async fn with_a_browser<F: AsyncFnOnce(&WebDriver, &Product) -> Done>(product: &Product, story: F) -> Done {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut chromedriver = Command::new("chromedriver");
    let _driver =
        Driver(chromedriver.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let mut waited = 0;
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        waited += 1;
        assert!(waited < 200, "chromedriver does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let profile = tempfile::tempdir()?;
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
    ] {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    let browser = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
    let outcome = story(&browser, product).await;
    browser.quit().await?;
    outcome
}

/// Types into the fields of the page's form, and clicks.
///
/// # Errors
/// When a field or the button is not there.
pub async fn fill(browser: &WebDriver, fields: &[(&str, &str)], submit: &str) -> Done {
    for (field, value) in fields {
        browser.find(By::Css(format!("main input[name={field}]"))).await?.send_keys(*value).await?;
    }
    browser.find(By::Css(submit)).await?.click().await?;
    Ok(())
}

/// Waits for the page to say something, for ten seconds at most.
///
/// # Errors
/// When it does not.
pub async fn reads(browser: &WebDriver, words: &str) -> Done {
    for _ in 0..100 {
        if let Ok(body) = browser.find(By::Css("body")).await
            && body.text().await.is_ok_and(|text| text.contains(words))
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!(
        "the page at {} does not say {words:?}",
        browser.current_url().await?.path().rsplit('/').next().unwrap_or_default()
    )
    .into())
}

/// The button of the page's own form.
pub const SUBMIT: &str = "main form[method=post] button[type=submit]";

/// The main job, as people do it: set up, invite, create a password, sign in, recover.
///
/// # Errors
/// Where the page does not say what it should.
pub async fn main_job(browser: &WebDriver, product: &Product) -> Done {
    let (ada, bea) = ("ada@shop.example", "bea@shop.example");
    browser.goto(&product.set_up_link).await?;
    fill(browser, &[("name", "Ada Owner"), ("email", ada), ("password", "violet kettle orbit lantern")], SUBMIT)
        .await?;
    reads(browser, "You are the super-administrator").await?;
    fill(browser, &[("email", ada), ("password", "violet kettle orbit lantern")], SUBMIT).await?;
    reads(browser, "Dashboard").await?;

    browser.find(By::LinkText("Operators")).await?.click().await?;
    reads(browser, "Invite a colleague").await?;
    browser.find(By::Css("input[name=roles]")).await?.click().await?;
    fill(browser, &[("name", "Bea Colleague"), ("email", bea)], SUBMIT).await?;
    reads(browser, "The invitation is on its way").await?;
    browser.find(By::Css(".avatar-menu summary")).await?.click().await?;
    browser.find(By::Css(".avatar-menu form button")).await?.click().await?;
    reads(browser, "Forgot your password?").await?;

    browser.goto(product.mailed_link(bea, "invitation")).await?;
    reads(browser, "Create your password").await?;
    assert!(!browser.current_url().await?.as_str().contains("token"), "the token left the address bar");
    fill(browser, &[("password", "short")], SUBMIT).await?;
    reads(browser, "Choose another password").await?;
    fill(browser, &[("password", "seven marble otters whistle")], SUBMIT).await?;
    reads(browser, "Your password is set").await?;
    fill(browser, &[("email", bea), ("password", "a wrong password entirely")], SUBMIT).await?;
    reads(browser, "Email address or password is incorrect.").await?;

    browser.find(By::LinkText("Forgot your password?")).await?.click().await?;
    fill(browser, &[("email", bea)], SUBMIT).await?;
    reads(browser, "If an operator account exists for that address").await?;
    browser.goto(product.mailed_link(bea, "password/reset")).await?;
    fill(browser, &[("password", "harbour pepper zeppelin moss")], SUBMIT).await?;
    reads(browser, "Your password is set").await?;
    fill(browser, &[("email", bea), ("password", "harbour pepper zeppelin moss")], SUBMIT).await?;
    reads(browser, "Dashboard").await
}
