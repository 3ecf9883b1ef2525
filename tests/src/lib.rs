//! What the whole-product tests share: a real binary in a fresh folder, and a client that behaves like a browser.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that cannot start the product has failed, and waits for a real process by the real clock"
)]

pub mod browser;
pub mod cluster;
pub mod engine;
pub mod postgres;
pub mod proxy;
pub mod requirement;
pub mod running;
pub mod smtp_server;
pub mod story;
pub mod tour;
pub mod trial;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::postgres::FreshDatabase;

/// The product, running in a folder of its own on a free port of this machine. Ended when dropped.
pub struct Product {
    child: Child,
    port: u16,
    /// What it logged.
    log: Arc<Mutex<Vec<String>>>,
    /// Its database, when that is not a file in the folder.
    database: Option<Arc<FreshDatabase>>,
    /// Its folder, which goes with the last of those that run in it.
    pub folder: Arc<tempfile::TempDir>,
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    /// The back office's address, as the product printed it.
    pub back_office: String,
    /// The set-up link, as the product printed it; empty when set-up is over.
    pub set_up_link: String,
}

/// The binary, brought up to date once for all tests of a program: they would wait for each other's builds.
pub fn binary() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let tests = std::env::current_exe().expect("the test's own path");
    // A test lies in `deps`, a program of this package beside it.
    let folder =
        tests.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("the target folder").to_owned();
    let binary = folder.join("portcullis");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "-p", "portcullis", "--quiet"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().expect("cargo runs").success(), "the binary cannot be built");
    binary
}

