//! What is wrong with a form is said beside the field; what was typed stays, passwords go.

use portcullis_tests::engine::Engine;
use portcullis_tests::{Answer, Browser, Product};

use crate::stage::{ADA, ADAS_PASSWORD, BEA, BEAS_PASSWORD, MANY_ADDRESSES, Stage};

const NO_ADDRESS: &str = "Enter an email address.";
const LONG_ADDRESS: &str = "Use an email address of at most 254 characters.";
const WRONG_ADDRESS: &str = "Enter one email address, like name@example.com.";
const CONTROL_IN_NAME: &str = "Use a name without line breaks or control characters.";
const TAKEN: &str = "An account with that address exists already.";

fn addresses() -> Vec<(String, &'static str)> {
    let mut cases = vec![
        (String::new(), NO_ADDRESS),
        ("   ".to_owned(), NO_ADDRESS),
        (format!("{}@b.example", "a".repeat(260)), LONG_ADDRESS),
        ("a".repeat(20_000), LONG_ADDRESS),
    ];
    let wrong = [
        "nobody",
        "@shop.example",
        "nobody@",
        "a@b@shop.example",
        "a@shop.example, b@shop.example",
        "a@shop.example b@shop.example",
        "a@shop.example\r\nBcc: b@shop.example",
        "a\0@shop.example",
        "a\u{7}@shop.example",
        "a@shop.exam\u{202e}ple",
        "<script>alert(1)</script>@shop.example",
        "\"><img src=x>@shop.example",
    ];
    cases.extend(wrong.map(|typed| (typed.to_owned(), WRONG_ADDRESS)));
    cases
}

fn names() -> Vec<(String, &'static str)> {
    vec![
        (String::new(), "Enter a name."),
        (" \t ".to_owned(), "Enter a name."),
        ("n".repeat(101), "Use a name of at most 100 characters."),
        ("Eve\r\nBcc: all@shop.example".to_owned(), CONTROL_IN_NAME),
        ("Eve\0".to_owned(), CONTROL_IN_NAME),
        ("Eve\u{1b}[31m".to_owned(), CONTROL_IN_NAME),
        ("Eve\u{202e}evE".to_owned(), CONTROL_IN_NAME),
        ("Eve\u{2028}evE".to_owned(), CONTROL_IN_NAME),
    ]
}

