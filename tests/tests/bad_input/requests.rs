//! Requests that are not what a browser on our own pages would send.

use portcullis_tests::engine::Engine;
use portcullis_tests::{Answer, Browser};

use crate::stage::{ADA, ADAS_PASSWORD, BEA, BEAS_NEXT, BEAS_PASSWORD, Stage};

/// What every answer bears, errors too (ASVS 3.4).
const ALWAYS: [(&str, &str); 9] = [
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex"),
    ("cache-control", "no-store"),
];

fn bears_the_headers(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    for (name, value) in ALWAYS {
        let found = answer.header(name);
        assert!(matches!(found.as_slice(), [one] if one.starts_with(value)), "{what}: {name}: {found:?}");
    }
    let policy = answer.header("content-security-policy").concat();
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(answer.header("server").is_empty() && answer.header("x-powered-by").is_empty(), "{what}");
}

/// A form that is ready to be sent: everything about it is right.
struct Ready {
    browser: Browser,
    page: String,
    action: String,
    fields: Vec<(&'static str, &'static str)>,
}

impl Ready {
    async fn send(&self, headers: &[(&str, &str)], csrf_tokens: &[&str], more: &[(&str, &str)]) -> Answer {
        let mut fields: Vec<(&str, &str)> = csrf_tokens.iter().map(|token| ("csrf_token", *token)).collect();
        fields.extend_from_slice(&self.fields);
        fields.extend_from_slice(more);
        self.browser.request_with("POST", &self.action, headers, &fields).await
    }

    /// Sends it in every way that is wrong, then in the right one.
    async fn is_tried(&self) {
        let own = self.browser.get(&self.page).await.csrf_token();
        let foreign = Browser::default().get(&self.login()).await.csrf_token();
        let cut = own.get(1..).unwrap_or_default();
        for tokens in [&[][..], &[""], &[&foreign], &[cut], &[&own, &own], &[&own, &foreign], &["null"]] {
            bears_the_headers(&self.send(&[], tokens, &[]).await, 403, &format!("{} {tokens:?}", self.action));
        }
        for headers in [
            [("sec-fetch-site", "cross-site"), ("accept", "*/*")],
            [("sec-fetch-site", "same-site"), ("accept", "*/*")],
            [("sec-fetch-site", "none"), ("accept", "*/*")],
            [("sec-fetch-site", ""), ("accept", "*/*")],
            [("origin", "https://evil.example"), ("accept", "*/*")],
            [("origin", "null"), ("accept", "*/*")],
            [("origin", "https://evil.example"), ("host", "evil.example")],
        ] {
            bears_the_headers(&self.send(&headers, &[&own], &[]).await, 403, &format!("{} {headers:?}", self.action));
        }
        let without_cookies = Browser::default();
        let mut fields = vec![("csrf_token", own.as_str())];
        fields.extend_from_slice(&self.fields);
        bears_the_headers(&without_cookies.post_raw(&self.action, &fields).await, 403, "no cookie");
        // What a plain form of another site can send.
        let as_json = [("content-type", "text/plain")];
        assert_eq!(self.browser.request_with("POST", &self.action, &as_json, &[]).await.status, 403);
        let filler = "x".repeat(64 * 1024);
        bears_the_headers(&self.send(&[], &[&own], &[("filler", &filler)]).await, 413, &self.action);
        // Nothing of that did anything: the right one does.
        let right = self.send(&[("sec-fetch-site", "same-origin")], &[&own], &[]).await;
        assert_eq!(right.status, 303, "{}: {}", self.action, right.body);
    }

    fn login(&self) -> String {
        let alias_ends = self.action.match_indices('/').nth(3).map_or(self.action.len(), |(at, _)| at);
        format!("{}/login", self.action.get(..alias_ends).unwrap_or_default())
    }
}

pub(crate) async fn a_forged_or_oversized_form_does_nothing_and_the_right_one_still_works(engine: Engine) {
    let product = portcullis_tests::Product::start_on(engine, &crate::stage::MANY_ADDRESSES).await;
    let mut stage = Stage { product, ada: Browser::default() };
    let ready = |browser, page: String, action: String, fields: &[(&'static str, &'static str)]| Ready {
        browser,
        page,
        action,
        fields: fields.to_vec(),
    };
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
    let set_up = ready(Browser::default(), stage.product.set_up_link.clone(), stage.at("/setup"), &fields);
    set_up.is_tried().await;

    let fields = [("email", ADA), ("password", ADAS_PASSWORD)];
    let coming = ready(Browser::default(), stage.at("/login"), stage.at("/login"), &fields);
    coming.is_tried().await;

    let fields = [("email", BEA), ("name", "Bea Colleague")];
    let inviting = ready(coming.browser, stage.at("/operators"), stage.at("/operators"), &fields);
    inviting.is_tried().await;
    stage.ada = inviting.browser;

    let link = stage.product.mailed_link(BEA, "invitation");
    ready(Browser::default(), link, stage.at("/invitation"), &[("password", BEAS_PASSWORD)]).is_tried().await;
    let forgot = stage.at("/password/forgot");
    ready(Browser::default(), forgot.clone(), forgot, &[("email", BEA)]).is_tried().await;
    let link = stage.product.mailed_link(BEA, "password/reset");
    ready(Browser::default(), link, stage.at("/password/reset"), &[("password", BEAS_NEXT)]).is_tried().await;
    assert_eq!(stage.sign_in(&Browser::default(), BEA, BEAS_NEXT).await, 303);
}