impl Product {
    /// Starts it in a fresh folder, with mail as files.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().expect("a folder")), free_port(), settings)
    }

    /// Starts it in a folder that may have been used before, or is in use.
    pub fn start_in(folder: Arc<tempfile::TempDir>, port: u16, settings: &[(&str, &str)]) -> Self {
        let origin = format!("http://127.0.0.1:{port}");
        let mut serve = command(folder.path(), port, settings);
        let serve = serve.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = serve.spawn().expect("the binary starts");
        let mut product = Self {
            folder,
            port,
            log: Arc::default(),
            database: None,
            origin: origin.clone(),
            back_office: String::new(),
            set_up_link: String::new(),
            child,
        };
        product.keep_log();
        let (lines, read) = std::sync::mpsc::channel();
        let stdout = product.child.stdout.take().expect("its output");
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(lines.send(line)));
        });
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if let Ok(line) = read.recv_timeout(Duration::from_millis(300)) {
                if let Some(address) = line.strip_prefix("Back office: ") {
                    address.clone_into(&mut product.back_office);
                }
                if let Some(link) = line.strip_prefix("Set-up link: ") {
                    link.clone_into(&mut product.set_up_link);
                }
            } else if !product.back_office.is_empty() {
                break;
            }
        }
        let address = origin.trim_start_matches("http://").to_owned();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(Instant::now() < until, "the product does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        product
    }

    /// Waits for a mail to an address that has a link with `page` in it, and gives the newest link.
    pub fn mailed_link(&self, to: &str, page: &str) -> String {
        let until = Instant::now() + Duration::from_secs(15);
        loop {
            if let Some(link) = mailed_link_in(self.folder.path(), to, page) {
                return link;
            }
            assert!(Instant::now() < until, "no mail to {to} with a link to {page} came");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The newest link with `page` in it that was mailed to an address by the product in a folder, if one was yet.
pub fn mailed_link_in(folder: &Path, to: &str, page: &str) -> Option<String> {
    let mut mails: Vec<PathBuf> = std::fs::read_dir(folder.join("portcullis-data/mail"))
        .map(|folder| folder.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    mails.sort();
    mails.iter().rev().find_map(|mail| link_in(mail, to, page))
}

/// A port of this machine that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

/// The binary in a folder, with cheap hashes.
fn command(folder: &Path, port: u16, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    command
        .current_dir(folder)
        .env("PORTCULLIS_LISTEN", format!("127.0.0.1:{port}"))
        .env("PORTCULLIS_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
        .env("PORTCULLIS_ARGON2__MEMORY_KIB", "19456")
        .env("PORTCULLIS_ARGON2__ITERATIONS", "2")
        .envs(settings.iter().copied());
    command
}

/// The link that stands alone on a line of the plain text, where `=` and a soft break are encoded.
fn link_in(mail: &Path, to: &str, page: &str) -> Option<String> {
    let raw = std::fs::read_to_string(mail).ok()?;
    if !raw.lines().any(|line| line.starts_with("To:") && line.contains(to)) {
        return None;
    }
    let text = raw.replace("=\r\n", "").replace("=3D", "=");
    text.lines()
        .map(str::trim)
        .find(|line| line.starts_with("http") && line.contains(&format!("/{page}?token=")))
        .map(str::to_owned)
}

impl Drop for Product {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A client with cookies that follows no redirect by itself and reads forms as a browser does.
pub struct Browser {
    client: reqwest::Client,
}

/// An answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it leads; empty when it does not.
    pub location: String,
    /// All headers in their order, without the date.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The values of a header, in their order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// What an attribute of the first element that fits a CSS selector says; the text inside for no attribute.
    pub fn find(&self, selector: &str, attribute: Option<&str>) -> Option<String> {
        let page = scraper::Html::parse_document(&self.body);
        let selector = scraper::Selector::parse(selector).expect("a selector");
        let element = page.select(&selector).next()?;
        match attribute {
            Some(name) => element.value().attr(name).map(str::to_owned),
            None => Some(element.text().collect::<String>().trim().to_owned()),
        }
    }

    /// The CSRF token of its form.
    pub fn csrf_token(&self) -> String {
        let page = scraper::Html::parse_document(&self.body);
        let field = scraper::Selector::parse("input[name=csrf_token]").expect("a selector");
        let found = page.select(&field).next().and_then(|input| input.value().attr("value"));
        found.unwrap_or_else(|| panic!("no form on the page with status {}: {}", self.status, self.body)).to_owned()
    }
}

impl Default for Browser {
    fn default() -> Self {
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.expect("a client") }
    }
}

impl Browser {
    /// One whose requests come through a proxy, from an address.
    pub fn from_address(address: &str) -> Self {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("x-forwarded-for", address.parse().expect("an address"));
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        Self { client: client.default_headers(headers).build().expect("a client") }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Self::try_send(request).await.expect("an answer")
    }

    async fn try_send(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().filter(|(name, _)| *name != "date");
        Ok(Answer {
            status: response.status().as_u16(),
            location: response.headers().get("location").map(text).unwrap_or_default(),
            headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: response.text().await?,
        })
    }

    /// A request of any method, with a form where fields are given; `None` when the product went away meanwhile.
    pub async fn try_request(&self, method: &str, url: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let request = self.client.request(method.parse().expect("a method"), url);
        Self::try_send(if fields.is_empty() { request } else { request.form(fields) }).await.ok()
    }

    /// GET of where an answer at `url` leads; `None` when the product went away meanwhile.
    pub async fn try_get(&self, url: &str, location: &str) -> Option<Answer> {
        let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
        self.try_request("GET", &format!("{origin}{location}"), &[]).await
    }

    /// A request of any method, without a form.
    pub async fn request(&self, method: &str, url: &str) -> Answer {
        let method = method.parse().expect("a method");
        self.send(self.client.request(method, url)).await
    }

    /// GET, following redirects of the same origin.
    pub async fn get(&self, url: &str) -> Answer {
        let mut answer = self.send(self.client.get(url)).await;
        let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
        for _ in 0..5 {
            if answer.location.is_empty() {
                break;
            }
            answer = self.send(self.client.get(format!("{origin}{}", answer.location))).await;
        }
        answer
    }

    /// Fills the form of the page at `page` and posts it to `action`.
    pub async fn post(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf_token = self.get(page).await.csrf_token();
        let mut all = vec![("csrf_token", csrf_token.as_str())];
        all.extend_from_slice(fields);
        self.send(self.client.post(action).form(&all)).await
    }

    /// Posts fields as they are, as if a proxy had passed them on for `address`.
    pub async fn post_from(&self, address: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.post(action).header("x-forwarded-for", address).form(fields)).await
    }

    /// A request of any method with headers and a form, as they are; follows nothing.
    pub async fn request_with(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.client.request(method.parse().expect("a method"), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(if fields.is_empty() { request } else { request.form(fields) }).await
    }

    /// Posts fields as they are.
    pub async fn post_raw(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.post(action).form(fields)).await
    }
}