/// As an HTML parser hands it on: line ends are one character, and NUL is none.
fn as_parsed(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

/// The answer is a form that says what is wrong with the field, keeps what was typed, and holds no password.
fn says(answer: &Answer, field: &str, words: &str, kept: &[(&str, &str)], password: &str) {
    let what = format!("{field}: {words}: {kept:?}: {}", answer.body);
    assert_eq!(answer.status, 422, "{what}");
    let error = answer.find(&format!("#{field}-error"), None).unwrap_or_default();
    assert!(error.contains(words), "{error:?} is not {what}");
    let attribute = |name| answer.find(&format!("input#{field}"), Some(name)).unwrap_or_default();
    assert_eq!(attribute("aria-invalid"), "true", "{what}");
    assert!(attribute("aria-describedby").contains(&format!("{field}-error")), "{what}");
    let summary = answer.find(&format!("#errors a[href='#{field}']"), None).unwrap_or_default();
    assert!(summary.contains(words), "the summary: {what}");
    assert!(answer.find("title", None).unwrap_or_default().starts_with("Error:"), "{what}");
    keeps(answer, kept, password);
}

fn keeps(answer: &Answer, kept: &[(&str, &str)], password: &str) {
    for (name, typed) in kept {
        let value = answer.find(&format!("form[method=post] input[name={name}]"), Some("value")).unwrap_or_default();
        assert_eq!(value, as_parsed(typed), "what was typed as {name} is lost");
    }
    assert_eq!(answer.find("input[type=password][value]", Some("name")), None, "a password field came back filled");
    assert!(password.is_empty() || !answer.body.contains(password), "a password came back");
    assert_eq!(answer.find("main script, main img[src=x]", None), None, "what was typed became part of the page");
}

/// Tries both fields of a form with all that is wrong with them.
async fn tries_name_and_address(browser: &Browser, page: &str, action: &str, password: &str) {
    let csrf_token = browser.get(page).await.csrf_token();
    let post = async |email: &str, name: &str| {
        let fields = [("csrf_token", csrf_token.as_str()), ("email", email), ("name", name), ("password", password)];
        browser.post_raw(action, &fields).await
    };
    for (email, words) in addresses() {
        let answer = post(&email, "Cy Colleague").await;
        says(&answer, "email", words, &[("email", &email), ("name", "Cy Colleague")], password);
    }
    for (name, words) in names() {
        let answer = post("cy@shop.example", &name).await;
        says(&answer, "name", words, &[("email", "cy@shop.example"), ("name", &name)], password);
    }
    let both = post("", "").await;
    says(&both, "email", NO_ADDRESS, &[], password);
    says(&both, "name", "Enter a name.", &[], password);
    // Of two values none is right.
    let twice = [
        ("csrf_token", csrf_token.as_str()),
        ("email", "cy@shop.example"),
        ("email", "eve@shop.example"),
        ("name", "Cy Colleague"),
        ("password", password),
    ];
    says(&browser.post_raw(action, &twice).await, "email", NO_ADDRESS, &[("name", "Cy Colleague")], password);
    let twice = [
        ("csrf_token", csrf_token.as_str()),
        ("email", "cy@shop.example"),
        ("name", "Cy Colleague"),
        ("name", "Eve"),
        ("password", password),
    ];
    says(&browser.post_raw(action, &twice).await, "name", "Enter a name.", &[("email", "cy@shop.example")], password);
}

/// Tries a form's new password with all that the policy refuses: each unmet rule is named.
async fn tries_new_password(browser: &Browser, page: &str, action: &str, others: &[(&str, &str)]) {
    let csrf_token = browser.get(page).await.csrf_token();
    let post = async |passwords: &[&str]| {
        let mut fields = vec![("csrf_token", csrf_token.as_str())];
        fields.extend_from_slice(others);
        fields.extend(passwords.iter().map(|password| ("password", *password)));
        browser.post_raw(action, &fields).await
    };
    let long = "correct horse ".repeat(10);
    let huge = "z".repeat(60_000);
    let (short_words, long_words) = ("At least 15 characters", "At most 128 characters");
    let guessable = "Hard to guess";
    let cases: [(&str, &[&str]); 8] = [
        ("", &[short_words, guessable]),
        ("x7Kq2", &[short_words, guessable]),
        ("\0\0\0\0\0", &[short_words]),
        ("aaaaaaaaaaaaaaaaaaaa", &[guessable]),
        ("passwordpassword", &[guessable]),
        ("Password1", &[short_words, guessable, "Not a password that everybody tries"]),
        (&long, &[long_words]),
        (&huge, &[long_words]),
    ];
    for (password, rules) in cases {
        let answer = post(&[password]).await;
        for rule in rules {
            says(&answer, "password", rule, others, if password.len() > 4 { password } else { "" });
        }
    }
    let none = post(&[]).await;
    says(&none, "password", short_words, others, "");
    let twice = post(&[BEAS_PASSWORD, BEAS_PASSWORD]).await;
    says(&twice, "password", short_words, others, BEAS_PASSWORD);
}

pub(crate) async fn the_set_up_form_says_what_is_wrong_and_its_link_stays_good(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let browser = Browser::default();
    let action = format!("{}/setup", product.back_office);
    tries_name_and_address(&browser, &product.set_up_link, &action, ADAS_PASSWORD).await;
    let others = [("email", ADA), ("name", "Ada Owner")];
    tries_new_password(&browser, &product.set_up_link, &action, &others).await;
    let mut all = others.to_vec();
    all.push(("password", ADAS_PASSWORD));
    assert_eq!(browser.post(&product.set_up_link, &action, &all).await.status, 303);
}

pub(crate) async fn the_invitation_forms_say_what_is_wrong_and_the_link_stays_good(engine: Engine) {
    let stage = Stage::set(engine).await;
    let operators = stage.at("/operators");
    tries_name_and_address(&stage.ada, &operators, &operators, "").await;
    let role = stage.ada.post(&operators, &operators, &[("email", BEA), ("name", "Bea"), ("roles", "nonsense")]).await;
    assert_eq!(role.status, 422);
    assert!(role.body.contains("Choose from the roles listed."), "{}", role.body);
    keeps(&role, &[("email", BEA), ("name", "Bea")], "");

    let link = stage.invitation().await;
    for taken in [ADA, BEA, "BEA@Shop.Example", "  bea@shop.example ", "ｂｅａ@shop.example"] {
        let answer = stage.ada.post(&operators, &operators, &[("email", taken), ("name", "Bea Again")]).await;
        says(&answer, "email", TAKEN, &[("email", taken), ("name", "Bea Again")], "");
    }
    let list = stage.ada.get(&operators).await.body;
    assert_eq!(list.to_lowercase().matches("@shop.example</td>").count(), 2, "Ada and Bea, and nobody else: {list}");

    let bea = Browser::default();
    tries_new_password(&bea, &link, &stage.at("/invitation"), &[]).await;
    assert_eq!(bea.post(&link, &stage.at("/invitation"), &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(stage.sign_in(&bea, BEA, BEAS_PASSWORD).await, 303);
}

pub(crate) async fn the_reset_forms_say_what_is_wrong_and_the_link_stays_good(engine: Engine) {
    let stage = Stage::set(engine).await;
    let forgot = stage.at("/password/forgot");
    let browser = Browser::default();
    let csrf_token = browser.get(&forgot).await.csrf_token();
    for (email, words) in addresses() {
        let answer = browser.post_raw(&forgot, &[("csrf_token", &csrf_token), ("email", &email)]).await;
        says(&answer, "email", words, &[("email", &email)], "");
    }
    let twice = [("csrf_token", csrf_token.as_str()), ("email", ADA), ("email", "eve@shop.example")];
    says(&browser.post_raw(&forgot, &twice).await, "email", NO_ADDRESS, &[], "");
    let as_list = [("csrf_token", csrf_token.as_str()), ("email[]", ADA), ("email[]", "eve@shop.example")];
    says(&browser.post_raw(&forgot, &as_list).await, "email", NO_ADDRESS, &[], "");

    let link = stage.reset().await;
    tries_new_password(&browser, &link, &stage.at("/password/reset"), &[]).await;
    let next = "harbour pepper zeppelin moss";
    assert_eq!(browser.post(&link, &stage.at("/password/reset"), &[("password", next)]).await.status, 303);
    assert_eq!(stage.sign_in(&Browser::default(), ADA, next).await, 303);
}

pub(crate) async fn whatever_is_wrong_with_a_sign_in_the_words_are_the_same(engine: Engine) {
    let product = Product::start_on(engine, &MANY_ADDRESSES).await;
    let action = format!("{}/setup", product.back_office);
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
    assert_eq!(Browser::default().post(&product.set_up_link, &action, &fields).await.status, 303);

    let login = format!("{}/login", product.back_office);
    let browser = Browser::default();
    let csrf_token = browser.get(&login).await.csrf_token();
    let mut cases: Vec<Vec<(&str, String)>> = addresses()
        .into_iter()
        .map(|(email, _)| vec![("email", email), ("password", "wrong wrong wrong wrong".to_owned())])
        .collect();
    let passwords = [String::new(), "\0".to_owned(), format!("{ADAS_PASSWORD} "), format!(" {ADAS_PASSWORD}")];
    let passwords = passwords.into_iter().chain([ADAS_PASSWORD.to_uppercase(), "z".repeat(60_000)]);
    cases.extend(passwords.map(|password| vec![("email", ADA.to_owned()), ("password", password)]));
    let right = ("password", ADAS_PASSWORD.to_owned());
    cases.push(vec![("email", ADA.to_owned()), ("email", ADA.to_owned()), right.clone()]);
    cases.push(vec![("email", ADA.to_owned()), right.clone(), right.clone()]);
    cases.push(vec![("email[]", ADA.to_owned()), right]);
    cases.push(vec![("email", ADA.to_owned())]);
    for (number, case) in cases.iter().enumerate() {
        let mut fields = vec![("csrf_token", csrf_token.as_str())];
        fields.extend(case.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = browser.post_from(&format!("10.9.0.{}", number + 1), &login, &fields).await;
        assert_eq!(answer.status, 422, "{case:?}: {}", answer.body);
        let words = answer.find("#errors", None).unwrap_or_default();
        assert_eq!(words, "Email address or password is incorrect.", "{case:?}");
        let typed: Vec<&(&str, String)> = case.iter().filter(|(name, _)| *name == "email").collect();
        let kept = if let [(_, typed)] = typed.as_slice() { typed.as_str() } else { "" };
        let password = case.iter().find(|(name, value)| *name == "password" && value.len() > 4);
        keeps(&answer, &[("email", kept)], password.map_or("", |(_, value)| value));
    }
}
