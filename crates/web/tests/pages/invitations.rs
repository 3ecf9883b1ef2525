//! Invitations, from the inviter's page to the colleague's.

use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::{Client, invitation};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::language::Language;

use crate::shop::{ADA, ADAS, BEA, BEAS, Shop, field, shop};

/// Invites Bea from the console; gives the path and query of the link.
async fn invited(shop: &Shop) -> String {
    let (email, name) = (Email::parse(BEA).unwrap(), DisplayName::parse("Bea").unwrap());
    let here = Client::console();
    let link = invitation::invite(&shop.access, Authority::CommandLine, &here, email, name, &[]).await.unwrap();
    format!("/invitation{}", link.split_once("/invitation").unwrap().1)
}

#[tokio::test]
async fn an_invitation_is_opened_when_somebody_types_and_not_when_a_scanner_fetches_it() {
    let shop = shop(vec![]).await;
    let link = invited(&shop).await;
    let own = format!("/operators/{}", shop.operator(BEA).await.id().0);
    let mut ada = shop.signed_in(ADA, ADAS).await;
    let mut scanner = shop.browser().await;
    for _ in 0..2 {
        let (_, to, _) = scanner.get(&link).await;
        assert_eq!(scanner.get(&to).await.0, StatusCode::OK);
    }
    // It runs what is on the page, and has no CSRF token to send.
    let (status, ..) = scanner.post("/invitation", &[("password", "short")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(ada.get("/operators").await.2.contains("Mail waits") && !ada.get(&own).await.2.contains("Opened"));

    let mut bea = shop.browser().await;
    let (_, to, _) = bea.get(&link).await;
    let csrf = field(&bea.get(&to).await.2, "csrf_token");
    let (status, ..) = bea.post("/password/strength", &[("csrf_token", &csrf), ("password", "sev")]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(ada.get("/operators").await.2.contains("<span class=\"hint\">Opened</span>"));
    assert!(ada.get(&own).await.2.contains("but no password is chosen yet"));
    let (status, ..) = bea.post("/invitation", &[("csrf_token", &csrf), ("password", BEAS)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(!ada.get("/operators").await.2.contains("Opened"), "who has a password is invited no more");
}

#[tokio::test]
async fn whoever_accepts_with_a_french_browser_reads_french_from_then_on() {
    let shop = shop(vec![]).await;
    let link = invited(&shop).await;
    assert_eq!(shop.operator(BEA).await.account().language, Language::En);
    let mut bea = shop.browser().await.speaking("fr-CA,fr;q=0.9,en;q=0.5");
    let (_, to, _) = bea.get(&link).await;
    let (_, _, page) = bea.get(&to).await;
    assert!(page.contains("Créez votre mot de passe"), "{page}");
    let csrf = field(&page, "csrf_token");
    let (status, ..) = bea.post("/invitation", &[("csrf_token", &csrf), ("password", BEAS)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(shop.operator(BEA).await.account().language, Language::Fr);
}
