//! Earlier values of parameters, brought back from their page.

use poem::http::StatusCode;
use portcullis_core::Client;
use portcullis_core::authority::Authority;
use portcullis_core::parameters::{Wish, change};

use crate::shop::{ADA, ADAS, Browser, Shop, field, shop};

async fn set(shop: &Shop, key: &str, text: &str) {
    change(&shop.access, &Client::console(), Authority::CommandLine, &[Wish::new(key, text)], false).await.unwrap();
}

async fn live(shop: &Shop, key: &str) -> String {
    shop.access.parameters().await.unwrap().text(key)
}

/// The numbers of the changes that a parameter's page offers to bring back, and the page.
async fn offered(ada: &mut Browser, key: &str) -> (Vec<String>, String) {
    let (_, _, page) = ada.get(&format!("/parameters/{key}")).await;
    let named = page.split("name=\"change\" value=\"").skip(1);
    (named.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect(), page)
}

#[tokio::test]
async fn what_applied_before_the_first_change_comes_back_and_what_applies_is_not_offered() {
    let shop = shop(vec![]).await;
    let mut ada = shop.signed_in(ADA, ADAS).await;
    let key = "session.idle_minutes";
    assert_eq!(offered(&mut ada, key).await.0, Vec::<String>::new(), "nobody changed it");
    set(&shop, key, "20").await;
    let (numbers, page) = offered(&mut ada, key).await;
    assert_eq!(numbers, ["first"]);
    assert!(page.contains("Before the first change"), "{page}");
    let csrf = field(&page, "csrf_token");
    let fields = [("csrf_token", &*csrf), ("change", "first")];
    let done = ada.post(&format!("/parameters/{key}/restore"), &fields).await;
    assert_eq!((done.0, &*done.1), (StatusCode::SEE_OTHER, "/parameters?done=saved"));
    assert_eq!(live(&shop, key).await, "30");
    let (numbers, _) = offered(&mut ada, key).await;
    assert_eq!(numbers.len(), 1, "20, and not the default once more");
}

#[tokio::test]
async fn password_rules_are_not_restored_before_it_is_seen_whom_they_concern() {
    let shop = shop(vec![]).await;
    let mut ada = shop.signed_in(ADA, ADAS).await;
    let key = "password.min_length";
    set(&shop, key, "30").await;
    set(&shop, key, "16").await;
    let (numbers, page) = offered(&mut ada, key).await;
    let [thirty, _] = &*numbers else { panic!("{numbers:?}") };
    let csrf = field(&page, "csrf_token");
    let fields = [("csrf_token", &*csrf), ("change", &**thirty)];
    let (status, to, _) = ada.post(&format!("/parameters/{key}/restore"), &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(live(&shop, key).await, "16", "nothing is saved yet");
    let to = to.strip_suffix("#password").unwrap();
    let (_, _, page) = ada.get(to).await;
    assert!(page.contains("One operator has a password that was set under weaker rules"), "{page}");
    assert!(page.contains("At least 30 characters") && page.contains("name=\"ask_weaker\""), "{page}");
    assert!(page.contains("name=\"was.password.min_length\" value=\"16\""), "{page}");
    let typed = [("csrf_token", &*csrf), (key, "30"), ("was.password.min_length", "16"), ("ask_weaker", "1")];
    let (_, to, _) = ada.post("/parameters", &typed).await;
    assert_eq!(to, "/parameters?done=saved&asked=1");
    assert_eq!(live(&shop, key).await, "30");
    // An address that somebody made up changes nothing, and shows the page as it is.
    for odd in [
        "restore=no.such&change=first",
        "restore=password.min_length&change=x",
        "change=1",
        "restore=second_admin_alias&change=first",
    ] {
        let (status, _, page) = ada.get(&format!("/parameters?{odd}")).await;
        assert!(status == StatusCode::OK && !page.contains("name=\"ask_weaker\""), "{odd}");
    }
}
