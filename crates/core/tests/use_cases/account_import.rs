//! Accounts come from another system, all or none.

use portcullis_core::account_import::{ImportError, Imported, import};
use portcullis_core::sign_in::SignInError;
use portcullis_domain::account::{AccountKind, AccountStatus};
use portcullis_domain::audit::Action;
use portcullis_domain::ports::storage::Storage as _;
use portcullis_domain::role::RoleId;
use portcullis_domain::secret::Password;

use crate::app::{ADA, GOOD, TestApp, WRONG, hasher};

const BEA: &str = "bea@shop.example";

async fn bad(app: &TestApp, text: &str) -> Vec<(usize, String)> {
    match import(&app.access, text.as_bytes()).await {
        Err(ImportError::BadLines(lines)) => lines.into_iter().map(|line| (line.number, line.why)).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_imported_operator_signs_in_and_the_hash_is_renewed_and_the_others_never_get_in() {
    let app = TestApp::new().await;
    let hash = hasher(2).hash(Password::new(GOOD)).await.unwrap();
    let hash = hash.expose();
    let text = format!(
        "\u{feff}{{\"email\":\"{BEA}\",\"name\":\"Bea\",\"kind\":\"operator\",\"password_hash\":\"{hash}\",\
         \"roles\":[\"super-Administrator\"]}}\r\n\n\
         {{\"email\":\"vic@shop.example\",\"name\":\"Vic\",\"kind\":\"vendor\",\"password_hash\":\"{hash}\"}}\n\
         {{\"email\":\"cus@shop.example\",\"name\":\"Cus\",\"kind\":\"customer\"}}"
    );
    let imported = import(&app.access, text.as_bytes()).await.unwrap();
    assert_eq!(imported, Imported { operators: 1, vendors: 1, customers: 1 });
    let before = app.account(BEA).await.unwrap();
    assert_eq!(
        (before.kind, before.status, before.password_change_due),
        (AccountKind::Operator, AccountStatus::Active, false)
    );
    let (_, bea) = app.signed_in(BEA, GOOD).await;
    assert_eq!(bea.operator.roles(), [RoleId::SUPER_ADMINISTRATOR]);
    let after = app.account(BEA).await.unwrap();
    assert!(after.password != before.password && app.count(Action::PasswordRehashed).await == 1);
    app.signed_in(BEA, GOOD).await;
    for address in ["vic@shop.example", "cus@shop.example"] {
        assert!(matches!(app.sign_in(address, GOOD).await, Err(SignInError::Refused)), "{address}");
    }
    assert!(app.sign_in(BEA, WRONG).await.is_err());
    assert_eq!(app.count(Action::AccountsImported).await, 2);
    let events = app.events().await;
    let summary = events.iter().find(|event| event.details.contains_key("after")).unwrap();
    assert_eq!(summary.details["after"], "1 operators, 1 vendors, 1 customers");
    assert!(summary.target.is_some() && summary.address.as_deref() == Some("console"), "{summary:?}");
    let trail = format!("{events:?}");
    assert!(!trail.contains(hash));
}

#[tokio::test]
async fn every_bad_line_is_named_and_nothing_is_imported() {
    let app = TestApp::new().await;
    let good = "{\"email\":\"c1@shop.example\",\"name\":\"C\",\"kind\":\"customer\"}";
    let lines = [
        good,
        "nonsense $argon2id$secret",
        "{\"email\":\"x\",\"name\":\"C\",\"kind\":\"customer\"}",
        "{\"email\":\"c2@shop.example\",\"name\":\"\",\"kind\":\"customer\"}",
        "{\"email\":\"c3@shop.example\",\"name\":\"C\",\"kind\":\"admin\"}",
        "{\"email\":\"c4@shop.example\",\"name\":\"C\",\"kind\":\"customer\",\"status\":\"x\"}",
        "{\"email\":\"c5@shop.example\",\"name\":\"C\"}",
        "{\"email\":\"C1@SHOP.example\",\"name\":\"C\",\"kind\":\"vendor\"}",
        "{\"email\":\"o1@shop.example\",\"name\":\"O\",\"kind\":\"operator\"}",
        "{\"email\":\"o2@shop.example\",\"name\":\"O\",\"kind\":\"operator\",\"password_hash\":\"hunter2\"}",
        "{\"email\":\"c6@shop.example\",\"name\":\"C\",\"kind\":\"customer\",\"roles\":[\"Super-administrator\"]}",
        "{\"email\":\"c7@shop.example\",\"name\":\"C\",\"kind\":\"customer\",\"password_hash\":7}",
    ];
    let text = format!("{}\n{{\"email\":\"{ADA}\",\"name\":\"A\",\"kind\":\"vendor\"}}\n", lines.join("\n"));
    let bad = bad(&app, &text).await;
    assert_eq!(bad.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (2..=13).collect::<Vec<_>>(), "{bad:?}");
    let words = format!("{bad:?}");
    for part in
        ["unknown field `status`", "missing field `kind`", "stands on line 1", "operator invite", "exists already"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("argon2id$") && !words.contains("hunter2"));
    assert!(app.account("c1@shop.example").await.is_none());
    assert_eq!(app.count(Action::AccountsImported).await, 0);
}

#[tokio::test]
async fn a_line_that_is_no_text_is_named_by_its_number_and_so_are_the_others() {
    let app = TestApp::new().await;
    let mut file = b"{\"email\":\"a@shop.example\",\"name\":\"A\",\"kind\":\"customer\"}\n".to_vec();
    file.extend(b"{\"email\":\"b@shop.example\",\"name\":\"B\xe9a\",\"kind\":\"customer\"}\r\n\n\xff\xfe\nnonsense\n");
    let Err(ImportError::BadLines(lines)) = import(&app.access, &file).await else { panic!("it is bad") };
    let named: Vec<_> = lines.iter().map(|line| (line.number, line.why.contains("UTF-8"))).collect();
    assert_eq!(named, [(2, true), (4, true), (5, false)]);
    assert!(app.account("a@shop.example").await.is_none());
}

#[tokio::test]
async fn a_bad_file_takes_no_turn_to_write_and_is_told_of_before_set_up_is_asked_for() {
    let app = TestApp::empty().await;
    let hash = hasher(1).hash(Password::new(GOOD)).await.unwrap();
    let good = format!(
        "{{\"email\":\"{BEA}\",\"name\":\"Bea\",\"kind\":\"operator\",\"password_hash\":\"{}\"}}",
        hash.expose()
    );
    // Somebody else writes meanwhile, and takes their time: in memory there is one writer.
    let writer = app.storage.begin().await.unwrap();
    assert_eq!(bad(&app, &format!("{good}\nnonsense")).await, [(2, "it is not a JSON object".to_owned())]);
    drop(writer);
    assert!(matches!(import(&app.access, good.as_bytes()).await, Err(ImportError::NotSetUp)));
}

#[tokio::test]
async fn an_unknown_role_is_named() {
    let app = TestApp::new().await;
    let hash = hasher(1).hash(Password::new(GOOD)).await.unwrap();
    let line = format!(
        "{{\"email\":\"{BEA}\",\"name\":\"Bea\",\"kind\":\"operator\",\"password_hash\":\"{}\",\"roles\":[\"Nobody\"]}}",
        hash.expose()
    );
    assert_eq!(bad(&app, &line).await, [(1, "roles: there is no role \"Nobody\"".to_owned())]);
}

#[tokio::test]
async fn before_set_up_no_operator_is_imported() {
    let app = TestApp::empty().await;
    let hash = hasher(1).hash(Password::new(GOOD)).await.unwrap();
    let line = format!(
        "{{\"email\":\"{BEA}\",\"name\":\"Bea\",\"kind\":\"operator\",\"password_hash\":\"{}\"}}",
        hash.expose()
    );
    assert!(matches!(import(&app.access, line.as_bytes()).await, Err(ImportError::NotSetUp)));
    assert!(
        app.storage
            .view()
            .await
            .unwrap()
            .operators("", portcullis_domain::ports::storage::Page { offset: 0, limit: 9 })
            .await
            .unwrap()
            .is_empty()
    );
}
