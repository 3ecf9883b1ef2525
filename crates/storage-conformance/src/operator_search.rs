//! The operators by search, status, role and second factor.

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus, Operator};
use portcullis_domain::email::EmailKey;
use portcullis_domain::language::Language;
use portcullis_domain::ports::storage::operator_search::{MOST_GATHERED, OperatorFilter, Place, Walk};
use portcullis_domain::ports::storage::{Storage, View};
use portcullis_domain::role::RoleId;

use crate::fixtures::{FIRST, given, id, name, operator, uuid};
use crate::roles::{given_roles, role};
use crate::two_factors::protected;

const STATUSES: [AccountStatus; 3] = [AccountStatus::Invited, AccountStatus::Active, AccountStatus::Suspended];

/// Every second has the first role, every third the second one, every fifth a second factor, every seventh is an Anna;
/// and the statuses change every eight.
async fn given_some(storage: &Arc<dyn Storage>) -> Vec<u32> {
    let all: Vec<u32> = (1..=60).collect();
    let accounts: Vec<Account> = all
        .iter()
        .map(|n| Account {
            name: name(&if n % 7 == 0 { format!("ANNA {n:05}") } else { format!("Bea {n:05}") }),
            status: STATUSES[usize::try_from(n / 8 % 3).unwrap()],
            ..operator(*n)
        })
        .collect();
    given(storage, &accounts).await;
    let vendor = Account { kind: AccountKind::Vendor, name: name("Anna"), ..operator(70) };
    given(storage, &[vendor, Account { kind: AccountKind::Customer, ..operator(71) }]).await;
    given_roles(storage, &[role(1, "One", &[]), role(2, "Two", &[]), role(3, "Three", &[])]).await;
    let mut unit = storage.begin().await.unwrap();
    for n in &all {
        let roles = [1, 2].into_iter().filter(|role| n % (role + 1) == 0).map(|role| RoleId(uuid(role)));
        unit.set_roles(id(*n), &roles.collect::<Vec<_>>()).await.unwrap();
    }
    unit.set_roles(id(70), &[RoleId(uuid(1))]).await.unwrap();
    unit.commit().await.unwrap();
    let covered: Vec<u32> = all.iter().copied().filter(|n| n % 5 == 0).chain([70]).collect();
    protected(storage, &covered).await;
    // Sorted as they are listed: Anna before Bea.
    let mut sorted = all;
    sorted.sort_by_key(|n| (n % 7 != 0, *n));
    sorted
}

fn expected(all: &[u32], filter: &OperatorFilter) -> Vec<AccountId> {
    let asked = |n: &u32| {
        let search = match filter.search.as_str() {
            "" => true,
            "anna" => n.is_multiple_of(7),
            _ => false,
        };
        search
            && filter.status.is_none_or(|status| STATUSES[usize::try_from(n / 8 % 3).unwrap()] == status)
            && filter.role.is_none_or(|role| {
                (role == RoleId(uuid(1)) && n.is_multiple_of(2)) || (role == RoleId(uuid(2)) && n.is_multiple_of(3))
            })
            && filter.two_factor.is_none_or(|wanted| n.is_multiple_of(5) == wanted)
    };
    all.iter().filter(|n| asked(n)).map(|n| id(*n)).collect()
}

