//! Two tabs, a proof that has become too old, and what was typed before it: over the app's own endpoint.

use poem::http::StatusCode;

use crate::shop::{ADA, ADAS, Browser, Shop, field, shop};

async fn ada() -> (Shop, Browser) {
    let shop = shop(vec![]).await;
    let ada = shop.signed_in(ADA, ADAS).await;
    (shop, ada)
}

#[tokio::test]
async fn a_proof_in_one_tab_leaves_the_forms_of_the_other_good() {
    let (shop, mut ada) = ada().await;
    let (_, _, tab) = ada.get("/account").await;
    shop.minutes_later(11);
    let (status, led_to, _) = ada.get("/account/two-factor").await;
    assert!(status == StatusCode::SEE_OTHER && led_to.starts_with("/confirm?next="), "{led_to}");
    assert_eq!(ada.prove(&led_to).await, "/account/two-factor");
    let csrf = field(&tab, "csrf_token");
    let (status, ..) = ada.post("/account", &[("csrf_token", &csrf), ("name", "Ada B"), ("locale", "en")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    // Not after one signed out, though: and it is said in words.
    ada.post("/logout", &[("csrf_token", &csrf)]).await;
    let (status, _, page) = ada.post("/account", &[("csrf_token", &csrf), ("name", "Ada C"), ("locale", "en")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("This page is out of date") && page.contains("nothing was changed"), "{page}");
}

#[tokio::test]
async fn what_was_typed_comes_back_after_a_proof_and_what_cannot_be_kept_is_told() {
    let (shop, mut ada) = ada().await;
    let (_, _, page) = ada.get("/roles").await;
    let csrf = field(&page, "csrf_token");
    shop.minutes_later(11);
    let typed = [("csrf_token", &*csrf), ("name", "Night shift"), ("description", "Those who stay")];
    let (_, led_to, _) = ada.post("/roles", &typed).await;
    assert!(ada.get(&led_to).await.2.contains("What you typed is kept."));
    let back = ada.prove(&led_to).await;
    let (_, _, page) = ada.get(&back).await;
    assert!(page.contains("Night shift") && page.contains("Those who stay"), "{page}");
    assert!(!ada.get(&back).await.2.contains("Night shift"), "once");

    shop.minutes_later(22);
    let long = "x".repeat(4_000);
    let (_, led_to, _) = ada.post("/roles", &[("csrf_token", &csrf), ("name", "N"), ("description", &long)]).await;
    let (_, _, page) = ada.get(&led_to).await;
    assert!(page.contains("too long to be kept") && !page.contains("What you typed is kept."), "{page}");
}

#[tokio::test]
async fn ending_ones_own_sessions_asks_for_a_fresh_proof_and_signing_out_for_none() {
    let (shop, mut ada) = ada().await;
    let other = shop.signed_in(ADA, ADAS).await;
    let (_, _, page) = ada.get("/account/sessions").await;
    let csrf = field(&page, "csrf_token");
    let one = page.split_once("/account/sessions/").unwrap().1.split_once("/end\"").unwrap().0.to_owned();
    shop.minutes_later(11);
    for path in [format!("/account/sessions/{one}/end"), "/account/sessions/end-others".to_owned()] {
        let (status, led_to, _) = ada.post(&path, &[("csrf_token", &csrf)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(led_to.starts_with("/confirm?next=") && led_to.ends_with("%2Faccount%2Fsessions"), "{led_to}");
    }
    let (_, led_to, _) = ada.post("/account/sessions/end-others", &[("csrf_token", &csrf)]).await;
    assert_eq!(ada.prove(&led_to).await, "/account/sessions");
    let mut other = other;
    assert_eq!(other.get("/account").await.0, StatusCode::OK, "nothing ended yet");
    let (_, to, _) = ada.post("/account/sessions/end-others", &[("csrf_token", &csrf)]).await;
    assert_eq!(to, "/account/sessions");
    assert_eq!(other.get("/account").await.0, StatusCode::SEE_OTHER);
    shop.minutes_later(22);
    assert_eq!(ada.post("/logout", &[("csrf_token", &csrf)]).await.1, "/login");
}

#[tokio::test]
async fn the_key_that_was_scanned_stays_the_same_when_the_proof_became_too_old_meanwhile() {
    let (shop, mut ada) = ada().await;
    let (_, _, page) = ada.get("/account/two-factor").await;
    let key = page.split_once("id=\"key\">").unwrap().1.split_once('<').unwrap().0.to_owned();
    let (csrf, sealed) = (field(&page, "csrf_token"), field(&page, "enrolment"));
    shop.minutes_later(11);
    let typed = [("csrf_token", &*csrf), ("enrolment", &*sealed), ("code", "123456")];
    let (_, led_to, _) = ada.post("/account/two-factor/add", &typed).await;
    assert!(led_to.starts_with("/confirm?next="), "{led_to}");
    let back = ada.prove(&led_to).await;
    assert!(ada.get(&back).await.2.contains(&key), "another key");
}
