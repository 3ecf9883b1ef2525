//! The audit trail's page: whom its filter means.

use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::{Client, operator_care};

use crate::shop::{ADA, ADAS, BEA, BEAS, shop};

#[tokio::test]
async fn a_deleted_operator_is_filtered_by_name_and_address_and_namesakes_are_offered() {
    let shop = shop(vec![]).await;
    let bea = shop.active(BEA, BEAS).await;
    shop.signed_in(BEA, BEAS).await;
    operator_care::delete(&shop.access, Authority::CommandLine, &Client::console(), bea).await.unwrap();
    let mut ada = shop.signed_in(ADA, ADAS).await;
    for typed in ["actor=Somebody", "actor=BEA%40shop.example"] {
        let (status, _, page) = ada.get(&format!("/audit?{typed}")).await;
        let rows = page.split_once("<tbody>").unwrap().1;
        assert!(
            status == StatusCode::OK && rows.contains("Signed in") && !rows.contains("The command line"),
            "{typed}"
        );
    }
    // Two who are there by the same name: one is asked which, and keeps the rest of the filter.
    shop.active(BEA, BEAS).await;
    let cyd = shop.active("cyd@shop.example", BEAS).await;
    let (status, _, page) = ada.get("/audit?target=Somebody&action=operator.invited").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Who or what do you mean?") && page.contains("bea@shop.example"), "{page}");
    let link = format!("/audit?action=operator.invited&amp;target={}", cyd.0);
    assert!(page.contains(&link) || page.contains(&link.replace("&amp;", "&#38;")), "{page}");
    let (status, _, page) = ada.get(&format!("/audit?action=operator.invited&target={}", cyd.0)).await;
    assert!(status == StatusCode::OK && page.split_once("<tbody>").unwrap().1.matches("<tr>").count() == 1);
    assert_eq!(ada.get("/audit/export?format=csv&target=Somebody").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}
