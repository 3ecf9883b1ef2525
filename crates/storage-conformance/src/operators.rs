//! The list of operators.

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountId, AccountKind, Operator};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::role::RoleId;

use crate::fixtures::{FIRST, email, given, id, name, operator};

/// More than two pages of the longest.
const MANY: u32 = 1203;

pub(crate) async fn vendors_and_customers_are_never_operators(storage: Arc<dyn Storage>) {
    let vendor = Account { kind: AccountKind::Vendor, ..operator(1) };
    let customer = Account { kind: AccountKind::Customer, ..operator(2) };
    given(&storage, &[vendor, customer, operator(3)]).await;
    // A role does not make one an operator.
    let mut unit = storage.begin().await.unwrap();
    unit.set_roles(id(1), &[RoleId::SUPER_ADMINISTRATOR]).await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    for search in ["", "operator", "example.com"] {
        let listed = view.operators(search, FIRST).await.unwrap();
        assert_eq!(listed.iter().map(Operator::id).collect::<Vec<_>>(), [id(3)], "{search}");
        assert_eq!(view.count_operators(search).await.unwrap(), 1, "{search}");
    }
    assert_eq!(view.operators("operator-1", FIRST).await.unwrap(), []);
    assert_eq!(view.operator(id(1)).await.unwrap(), None);
    assert_eq!(view.operator(id(2)).await.unwrap(), None);
    assert_eq!(view.operator(id(9)).await.unwrap(), None);
    assert_eq!(view.operator(id(3)).await.unwrap().unwrap().account(), &operator(3));
}

/// Three share each name, and they are written in no order.
async fn given_many(storage: &Arc<dyn Storage>) -> Vec<AccountId> {
    let mut sorted: Vec<Account> =
        (0..MANY).map(|n| Account { name: name(&format!("Operator {:05}", n / 3)), ..operator(n) }).collect();
    let expected = sorted.iter().map(|account| account.id).collect();
    sorted.sort_by_key(|account| {
        *crate::fixtures::digest(u32::try_from(account.id.0.as_u128() & 0xffff).unwrap()).as_bytes()
    });
    given(storage, &sorted).await;
    expected
}

pub(crate) async fn pages_are_complete_and_ordered(storage: Arc<dyn Storage>) {
    let expected = given_many(&storage).await;
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.count_operators("").await.unwrap(), u64::from(MANY));
    for limit in [100, 499] {
        let mut listed = Vec::new();
        loop {
            let page = view.operators("", Page { offset: listed.len() as u64, limit }).await.unwrap();
            if page.is_empty() {
                break;
            }
            listed.extend(page.iter().map(Operator::id));
        }
        assert_eq!(listed, expected, "in pages of {limit}");
    }
    assert_eq!(view.operators("", Page { offset: 5000, limit: 10 }).await.unwrap(), []);
    assert_eq!(view.operators("", Page { offset: 0, limit: 0 }).await.unwrap(), []);
}

pub(crate) async fn a_page_has_five_hundred_at_most(storage: Arc<dyn Storage>) {
    given_many(&storage).await;
    let mut view = storage.view().await.unwrap();
    for limit in [500, 501, u64::MAX] {
        assert_eq!(view.operators("", Page { offset: 0, limit }).await.unwrap().len(), 500);
    }
    assert_eq!(view.operators("", Page { offset: u64::MAX, limit: 1 }).await.unwrap(), []);
}

async fn found(storage: &Arc<dyn Storage>, search: &str) -> Vec<AccountId> {
    let mut view = storage.view().await.unwrap();
    let listed: Vec<AccountId> = view.operators(search, FIRST).await.unwrap().iter().map(Operator::id).collect();
    assert_eq!(view.count_operators(search).await.unwrap(), listed.len() as u64, "{search}");
    listed
}

pub(crate) async fn a_search_finds_names_and_addresses_without_regard_to_case(storage: Arc<dyn Storage>) {
    given(
        &storage,
        &[
            Account { name: name("Anna Großmann"), email: email("anna@example.com"), ..operator(1) },
            Account { name: name("Éloïse Dupont"), email: email("Dupont@Example.org"), ..operator(2) },
            Account { name: name("Zed"), email: email("zed@anna.example"), ..operator(3) },
        ],
    )
    .await;
    assert_eq!(found(&storage, "ANNA").await, [id(1), id(3)]);
    assert_eq!(found(&storage, "grossMANN").await, [id(1)]);
    assert_eq!(found(&storage, "éLOÏSE").await, [id(2)]);
    assert_eq!(found(&storage, "e\u{301}loi\u{308}se").await, [id(2)]);
    assert_eq!(found(&storage, " dupont@example.ORG ").await, [id(2)]);
    assert_eq!(found(&storage, "nobody").await, []);
}

pub(crate) async fn a_search_takes_wildcards_literally(storage: Arc<dyn Storage>) {
    given(
        &storage,
        &[
            Account { name: name("Hundred % sure"), email: email("a@example.com"), ..operator(1) },
            Account { name: name("Under_score"), email: email("b@example.com"), ..operator(2) },
            Account { name: name("Back\\slash [a] *"), email: email("c@example.com"), ..operator(3) },
            Account { name: name("O'Neil"), email: email("d@example.com"), ..operator(4) },
        ],
    )
    .await;
    assert_eq!(found(&storage, "%").await, [id(1)]);
    assert_eq!(found(&storage, "_").await, [id(2)]);
    assert_eq!(found(&storage, "\\").await, [id(3)]);
    assert_eq!(found(&storage, "[a] *").await, [id(3)]);
    assert_eq!(found(&storage, "'").await, [id(4)]);
    assert_eq!(found(&storage, "h%d").await, []);
}