pub(crate) async fn a_body_of_just_64_kib_is_read_and_a_far_larger_one_is_refused(engine: Engine) {
    let stage = Stage::set(engine).await;
    let (browser, login) = (Browser::default(), stage.at("/login"));
    let csrf_token = browser.get(&login).await.csrf_token();
    let rest = format!("csrf_token={csrf_token}&email=a&password=b&filler=").len();
    for (length, status) in [(64 * 1024 - rest, 422), (64 * 1024 - rest + 1, 413), (200_000, 413)] {
        let filler = "x".repeat(length);
        let fields = [("csrf_token", csrf_token.as_str()), ("email", "a"), ("password", "b"), ("filler", &filler)];
        let answer = browser.post_raw(&login, &fields).await;
        bears_the_headers(&answer, status, &length.to_string());
    }
}

pub(crate) async fn every_refusal_bears_the_security_headers(engine: Engine) {
    let stage = Stage::set(engine).await;
    let browser = Browser::default();
    let login = stage.at("/login");
    let csrf_token = browser.get(&login).await.csrf_token();
    let get = async |url: &str| Browser::default().request("GET", url).await;
    bears_the_headers(&get(&login).await, 200, "a page");
    bears_the_headers(&get(&stage.at("")).await, 303, "sign in first");
    bears_the_headers(&get(&stage.at("/no/such/page")).await, 404, "inside");
    bears_the_headers(&get(&format!("{}/no/such/page", stage.product.origin)).await, 404, "outside");
    bears_the_headers(&get(&stage.at("/setup")).await, 404, "a dead link");
    bears_the_headers(&get(&stage.at("/assets/none.css")).await, 404, "an asset");
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
        bears_the_headers(&browser.request(method, &login).await, 404, method);
    }
    bears_the_headers(&browser.post_raw(&login, &[]).await, 403, "no token");
    let wrong = [("csrf_token", csrf_token.as_str()), ("email", ADA), ("password", "wrong wrong wrong wrong")];
    for _ in 0..5 {
        bears_the_headers(&browser.post_raw(&login, &wrong).await, 422, "wrong password");
    }
    let limited = browser.post_raw(&login, &wrong).await;
    bears_the_headers(&limited, 429, "a limit");
    assert!(limited.header("retry-after").concat().parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

pub(crate) async fn a_poisoned_host_reaches_no_link_and_no_page(engine: Engine) {
    let stage = Stage::set(engine).await;
    let poison = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-host", "evil.example"),
        ("x-original-url", "/evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("referer", "https://evil.example/"),
    ];
    let operators = stage.at("/operators");
    let csrf_token = stage.ada.get(&operators).await.csrf_token();
    let fields = [("csrf_token", csrf_token.as_str()), ("email", BEA), ("name", "Bea Colleague")];
    let invited = stage.ada.request_with("POST", &operators, &poison, &fields).await;
    let forgot = stage.at("/password/forgot");
    let browser = Browser::default();
    let csrf_token = browser.get(&forgot).await.csrf_token();
    let asked = browser.request_with("POST", &forgot, &poison, &[("csrf_token", &csrf_token), ("email", ADA)]).await;
    let shown = browser.request_with("GET", &stage.at("/login"), &poison, &[]).await;
    for (answer, status) in [(&invited, 303), (&asked, 303), (&shown, 200)] {
        assert_eq!(answer.status, status, "{}", answer.body);
        let all = format!("{:?} {}", answer.headers, answer.body);
        assert!(!all.contains("evil.example"), "{all}");
    }
    for (email, page) in [(BEA, "invitation"), (ADA, "password/reset")] {
        let link = stage.product.mailed_link(email, page);
        assert!(link.starts_with(&format!("{}/{page}?token=", stage.product.back_office)), "{link}");
    }
    let mails = std::fs::read_dir(stage.product.folder.path().join("portcullis-data/mail")).expect("mails");
    for mail in mails {
        let text = std::fs::read_to_string(mail.expect("a mail").path()).expect("its text");
        assert!(!text.contains("evil.example"), "{text}");
    }
}

pub(crate) async fn head_answers_as_get_does_without_a_body(engine: Engine) {
    let stage = Stage::set(engine).await;
    for path in ["", "/login", "/password/forgot", "/setup", "/invitation", "/no/such/page", "/assets/portcullis.css"] {
        let get = Browser::default().request("GET", &stage.at(path)).await;
        let head = Browser::default().request("HEAD", &stage.at(path)).await;
        assert_eq!((head.status, &head.location, head.body.as_str()), (get.status, &get.location, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        // An asset may be kept; everything else may not.
        if !path.starts_with("/assets/") {
            bears_the_headers(&head, get.status, path);
        }
    }
}
