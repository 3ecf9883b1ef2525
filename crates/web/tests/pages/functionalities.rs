//! The installation's functionalities: shown to whoever holds them, and what becomes of permissions when one is gone.

use poem::http::StatusCode;
use portcullis_core::authority::Authority;
use portcullis_core::invitation::{self, InviteError};
use portcullis_core::operator_care::{self, CareError};
use portcullis_core::{Client, roles};
use portcullis_domain::account::AccountStatus;
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::functionality::{BuiltIn, Functionality, FunctionalityId};
use portcullis_domain::role::Level;

use crate::shop::{ADA, ADAS, BEA, BEAS, field, shop};

fn functionality(id: &str, url: Option<&str>) -> Functionality {
    Functionality {
        id: FunctionalityId::parse(id).unwrap(),
        name: format!("The {id}"),
        description: String::new(),
        url: url.map(str::to_owned),
    }
}

#[tokio::test]
async fn the_menu_of_every_wide_page_shows_the_functionalities_that_one_holds_and_no_other() {
    let (orders, stock) = (functionality("orders", Some("https://shop.example/orders")), functionality("stock", None));
    let returns = functionality("returns", Some("/returns"));
    let shop = shop(vec![orders.clone(), stock.clone(), returns]).await;
    let bea = shop.active(BEA, BEAS).await;
    let held = [(orders.id, Level::View), (stock.id, Level::Manage), (BuiltIn::Mail.id(), Level::View)];
    shop.set_roles(bea, &[shop.role(7, "Some", &held).await]).await;
    let mut bea = shop.signed_in(BEA, BEAS).await;
    for path in ["", "/mail", "/account", "/account/sessions"] {
        let (status, _, page) = bea.get(path).await;
        let menu = page.split_once("<nav class=\"sidemenu\"").unwrap().1.split_once("</nav>").unwrap().0;
        assert_eq!(status, StatusCode::OK);
        assert!(menu.contains("<a href=\"https://shop.example/orders\">The orders</a>"), "{path}: {menu}");
        assert!(!menu.contains("The returns") && !menu.contains("The stock"), "{path}: {menu}");
    }
    assert!(bea.get("").await.2.contains("The stock"), "the dashboard says that it is there");
    let mut ada = shop.signed_in(ADA, ADAS).await;
    assert!(ada.get("/roles").await.2.contains("<a href=\"/returns\">The returns</a>"));
}

#[tokio::test]
async fn a_permission_of_a_functionality_that_is_gone_is_shown_as_such_and_dropped_by_whoever_lacks_it() {
    let shop = shop(vec![]).await;
    let gone = FunctionalityId::parse("gone").unwrap();
    let own = [(BuiltIn::Roles.id(), Level::Manage), (BuiltIn::Operators.id(), Level::Manage)];
    let editor = shop.role(7, "Editor", &own).await;
    let old = shop.role(8, "Old", &[(gone.clone(), Level::View), (BuiltIn::Roles.id(), Level::View)]).await;
    let bea = shop.active(BEA, BEAS).await;
    shop.set_roles(bea, &[editor]).await;
    let cyd = shop.active("cyd@shop.example", BEAS).await;
    let mut bea = shop.signed_in(BEA, BEAS).await;

    // Another node may know the functionality: whoever lacks it neither gives the role nor touches whoever holds it.
    let (bea_now, ada) = (shop.request_of(BEA, BEAS).await, shop.request_of(ADA, ADAS).await);
    let (by, here) = (Authority::Operator(&bea_now), Client::console());
    let given = operator_care::set_roles(&shop.access, by, &here, cyd, &[old], None).await;
    assert!(matches!(given, Err(CareError::Forbidden)), "{given:?}");
    let (address, name) = (Email::parse("dee@shop.example").unwrap(), DisplayName::parse("Dee").unwrap());
    let invited = invitation::invite(&shop.access, by, &here, address, name, &[old]).await;
    assert!(matches!(invited, Err(InviteError::Forbidden)), "{invited:?}");
    let offered = format!("name=\"roles\" value=\"{}\"", old.0);
    assert!(!bea.get("/operators").await.2.contains(&offered), "nor is it offered");
    assert!(shop.signed_in(ADA, ADAS).await.get("/operators").await.2.contains(&offered), "but to whoever holds all");
    let all = Authority::Operator(&ada);
    operator_care::set_roles(&shop.access, all, &here, cyd, &[old], None).await.unwrap();
    let suspended = operator_care::suspend(&shop.access, by, &here, cyd).await;
    assert!(matches!(suspended, Err(CareError::Forbidden)), "{suspended:?}");
    operator_care::suspend(&shop.access, all, &here, cyd).await.unwrap();
    assert_eq!(shop.operator("cyd@shop.example").await.status(), AccountStatus::Suspended);

    let path = format!("/roles/{}", old.0);
    let (_, _, page) = bea.get(&path).await;
    assert!(page.contains("gone <span class=\"status\">Gone</span>"), "{page}");
    let line = page.split_once("value=\"gone:view\"").unwrap().1.split_once('>').unwrap().0;
    assert!(line.contains("checked") && !line.contains("disabled"), "{line}");
    let higher = page.split_once("value=\"gone:manage\"").unwrap().1.split_once('>').unwrap().0;
    assert!(higher.contains("disabled"), "{higher}");
    let csrf = field(&page, "csrf_token");
    let kept = [("csrf_token", &*csrf), ("name", "Old"), ("permissions", "gone:view"), ("permissions", "roles:view")];
    assert_eq!(bea.post(&path, &kept).await.0, StatusCode::SEE_OTHER, "it may stay");
    let stored = async || roles::find(&shop.access, old).await.unwrap().unwrap().grants;
    assert!(stored().await.allow(&gone, Level::View));
    assert_eq!(bea.post(&path, &kept[..2]).await.0, StatusCode::SEE_OTHER, "it is dropped");
    assert!(!stored().await.allow(&gone, Level::View));
    assert_eq!(bea.post(&path, &kept).await.0, StatusCode::UNPROCESSABLE_ENTITY, "and does not come back");
}
