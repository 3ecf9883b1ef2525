//! Parameters come back to what they were, and rows that are out of bounds to what applies.

use portcullis_core::authority::Authority;
use portcullis_core::parameters::{Earlier, Wish, change, changes, restoring};
use portcullis_domain::alias::Alias;
use portcullis_domain::parameter::ALIAS;
use portcullis_domain::ports::storage::{Page, Storage};

use crate::app::{TestApp, here};
use crate::parameters::{live, set};

const ALL_CHANGES: Page = Page { offset: 0, limit: 500 };

#[tokio::test]
async fn saving_what_applies_mends_a_row_that_is_out_of_bounds_and_says_what_stood_there() {
    let app = TestApp::new().await;
    set(&app, &[("password.preset", "pci-dss")]).await.unwrap();
    let evil = format!("=cmd|' /C calc'!A0{}", "x".repeat(500));
    let broken = [("session.idle_minutes", "0"), ("password.min_length", "7"), ("step_up.minutes", &*evil)];
    for (key, text) in broken {
        app.set_parameter(key, text).await;
    }
    assert_eq!(
        (live(&app, "session.idle_minutes").await, live(&app, "step_up.minutes").await),
        ("30".into(), "10".into())
    );
    let typed = |key: &str, text: &str| Wish { shown: Some(text.to_owned()), ..Wish::new(key, text) };
    let form =
        [typed("session.idle_minutes", "30"), typed("password.min_length", "12"), typed("reset_link.minutes", "30")];
    let done = change(&app.access, &here(), Authority::CommandLine, &form, false).await.unwrap();
    assert_eq!(done.keys, ["session.idle_minutes", "password.min_length"]);
    assert_eq!(live(&app, "password.preset").await, "pci-dss", "to mend a row is to change no rule");
    let wish = restoring(&app.access, "step_up.minutes", Earlier::BeforeTheFirst).await.unwrap().unwrap();
    change(&app.access, &here(), Authority::CommandLine, &[wish], false).await.unwrap();
    let rows = app.storage.view().await.unwrap().parameters().await.unwrap();
    let stored = |key: &str| rows.iter().find(|(name, _)| name == key).unwrap().1.clone();
    let mended = ["session.idle_minutes", "password.min_length", "step_up.minutes"].map(stored);
    assert_eq!(mended, ["30", "12", "10"]);
    let events = app.events().await;
    let (event, first) = (&events[0], &events[2]);
    assert_eq!((&*first.details["before"], &*first.details["after"]), ("0", "30"));
    assert_eq!((event.details["before"].chars().count(), &*event.details["after"]), (100, "10"));
}

#[tokio::test]
async fn an_earlier_value_comes_back_by_the_number_of_its_change_and_the_default_by_none() {
    let app = TestApp::new().await;
    for minutes in ["20", "40", "20"] {
        set(&app, &[("session.idle_minutes", minutes)]).await.unwrap();
    }
    set(&app, &[("step_up.minutes", "5")]).await.unwrap();
    let of = async |key: &str| changes(&app.access, key, ALL_CHANGES).await.unwrap().unwrap();
    let earlier = of("session.idle_minutes").await;
    let restored = async |key: &str, earlier| restoring(&app.access, key, earlier).await.unwrap().map(|wish| wish.text);
    let second = Earlier::Change(earlier[1].number);
    assert_eq!(restored("session.idle_minutes", second).await.as_deref(), Some("40"));
    assert_eq!(restored("session.idle_minutes", Earlier::BeforeTheFirst).await.as_deref(), Some("30"));
    // What was never a change of it, and what is nobody's business.
    assert_eq!(restored("step_up.minutes", second).await, None);
    assert_eq!(restored("session.idle_minutes", Earlier::Change(i64::MAX)).await, None);
    assert_eq!(restored("no.such", Earlier::BeforeTheFirst).await, None);
    app.access.set_alias(Alias::parse("grey-otter-4-river").unwrap()).await.unwrap();
    let alias = of(ALIAS).await;
    assert!(alias.iter().all(|recorded| recorded.change.text.is_empty()));
    assert_eq!(restored(ALIAS, Earlier::Change(alias[0].number)).await, None);
}
