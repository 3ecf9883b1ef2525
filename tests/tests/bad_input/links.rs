//! Links that are spent, expired, foreign, blank or mangled say what to do next, before any form; and looking spends none.

use portcullis_domain::one_time_token::Purpose;
use portcullis_tests::engine::Engine;
use portcullis_tests::{Answer, Browser, Product};

use crate::stage::{ADA, ADAS_PASSWORD, BEA, BEAS_NEXT, BEAS_PASSWORD, Stage, token_of};

/// Opens a page with a query, and posts to it as somebody would who kept the form.
async fn is_dead(stage: &Stage, page: &str, query: &str) -> Answer {
    let browser = Browser::default();
    let answer = browser.get(&format!("{}{query}", stage.at(page))).await;
    let what = format!("{page}{query}: {}", answer.body);
    assert_eq!(answer.status, 404, "{what}");
    assert_eq!(answer.find("form", None), None, "{what}");
    assert_eq!(answer.find("h1", None).as_deref(), Some("This link does not work"), "{what}");
    let login = stage.at("/login");
    let way_on = answer.find("main a", Some("href")).unwrap_or_default();
    assert!(login.ends_with(&way_on) && !way_on.is_empty(), "{what}");
    let csrf_token = browser.get(&login).await.csrf_token();
    let fields = [
        ("csrf_token", csrf_token.as_str()),
        ("email", "eve@shop.example"),
        ("name", "Eve"),
        ("password", "another kettle orbits seldom"),
    ];
    assert_eq!(browser.post_raw(&stage.at(page), &fields).await.status, 404, "posted to {what}");
    answer
}

/// What never was a link of that page.
fn wrong(good: &str) -> Vec<String> {
    let token = token_of(good);
    let (rest, last) = token.split_at(token.len() - 1);
    let other = if last == "A" { "B" } else { "A" };
    let flipped = if token.starts_with('A') { "B" } else { "A" };
    vec![
        String::new(),
        "?token=".to_owned(),
        "?token=null".to_owned(),
        "?token=undefined".to_owned(),
        "?token=%00".to_owned(),
        "?token=%20".to_owned(),
        "?token=0".to_owned(),
        "?token[]=".to_owned() + token,
        format!("?token={rest}"),
        format!("?token={token}A"),
        format!("?token={token}%0a"),
        format!("?token=%20{token}"),
        format!("?token={token}="),
        format!("?token={flipped}{}", token.get(1..).unwrap_or_default()),
        format!("?token={rest}{other}{other}"),
        format!("?token={token}&token={token}"),
        format!("?token={}", "A".repeat(43)),
        format!("?token={}", "z".repeat(8_000)),
        format!("?token={}", "%27%20or%201=1--"),
    ]
}

