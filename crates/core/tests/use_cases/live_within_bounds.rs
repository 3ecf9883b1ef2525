//! Whatever is changed, brought back or written into the database in whatever order: no value outside its bounds is live.

use portcullis_core::Access;
use portcullis_core::authority::Authority;
use portcullis_core::parameters::{ChangeError, Earlier, Wish, change, changes, restoring};
use portcullis_domain::parameter::{ALIAS, ALL};
use portcullis_domain::ports::storage::{Page, Storage};
use proptest::prelude::*;

use crate::app::{TestApp, here};

const ALL_CHANGES: Page = Page { offset: 0, limit: 500 };

/// What somebody does: a parameter's number among all, and one more for the alias.
#[derive(Debug, Clone)]
enum Act {
    /// Wishes, as a form or a script sends them, with what the form showed.
    Change(Vec<(usize, String, Option<String>)>),
    /// Brings back what an earlier change gave it; beyond them what applied before the first.
    Restore(usize, usize),
    /// Writes a row into the database by hand.
    Write(usize, String),
}

fn key(number: usize) -> &'static str {
    ALL.get(number).map_or(ALIAS, |parameter| parameter.key)
}

/// Values that fit, that nearly fit, and that were never meant to.
fn text() -> impl Strategy<Value = String> {
    let ends =
        ["0", "1", "4", "5", "8", "15", "24", "60", "64", "65", "100", "101", "168", "365", "1024", "1440", "1441"];
    let odd = [
        "",
        " ",
        "+30",
        " 30 ",
        "-0",
        "007",
        "1e3",
        "0x1F",
        "NaN",
        "inf",
        "4294967296",
        "18446744073709551616",
        "\u{ff13}\u{ff10}",
        "30\0",
        "30\n",
        "3\u{a0}0",
        "nist\0",
        "CUSTOM",
        "true ",
        "TRUE",
        "1",
        "0/0",
        "1/0",
        "0/1",
        "1/1",
        "100/1440",
        "101/1440",
        "5/1441",
        " 5 / 60 ",
        "5/60/7",
        "5//60",
        "/",
        "-5/60",
        "5/-60",
        "\u{202e}30",
        "'; DROP TABLE parameters; --",
        "admin",
        "grey-otter-4-river",
        "blue-heron-9-lake",
        "../../etc/passwd",
    ];
    let words =
        ["nist", "pci-dss", "classic", "custom", "true", "false", "nobody", "super-administrators", "everybody"];
    prop_oneof![
        3 => prop::sample::select(ends.to_vec()).prop_map(str::to_owned),
        3 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => "[-+0-9eE./ NaN]{0,12}",
        1 => "\\PC{0,24}",
        1 => (1..200_u32, 1..3_000_u32).prop_map(|(count, minutes)| format!("{count}/{minutes}")),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let number = || 0..=ALL.len();
    let wish = (number(), text(), prop::option::of(text()));
    prop_oneof![
        4 => prop::collection::vec(wish, 1..4).prop_map(Act::Change),
        2 => (number(), 0..6_usize).prop_map(|(number, nth)| Act::Restore(number, nth)),
        3 => (number(), text()).prop_map(|(number, text)| Act::Write(number, text)),
    ]
}

async fn perform(app: &TestApp, act: &Act) {
    let wishes = match act {
        Act::Write(number, text) => {
            app.set_parameter(key(*number), text).await;
            return;
        }
        Act::Change(wishes) => {
            wishes.iter().map(|(n, text, shown)| Wish { shown: shown.clone(), ..Wish::new(key(*n), text) }).collect()
        }
        Act::Restore(number, nth) => {
            let recorded = changes(&app.access, key(*number), ALL_CHANGES).await.unwrap().unwrap();
            let earlier = recorded.get(*nth).map_or(Earlier::BeforeTheFirst, |change| Earlier::Change(change.number));
            restoring(&app.access, key(*number), earlier).await.unwrap().into_iter().collect::<Vec<_>>()
        }
    };
    let done = change(&app.access, &here(), Authority::CommandLine, &wishes, false).await;
    assert!(!matches!(done, Err(ChangeError::Storage(_) | ChangeError::Forbidden)), "{done:?}");
    if let Ok(done) = done {
        // What is written by a change is a value, also where the row was none before.
        let rows = app.storage.view().await.unwrap().parameters().await.unwrap();
        for parameter in ALL.iter().filter(|parameter| done.keys.contains(&parameter.key)) {
            let (_, stored) = rows.iter().find(|(key, _)| key == parameter.key).unwrap();
            assert_eq!(parameter.canonical(stored).as_ref(), Ok(stored), "{}", parameter.key);
        }
    }
}

/// The first parameter that is live with what is no value of it, and what that is.
async fn outside(access: &Access) -> Option<(&'static str, String)> {
    let live = access.parameters().await.unwrap();
    for parameter in ALL {
        let value = live.text(parameter.key);
        if parameter.canonical(&value).as_ref() != Ok(&value) {
            return Some((parameter.key, value));
        }
    }
    // And so it is where it is used.
    let (policy, lifetime) = (live.password_policy(), live.session_lifetime());
    let fits = (8..=64).contains(&policy.min_length)
        && (64..=1024).contains(&policy.max_length)
        && policy.min_strength <= 4
        && policy.history <= 24
        && policy.max_age_days <= 365
        && (5..=1440).contains(&lifetime.idle.whole_minutes())
        && (1..=24).contains(&lifetime.absolute.whole_hours())
        && (1..=100).contains(&live.rate("sign_in.per_address").burst());
    let alias = access.alias().await;
    let guessable = portcullis_domain::alias::Alias::parse(alias.as_str()).is_err();
    if fits && !guessable {
        None
    } else {
        Some(("as it is used", format!("{policy:?} {lifetime:?} {}", alias.as_str())))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]
    #[test]
    fn no_value_outside_its_bounds_is_ever_live(acts in prop::collection::vec(act(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let broken = runtime.block_on(async {
            let app = TestApp::empty().await;
            for act in acts {
                perform(&app, &act).await;
                if let Some(what) = outside(&app.access).await {
                    return Some((act, what, "here"));
                }
                // A node that starts now reads the rows as they stand, and another one reads them by and by.
                if let Some(what) = outside(&app.node(|_| ()).await).await {
                    return Some((act, what, "elsewhere"));
                }
            }
            None
        });
        prop_assert!(broken.is_none(), "{broken:?}");
    }
}