/// The whole list, walked on and then back again, which finds the same.
async fn walked(view: &mut dyn View, filter: &OperatorFilter, most: u64) -> Vec<AccountId> {
    let mut found: Vec<Operator> = Vec::new();
    loop {
        let walk = found.last().map_or(Walk::Begin, |last| Walk::On(Place::of(last)));
        let page = view.walk_operators(filter, &walk, most).await.unwrap();
        assert!(page.len() as u64 <= most);
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    if let Some((last, before)) = found.split_last() {
        let mut back: Vec<Operator> = Vec::new();
        loop {
            let from = back.first().unwrap_or(last);
            let mut page = view.walk_operators(filter, &Walk::Back(Place::of(from)), most).await.unwrap();
            if page.is_empty() {
                break;
            }
            page.append(&mut back);
            back = page;
        }
        assert_eq!(back, before, "{filter:?}");
    }
    found.iter().map(Operator::id).collect()
}

pub(crate) async fn a_short_search_finds_how_names_and_addresses_begin(storage: Arc<dyn Storage>) {
    let odd = Account { name: name("%_\\ Müller"), ..operator(3) };
    given(&storage, &[operator(1), operator(2), odd, Account { name: name("Zoé"), ..operator(4) }]).await;
    let mut view = storage.view().await.unwrap();
    for (search, expected) in [
        ("%", vec![3]),
        ("%_", vec![3]),
        ("_", vec![]),
        ("z", vec![4]),
        (" ZO", vec![4]),
        ("oé", vec![]),
        ("op", vec![3, 1, 2, 4]),
        ("@", vec![]),
        ("\0", vec![]),
        ("'", vec![]),
    ] {
        let filter = OperatorFilter { search: search.to_owned(), ..OperatorFilter::default() };
        let expected: Vec<AccountId> = expected.into_iter().map(id).collect();
        assert_eq!(walked(view.as_mut(), &filter, 2).await, expected, "{search:?}");
        assert_eq!(view.count_found_operators(&filter, 9).await.unwrap(), expected.len() as u64, "{search:?}");
    }
}

pub(crate) async fn a_search_that_finds_very_many_gathers_some_of_them(storage: Arc<dyn Storage>) {
    let many: Vec<Account> = (1..=230).map(operator).collect();
    given(&storage, &many).await;
    let mut view = storage.view().await.unwrap();
    for search in ["operator", "op"] {
        let filter = OperatorFilter { search: search.to_owned(), ..OperatorFilter::default() };
        assert_eq!(view.count_found_operators(&filter, 215).await.unwrap(), 215);
        assert_eq!(walked(view.as_mut(), &filter, 25).await.len() as u64, MOST_GATHERED, "{search}");
    }
    assert_eq!(walked(view.as_mut(), &OperatorFilter::default(), 25).await.len(), 230, "the list has them all");
}

pub(crate) async fn a_search_follows_names_and_deletions(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    given_roles(&storage, &[role(1, "One", &[])]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.set_roles(id(1), &[RoleId(uuid(1))]).await.unwrap();
    unit.set_roles(id(2), &[RoleId(uuid(1))]).await.unwrap();
    assert!(unit.set_profile(id(1), &name("Zoé"), Language::Fr).await.unwrap());
    unit.commit().await.unwrap();
    let holders = OperatorFilter { role: Some(RoleId(uuid(1))), ..OperatorFilter::default() };
    let searched = |search: &str| OperatorFilter { search: search.to_owned(), ..OperatorFilter::default() };
    let mut view = storage.view().await.unwrap();
    assert_eq!(walked(view.as_mut(), &holders, 1).await, [id(2), id(1)], "by the new name");
    assert_eq!(walked(view.as_mut(), &searched("zoé"), 1).await, [id(1)]);
    drop(view);
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.delete_account(id(1)).await.unwrap());
    unit.commit().await.unwrap();
    let mut view = storage.view().await.unwrap();
    assert_eq!(walked(view.as_mut(), &searched("zoé"), 1).await, []);
    assert_eq!(walked(view.as_mut(), &holders, 1).await, [id(2)]);
    assert_eq!(view.role_counts().await.unwrap().into_iter().collect::<Vec<_>>(), [(RoleId(uuid(1)), 1)]);
}

pub(crate) async fn filters_narrow_together_in_every_combination(storage: Arc<dyn Storage>) {
    let all = given_some(&storage).await;
    let mut view = storage.view().await.unwrap();
    for search in ["", "anna", "nobody"] {
        for status in [None, Some(STATUSES[0]), Some(STATUSES[1]), Some(STATUSES[2])] {
            for role in [None, Some(1), Some(2), Some(3), Some(99)] {
                for two_factor in [None, Some(true), Some(false)] {
                    let role = role.map(|n| RoleId(uuid(n)));
                    let filter = OperatorFilter { search: search.to_owned(), status, role, two_factor };
                    let expected = expected(&all, &filter);
                    let count = view.count_found_operators(&filter, 1_000).await.unwrap();
                    assert_eq!(count, expected.len() as u64, "{filter:?}");
                    let capped = view.count_found_operators(&filter, 7).await.unwrap();
                    assert_eq!(capped, count.min(7), "{filter:?}");
                    assert_eq!(walked(view.as_mut(), &filter, 25).await, expected, "{filter:?}");
                }
            }
        }
    }
}

pub(crate) async fn what_does_not_narrow_lists_all_as_they_are(storage: Arc<dyn Storage>) {
    given_some(&storage).await;
    let mut view = storage.view().await.unwrap();
    let all = view.operators("", FIRST).await.unwrap();
    assert_eq!(
        view.walk_operators(&OperatorFilter::default(), &Walk::Begin, 500).await.unwrap(),
        all,
        "with roles and grants"
    );
    let first = RoleId(uuid(1));
    let filter = OperatorFilter { role: Some(first), ..OperatorFilter::default() };
    let holders: Vec<Operator> = all.into_iter().filter(|operator| operator.roles().contains(&first)).collect();
    assert_eq!(view.walk_operators(&filter, &Walk::Begin, 500).await.unwrap(), holders, "who keep their other roles");
}

pub(crate) async fn a_filter_searches_as_the_list_does(storage: Arc<dyn Storage>) {
    let odd = Account { name: name("100%_\\ Müller"), ..operator(3) };
    given(&storage, &[operator(1), operator(2), odd]).await;
    let mut view = storage.view().await.unwrap();
    for search in [
        "",
        "0%_",
        "%_\\ m",
        "OPERATOR",
        "mÜLL",
        " operator-2@EXAMPLE.com ",
        "mu\u{308}ller",
        "'''",
        "\"\"\"",
        "a\0b",
        "OR*",
    ] {
        let filter = OperatorFilter { search: search.to_owned(), ..OperatorFilter::default() };
        let listed = view.operators(search, FIRST).await.unwrap();
        assert_eq!(view.walk_operators(&filter, &Walk::Begin, 500).await.unwrap(), listed, "{search:?}");
        assert_eq!(view.count_found_operators(&filter, 1_000).await.unwrap(), listed.len() as u64, "{search:?}");
    }
}

pub(crate) async fn a_whole_name_finds_those_who_are_called_so_among_however_many(storage: Arc<dyn Storage>) {
    // More than a search gathers have the name inside of theirs, before and after it.
    let annas = (1..=u32::try_from(MOST_GATHERED).unwrap() + 20).map(|n| Account {
        name: name(&format!("{} {n:03}", if n % 2 == 0 { "Ann" } else { "Joann" })),
        ..operator(n)
    });
    given(&storage, &annas.collect::<Vec<_>>()).await;
    let called = |n, text: &str| Account { name: name(text), ..operator(n) };
    let vendor = Account { kind: AccountKind::Vendor, ..called(205, "Ann") };
    let suspended = Account { status: AccountStatus::Suspended, ..called(204, "ANN") };
    given(&storage, &[called(202, "Ann"), called(201, "\u{ff21}nn"), vendor, suspended, called(206, "%")]).await;
    let mut view = storage.view().await.unwrap();
    for (typed, expected) in [
        ("ann", vec![201, 202, 204]),
        ("Ann 002", vec![2]),
        ("an", vec![]),
        ("%", vec![206]),
        ("_", vec![]),
        ("", vec![]),
    ] {
        let found = view.operators_named(&EmailKey::of(typed), 9).await.unwrap();
        assert_eq!(
            found.iter().map(Operator::id).collect::<Vec<_>>(),
            expected.into_iter().map(id).collect::<Vec<_>>()
        );
        for operator in found {
            assert_eq!(view.operator(operator.id()).await.unwrap(), Some(operator), "{typed:?}");
        }
    }
    let first = view.operators_named(&EmailKey::of("ANN"), 1).await.unwrap();
    assert_eq!(first.iter().map(Operator::id).collect::<Vec<_>>(), [id(201)]);
}

pub(crate) async fn active_operators_are_walked_by_identity_whatever_they_are_called(storage: Arc<dyn Storage>) {
    let mut accounts: Vec<Account> =
        (1..=9).map(|n| Account { status: STATUSES[usize::try_from(n % 3).unwrap()], ..operator(n) }).collect();
    accounts.extend([10, 11, 12].map(|n| Account { name: name(&format!("A {}", 99 - n)), ..operator(n) }));
    accounts.push(Account { kind: AccountKind::Vendor, ..operator(13) });
    given(&storage, &accounts).await;
    given_roles(&storage, &[role(1, "One", &[])]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.set_roles(id(10), &[RoleId(uuid(1))]).await.unwrap();
    unit.commit().await.unwrap();
    let mut found: Vec<Operator> = Vec::new();
    loop {
        let mut unit = storage.begin().await.unwrap();
        let page = unit.active_operators(found.last().map(Operator::id), 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        assert_eq!(unit.operator(last.id()).await.unwrap().as_ref(), Some(last));
        // Those who come next rename themselves to where they would have come before.
        for n in [7, 10, 11, 12].into_iter().filter(|n| id(*n) > last.id()) {
            assert!(unit.set_profile(id(n), &name("\u{21} First"), Language::En).await.unwrap());
        }
        unit.commit().await.unwrap();
        found.extend(page);
    }
    assert_eq!(found.iter().map(Operator::id).collect::<Vec<_>>(), [1, 4, 7, 10, 11, 12].map(id));
}
