//! What parameters were before, and who changed them.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_domain::audit::Actor;
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::ports::storage::{Page, Storage, View};
use time::Duration;

use crate::fixtures::{FIRST, RACERS, id, linger, now, race};

/// A change of `n` seconds from now.
pub(crate) fn change(n: u32, key: &str) -> ParameterChange {
    let by = [Actor::Operator(id(n), format!("Zoé {n} 🐢 | 'x'")), Actor::CommandLine, Actor::System, Actor::Stranger];
    ParameterChange {
        key: key.to_owned(),
        text: format!("text {n} 🐢 '\""),
        by: by[usize::try_from(n % 4).unwrap()].clone(),
        at: now() + Duration::seconds(i64::from(n)),
    }
}

/// The changes of a parameter without their numbers.
pub(crate) async fn listed<V: View + ?Sized>(view: &mut V, key: &str, page: Page) -> Vec<ParameterChange> {
    let found = view.parameter_changes(key, page).await.unwrap();
    found.into_iter().map(|recorded| recorded.change).collect()
}

async fn changed(storage: &Arc<dyn Storage>, changes: &[ParameterChange]) {
    let mut unit = storage.begin().await.unwrap();
    linger().await;
    for change in changes {
        unit.change_parameter(change).await.unwrap();
    }
    linger().await;
    unit.commit().await.unwrap();
}

pub(crate) async fn a_change_sets_the_parameter_and_is_recorded(storage: Arc<dyn Storage>) {
    changed(&storage, &[change(1, "a"), change(2, "b"), change(3, "a")]).await;
    changed(&storage, &[change(4, "a")]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.set_parameter("b", "by nobody").await.unwrap();
    unit.set_parameter("c", "by nobody").await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    let mut parameters = view.parameters().await.unwrap();
    parameters.sort();
    let texts = [("a", change(4, "a").text), ("b", "by nobody".to_owned()), ("c", "by nobody".to_owned())];
    assert_eq!(parameters, texts.map(|(key, text)| (key.to_owned(), text)));
    let changes = listed(view.as_mut(), "a", FIRST).await;
    assert_eq!(changes, [change(4, "a"), change(3, "a"), change(1, "a")], "newest first");
    assert_eq!(listed(view.as_mut(), "b", FIRST).await, [change(2, "b")]);
    assert_eq!(listed(view.as_mut(), "c", FIRST).await, [], "of what is not a change nothing is recorded");
    let mut latest = view.latest_parameter_changes().await.unwrap();
    latest.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(latest, [change(4, "a"), change(2, "b")], "one for each that was ever changed");
}

pub(crate) async fn changes_come_newest_first_and_complete(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().latest_parameter_changes().await.unwrap(), []);
    // Three at a time in the same microsecond: what is equal must not get lost between two pages.
    let changes: Vec<ParameterChange> =
        (0..50).map(|n| ParameterChange { at: change(n / 3, "a").at, ..change(n, "a") }).collect();
    changed(&storage, &changes).await;
    changed(&storage, &[change(100, "b")]).await;
    let mut view = storage.view().await.unwrap();
    let mut pages = Vec::new();
    for page in 0..8 {
        pages.extend(listed(view.as_mut(), "a", Page { offset: page * 7, limit: 7 }).await);
    }
    assert!(pages.windows(2).all(|pair| pair[0].at >= pair[1].at));
    assert_eq!(pages.len(), changes.len());
    assert!(changes.iter().all(|change| pages.contains(change)));
}

pub(crate) async fn a_change_is_found_by_its_number_under_its_own_key(storage: Arc<dyn Storage>) {
    // Equal to the last letter, and in the same microsecond: the number alone tells them apart.
    changed(&storage, &[change(1, "a"), change(1, "a"), change(2, "b")]).await;
    let mut view = storage.view().await.unwrap();
    let of_a = view.parameter_changes("a", FIRST).await.unwrap();
    let of_b = view.parameter_changes("b", FIRST).await.unwrap();
    let numbers: BTreeSet<i64> = of_a.iter().chain(&of_b).map(|recorded| recorded.number).collect();
    assert_eq!(numbers.len(), 3, "no number stands for two");
    for recorded in &of_a {
        let found = view.parameter_change("a", recorded.number).await.unwrap();
        assert_eq!(found.as_ref(), Some(&recorded.change));
        assert_eq!(view.parameter_change("b", recorded.number).await.unwrap(), None, "it is another's");
    }
    for none in [0, -1, i64::MAX, i64::MIN] {
        assert_eq!(view.parameter_change("a", none).await.unwrap(), None, "{none}");
    }
}

pub(crate) async fn of_racing_changes_every_one_is_recorded(storage: Arc<dyn Storage>) {
    race(&storage, RACERS, |n, storage| async move { changed(&storage, &[change(n, "a")]).await }).await;
    let expected: Vec<ParameterChange> = (0..RACERS).rev().map(|n| change(n, "a")).collect();
    let mut view = storage.view().await.unwrap();
    assert_eq!(listed(view.as_mut(), "a", FIRST).await, expected);
    assert_eq!(view.parameters().await.unwrap().len(), 1);
    assert_eq!(view.latest_parameter_changes().await.unwrap(), expected[..1]);
}
