//! The main job, with the real binary: set up, invite, create a password, sign in, recover; and nobody else gets in.

use portcullis_tests::engine::Engine;
use portcullis_tests::{Browser, Product};

const ADA: &str = "ada@shop.example";
const BEA: &str = "bea@shop.example";
const ADAS_PASSWORD: &str = "violet kettle orbit lantern";
const BEAS_PASSWORD: &str = "seven marble otters whistle";
const BEAS_NEXT: &str = "harbour pepper zeppelin moss";

async fn set_up(product: &Product) -> Browser {
    let browser = Browser::default();
    let fields = [("email", ADA), ("name", "Ada Owner"), ("password", ADAS_PASSWORD)];
    let made = browser.post(&product.set_up_link, &format!("{}/setup", product.back_office), &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(sign_in(&browser, product, ADA, ADAS_PASSWORD).await, 303);
    browser
}

async fn sign_in(browser: &Browser, product: &Product, email: &str, password: &str) -> u16 {
    let login = format!("{}/login", product.back_office);
    browser.post(&login, &login, &[("email", email), ("password", password)]).await.status
}

const SUPER_ADMINISTRATOR: &str = "00000000-0000-0000-0000-000000000001";

async fn somebody_is_invited_signs_in_and_recovers(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let operators = format!("{}/operators", product.back_office);
    let invited = ada
        .post(&operators, &operators, &[("email", BEA), ("name", "Bea Colleague"), ("roles", SUPER_ADMINISTRATOR)])
        .await;
    assert_eq!(invited.status, 303, "{}", invited.body);

    let bea = Browser::default();
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_PASSWORD).await, 422, "no password yet");
    let link = product.mailed_link(BEA, "invitation");
    let invitation = format!("{}/invitation", product.back_office);
    let weak = bea.post(&link, &invitation, &[("password", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.body.contains("At least 15 characters") && !weak.body.contains("\"short\""));
    assert_eq!(bea.post(&link, &invitation, &[("password", BEAS_PASSWORD)]).await.status, 303);
    assert_eq!(bea.get(&product.back_office).await.body.matches("current-password").count(), 1, "not signed in by it");
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_PASSWORD).await, 303);
    assert!(bea.get(&product.back_office).await.body.contains("Bea Colleague"));

    let forgot = format!("{}/password/forgot", product.back_office);
    let stranger = Browser::default();
    assert_eq!(stranger.post(&forgot, &forgot, &[("email", BEA)]).await.status, 303);
    let link = product.mailed_link(BEA, "password/reset");
    let reset = format!("{}/password/reset", product.back_office);
    assert_eq!(stranger.get(&link).await.status, 200, "a mail scanner fetches it");
    assert_eq!(stranger.post(&link, &reset, &[("password", BEAS_NEXT)]).await.status, 303);
    let dead = stranger.get(&link).await;
    assert_eq!((dead.status, dead.body.contains("type=\"password\"")), (404, false), "spent");
    let ended = bea.get(&product.back_office).await;
    assert!(ended.body.contains("current-password"), "her other session ended");
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_PASSWORD).await, 422);
    assert_eq!(sign_in(&bea, &product, BEA, BEAS_NEXT).await, 303);

    assert_eq!(Browser::default().get(&product.set_up_link).await.status, 404, "set-up is gone for good");
}

async fn sixteen_racing_uses_of_one_link_have_one_winner(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let ada = set_up(&product).await;
    let operators = format!("{}/operators", product.back_office);
    ada.post(&operators, &operators, &[("email", BEA), ("name", "Bea Colleague")]).await;
    let link = product.mailed_link(BEA, "invitation");
    let action = format!("{}/invitation", product.back_office);
    // Everybody has the form before anybody sends it: to whoever comes later the link is dead.
    let mut forms = Vec::new();
    for _ in 0..16 {
        let browser = Browser::default();
        let csrf_token = browser.get(&link).await.csrf_token();
        forms.push((browser, csrf_token));
    }
    let mut racing = tokio::task::JoinSet::new();
    for (browser, csrf_token) in forms {
        let action = action.clone();
        racing.spawn(async move {
            browser.post_raw(&action, &[("csrf_token", &csrf_token), ("password", BEAS_PASSWORD)]).await.status
        });
    }
    let statuses = racing.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
}

