//! Who was denied what stands in the audit trail, and a stranger cannot fill it.

use poem::http::StatusCode;
use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::role::Grants;
use portcullis_domain::session::Stage;
use time::Duration;

use super::{AccountKind, EXPECTED, House, Persona, Storage};

async fn denials(house: &House) -> Vec<AuditEvent> {
    let page = portcullis_domain::ports::storage::Page { offset: 0, limit: 500 };
    let events = house.storage.view().await.unwrap().audit_events(page).await.unwrap();
    events.into_iter().filter(|event| event.action == Action::Denied).collect()
}

#[tokio::test]
async fn a_missing_permission_and_a_forged_form_leave_an_event_with_route_and_reason() {
    let house = House::new().await;
    let account = Some(house.account(100, AccountKind::Operator, &Grants::default()).await);
    let grants = Grants::default();
    let bea = Persona { name: "nobody much".to_owned(), account, stage: Stage::SignedIn, operator: true, grants };
    let cookie = house.cookie(&bea, Duration::ZERO).await;
    let token = house.token_of_forms(&cookie).await;
    assert_eq!(house.knock("GET", "/operators/{id}", &cookie, "").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(house.knock("POST", "/roles", &cookie, &token).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(house.knock("POST", "/account", &cookie, "AAAA").await.status(), StatusCode::FORBIDDEN);
    let events = denials(&house).await;
    let told = |route: &str, reason: &str| {
        let found = events.iter().find(|event| event.details.get("route").is_some_and(|told| told == route));
        let event = found.unwrap_or_else(|| panic!("no event for {route}: {events:?}"));
        assert_eq!(event.details.get("reason").map(String::as_str), Some(reason), "{route}");
        assert!(matches!(event.actor, Actor::Operator(id, _) if Some(id) == account), "{route}");
        assert!(event.address.is_some() && event.details.contains_key("device"), "{route}");
    };
    told("GET /operators/{id}", "permission");
    told("POST /roles", "permission");
    told("POST /account", "out-of-date");
    assert!(!format!("{events:?}").contains(house.base.trim_matches('/')), "no event tells the alias");
}

#[tokio::test]
async fn denials_of_one_address_are_recorded_up_to_a_bound() {
    let house = House::new().await;
    let stranger = Persona {
        name: "a stranger".to_owned(),
        account: None,
        stage: Stage::SignedIn,
        operator: false,
        grants: Grants::default(),
    };
    let cookie = house.cookie(&stranger, Duration::ZERO).await;
    for _ in 0..10 {
        for (method, path, ..) in EXPECTED.iter().filter(|(method, ..)| *method == "POST") {
            assert_eq!(house.knock(method, path, &cookie, "forged").await.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
    let events = denials(&house).await;
    assert_eq!(events.len(), 60);
    assert!(events.iter().all(|event| event.actor == Actor::Stranger));
}