pub(crate) async fn a_wrong_link_leads_to_no_form_and_its_page_says_what_to_do(engine: Engine) {
    let stage = Stage::set(engine).await;
    let (invitation, reset) = (stage.invitation().await, stage.reset().await);
    for query in wrong(&invitation) {
        is_dead(&stage, "/invitation", &query).await;
    }
    for query in wrong(&reset) {
        is_dead(&stage, "/password/reset", &query).await;
    }
    // A link of another purpose is nobody's.
    let words = is_dead(&stage, "/invitation", &format!("?token={}", token_of(&reset))).await.body;
    assert!(words.contains("ask whoever invited you for a new one"), "{words}");
    let words = is_dead(&stage, "/password/reset", &format!("?token={}", token_of(&invitation))).await.body;
    assert!(words.contains("Forgot your password?"), "{words}");
    for foreign in [&invitation, &reset, &stage.product.set_up_link] {
        let words = is_dead(&stage, "/setup", &format!("?token={}", token_of(foreign))).await.body;
        assert!(words.contains("The set-up link was used"), "{words}");
    }
    // After all that the good ones are good.
    let bea = Browser::default();
    assert_eq!(bea.post(&invitation, &stage.at("/invitation"), &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(bea.post(&reset, &stage.at("/password/reset"), &[("password", BEAS_NEXT)]).await.status, 303);
    // Spent now.
    is_dead(&stage, "/invitation", &format!("?token={}", token_of(&invitation))).await;
    is_dead(&stage, "/password/reset", &format!("?token={}", token_of(&reset))).await;
    assert_eq!(stage.sign_in(&bea, BEA, BEAS_PASSWORD).await, 303);
    assert_eq!(stage.sign_in(&Browser::default(), ADA, BEAS_NEXT).await, 303);
}

pub(crate) async fn an_expired_link_says_so_and_a_newer_one_voids_the_older(engine: Engine) {
    let stage = Stage::set(engine).await;
    let older = stage.invitation().await;
    let token = stage.expired(Purpose::Invitation, Some(BEA)).await;
    let words = is_dead(&stage, "/invitation", &format!("?token={token}")).await.body;
    assert!(words.contains("This invitation has expired. Ask whoever invited you for a new one."), "{words}");
    is_dead(&stage, "/invitation", &format!("?token={}", token_of(&older))).await;
    // "Forgot" revives no invitation: it says what it always says, and nothing comes of it.
    let forgot = stage.at("/password/forgot");
    assert_eq!(Browser::default().post(&forgot, &forgot, &[("email", BEA)]).await.status, 303);

    let older = stage.reset().await;
    let token = stage.expired(Purpose::PasswordReset, Some(ADA)).await;
    let words = is_dead(&stage, "/password/reset", &format!("?token={token}")).await.body;
    assert!(words.contains("Ask for a new one under"), "{words}");
    is_dead(&stage, "/password/reset", &format!("?token={}", token_of(&older))).await;
    let mails = std::fs::read_dir(stage.product.folder.path().join("portcullis-data/mail")).expect("mails");
    assert_eq!(mails.count(), 2, "Bea's invitation and Ada's reset");
    assert_eq!(stage.sign_in(&Browser::default(), ADA, ADAS_PASSWORD).await, 303, "her password is what it was");
}

pub(crate) async fn an_expired_set_up_link_is_dead_and_the_next_start_prints_a_good_one(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let mut stage = Stage { product, ada: Browser::default() };
    let token = stage.expired(Purpose::SetUp, None).await;
    let words = is_dead(&stage, "/setup", &format!("?token={token}")).await.body;
    assert!(words.contains("start the server again"), "{words}");
    for query in wrong(&stage.product.set_up_link.clone()) {
        is_dead(&stage, "/setup", &query).await;
    }
    stage.product.restart(&[]);
    assert_eq!(Browser::default().get(&stage.product.set_up_link).await.status, 200);
}

pub(crate) async fn looking_at_a_link_spends_it_not_and_its_token_leaves_the_address_bar(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let set_up_link = product.set_up_link.clone();
    looked_at(&set_up_link).await;
    drop(product);
    let stage = Stage::set(engine).await;
    let (invitation, reset) = (stage.invitation().await, stage.reset().await);
    for link in [&invitation, &reset] {
        looked_at(link).await;
    }
    let browser = Browser::default();
    assert_eq!(browser.post(&invitation, &stage.at("/invitation"), &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(browser.post(&reset, &stage.at("/password/reset"), &[("password", BEAS_NEXT)]).await.status, 303);
}

/// As scanners and previews do: several times, by HEAD and GET, to the end.
async fn looked_at(link: &str) {
    let token = token_of(link);
    for method in ["HEAD", "GET", "HEAD", "GET"] {
        let first = Browser::default().request(method, link).await;
        assert_eq!(first.status, 303, "{method}");
        assert!(!first.location.contains(token) && !first.body.contains(token), "{method}");
        assert!(!first.location.contains('?'), "{}", first.location);
        let cookies = first.header("set-cookie");
        let cookie = cookies.iter().find(|cookie| cookie.contains(token)).expect("a cookie carries it on");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let page = Browser::default().get(link).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains(token), "nor does the page have it");
        assert_eq!(page.find("form[method=post] input[type=password]", Some("name")).as_deref(), Some("password"));
    }
}