async fn two_hundred_racing_wrong_passwords_meet_the_limit_to_the_number(engine: Engine) {
    let product = Product::start_on(engine, &[("PORTCULLIS_HASHING_QUEUE", "256")]).await;
    set_up(&product).await;
    let login = format!("{}/login", product.back_office);
    let browser = std::sync::Arc::new(Browser::default());
    let csrf_token = browser.get(&login).await.csrf_token();
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (browser, login, csrf_token) = (browser.clone(), login.clone(), csrf_token.clone());
        racing.spawn(async move {
            browser
                .post_raw(
                    &login,
                    &[("csrf_token", &csrf_token), ("email", ADA), ("password", "wrong wrong wrong wrong")],
                )
                .await
                .status
        });
    }
    let statuses = racing.join_all().await;
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(422), count(429)), (5, 195));
}

async fn every_path_outside_the_alias_gives_the_same_bytes_and_no_cookie(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    let browser = Browser::default();
    let far = browser.request("GET", &format!("{}/anything", product.origin)).await;
    assert_eq!(far.status, 404);
    assert!(far.headers.iter().all(|(name, _)| name != "set-cookie" && name != "location"));
    let alias = product.back_office.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    let shorter = alias.get(1..).unwrap_or_default();
    let misses = [
        String::new(),
        format!("{alias}x"),
        format!("x{alias}"),
        shorter.to_owned(),
        alias.to_uppercase(),
        format!("%{:02x}{shorter}", alias.bytes().next().unwrap_or_default()),
        format!("/{alias}"),
        format!("./x/{alias}/login"),
        format!("{alias}x/login"),
        format!("{alias}x/"),
        format!("{shorter}/"),
        format!("{}/", alias.to_uppercase()),
        "login".to_owned(),
        "robots.txt".to_owned(),
        "favicon.ico".to_owned(),
        "admin".to_owned(),
    ];
    for miss in misses {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"] {
            let near = browser.request(method, &format!("{}/{miss}", product.origin)).await;
            assert_eq!(
                (near.status, &near.headers, &near.body),
                (far.status, &far.headers, &far.body),
                "{method} {miss}"
            );
        }
        let head = browser.request("HEAD", &format!("{}/{miss}", product.origin)).await;
        assert_eq!((head.status, &head.headers, head.body.as_str()), (far.status, &far.headers, ""), "HEAD {miss}");
    }
}

async fn known_and_unknown_addresses_get_the_same_bytes(engine: Engine) {
    let product = Product::start_on(engine, &[]).await;
    set_up(&product).await;
    let browser = Browser::default();
    let login = format!("{}/login", product.back_office);
    let mut answers = Vec::new();
    for email in [ADA, "ida@shop.example"] {
        let answer = browser.post(&login, &login, &[("email", email), ("password", "wrong wrong wrong wrong")]).await;
        answers.push((answer.status, answer.body.replace(email, "EMAIL"), answer.headers.len()));
    }
    assert_eq!(answers.first(), answers.get(1));
    let forgot = format!("{}/password/forgot", product.back_office);
    let mut answers = Vec::new();
    for email in [ADA, "ida@shop.example"] {
        let answer = browser.post(&forgot, &forgot, &[("email", email)]).await;
        answers.push((answer.status, answer.location, answer.body, answer.headers));
    }
    assert_eq!(answers.first(), answers.get(1));
}

portcullis_tests::on_each_engine![
    somebody_is_invited_signs_in_and_recovers,
    sixteen_racing_uses_of_one_link_have_one_winner,
    two_hundred_racing_wrong_passwords_meet_the_limit_to_the_number,
    every_path_outside_the_alias_gives_the_same_bytes_and_no_cookie,
    known_and_unknown_addresses_get_the_same_bytes,
];
