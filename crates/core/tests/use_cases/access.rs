//! What is live: parameters within their bounds, and an alias that every node agrees on.

use std::sync::Arc;

use portcullis_core::{Access, Settings};
use portcullis_domain::alias::Alias;
use portcullis_domain::audit::Action;
use portcullis_domain::parameter::ALIAS;
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::rate_limit::RateLimit;
use time::Duration;
use tokio::sync::Notify;

use crate::app::{ADA, ADAS, FRESH, MICROSECOND, TestApp};
use crate::doubles::LateViews;

fn alias(text: &str) -> Alias {
    Alias::parse(text).unwrap()
}

#[tokio::test]
async fn a_row_out_of_bounds_falls_back_to_its_default() {
    let app = TestApp::new().await;
    let wrong = [
        ("session.idle_minutes", "0"),
        ("session.absolute_hours", "99999999999999999999"),
        ("sign_in.per_account_and_address", "0/0"),
        ("invitation.hours", "-1"),
        ("reset_link.minutes", ""),
        ("no.such.parameter", "1"),
    ];
    for (key, text) in wrong {
        app.set_parameter(key, text).await;
    }
    app.set_parameter("step_up.minutes", "5").await;
    let live = app.access.parameters().await.unwrap();
    assert_eq!(live.session_lifetime().idle, Duration::minutes(30));
    assert_eq!(live.session_lifetime().absolute, Duration::hours(8));
    assert_eq!(live.rate("sign_in.per_account_and_address"), RateLimit::new(5, Duration::minutes(15)));
    assert_eq!((live.number("invitation.hours"), live.number("reset_link.minutes")), (24, 30));
    assert_eq!(live.number("step_up.minutes"), 5, "what lies within stays");
    app.sign_in(ADA, ADAS).await.unwrap();
}

#[tokio::test]
async fn an_alias_is_made_once_and_found_again_by_every_node() {
    let app = TestApp::empty().await;
    let made = app.access.alias().await;
    assert_eq!(made.as_str().len(), 20);
    let again = app.node(|_| ()).await;
    assert!(again.alias().await == made);
    assert_eq!(again.back_office_url().await, format!("https://shop.example/{}", made.as_str()));
}

#[tokio::test]
async fn the_configured_alias_counts_at_the_first_start_only() {
    let app = TestApp::empty().await;
    let settings = Settings { first_alias: Some(alias("blue-heron-9-lake")), ..app.access.settings().clone() };
    let again = Access::start(app.access.ports().clone(), settings.clone()).await.unwrap();
    assert!(again.alias().await == app.access.alias().await);
    let mut ports = app.access.ports().clone();
    ports.storage = Arc::new(portcullis_storage_memory::MemoryStorage::new());
    let first = Access::start(ports, settings).await.unwrap();
    assert_eq!(first.alias().await.as_str(), "blue-heron-9-lake");
}

#[tokio::test]
async fn a_new_alias_is_live_at_once_here_and_within_half_a_second_elsewhere() {
    let app = TestApp::new().await;
    let elsewhere = app.node(|_| ()).await;
    let old = elsewhere.alias().await;
    let new = alias("grey-otter-4-river");
    app.access.set_alias(new.clone()).await.unwrap();
    assert!(app.access.alias().await == new);
    app.advance(FRESH - MICROSECOND);
    assert!(elsewhere.alias().await == old, "it is not read at every request");
    app.advance(MICROSECOND);
    assert!(elsewhere.alias().await == new);
    assert_eq!(app.count(Action::AliasChanged).await, 1);
}

#[tokio::test]
async fn a_reader_that_is_late_does_not_bring_the_old_alias_back() {
    let app = TestApp::new().await;
    let (opened, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let late = LateViews { storage: app.storage.clone(), opened: Arc::clone(&opened), go: Arc::clone(&go) };
    let node = app.node(|ports| ports.storage = Arc::new(late)).await;
    app.advance(FRESH);
    let new = alias("grey-otter-4-river");
    let change = async {
        opened.notified().await;
        node.set_alias(new.clone()).await.unwrap();
        go.notify_one();
    };
    let (seen, ()) = tokio::join!(node.alias(), change);
    assert!(seen == new && node.alias().await == new);
}

#[tokio::test]
async fn the_alias_stays_while_storage_is_away_and_nothing_is_decided() {
    let app = TestApp::new().await;
    let before = app.access.alias().await;
    app.storage.set_unavailable(true);
    app.advance(Duration::HOUR);
    assert!(app.access.alias().await == before);
    assert!(app.access.parameters().await.is_err());
    assert!(app.access.set_alias(alias("grey-otter-4-river")).await.is_err());
    assert!(app.access.alias().await == before, "what was not stored is not live");
    app.storage.set_unavailable(false);
    assert!(app.access.alias().await == before);
    app.advance(FRESH);
    assert!(app.access.parameters().await.is_ok(), "half a second later it is asked again");
}

#[tokio::test]
async fn an_alias_in_storage_that_is_none_leaves_the_last_one_known() {
    let app = TestApp::new().await;
    let before = app.access.alias().await;
    for wrong in ["", "admin", "../../etc/passwd", "administration"] {
        app.set_parameter(ALIAS, wrong).await;
        assert!(app.access.alias().await == before, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_does_not_keep_old_parameters_alive() {
    let app = TestApp::new().await;
    app.advance(Duration::seconds(-90));
    let mut unit = app.storage.begin().await.unwrap();
    unit.set_parameter("step_up.minutes", "5").await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(app.access.parameters().await.unwrap().number("step_up.minutes"), 5);
}

#[tokio::test]
async fn impatience_at_the_door_fails_nobody_who_waits_for_slow_storage() {
    let app = TestApp::new().await;
    let (opened, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = LateViews { storage: app.storage.clone(), opened, go: Arc::clone(&go) };
    let node = app.node(|ports| ports.storage = Arc::new(slow)).await;
    app.advance(FRESH);
    let known = node.alias().await;
    assert!(known == app.access.alias().await, "the door goes by what it knows");
    let inner = node.clone();
    let waiting = tokio::spawn(async move { inner.parameters().await.map(drop) });
    // The reading that the door did not wait for goes on, and serves whoever waits.
    go.notify_one();
    assert_eq!(waiting.await.unwrap(), Ok(()));
}
