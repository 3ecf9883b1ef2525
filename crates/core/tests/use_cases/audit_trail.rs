//! The audit trail is searched and exported.

use portcullis_core::audit_trail::export::{ExportError, Exporter, Format, begin};
use portcullis_core::audit_trail::subject::{Subject, subject};
use portcullis_core::audit_trail::{From, search};
use portcullis_core::authority::Authority;
use portcullis_core::{operator_care, roles};
use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::functionality::BuiltIn;
use portcullis_domain::ports::storage::Storage as _;
use portcullis_domain::ports::storage::audit_trail::AuditFilter;
use portcullis_domain::role::Level;
use uuid::Uuid;

use crate::app::{ADA, ADAS, TestApp, here, name};

pub(crate) async fn append(app: &TestApp, number: u128, name: &str) {
    let event = AuditEvent {
        id: Uuid::from_u128(number),
        at: app.access.now(),
        actor: Actor::System,
        action: Action::RoleCreated,
        target: Some((number.to_string(), name.to_owned())),
        address: None,
        details: [("note".to_owned(), "=1+1".to_owned())].into(),
    };
    let mut unit = app.storage.begin().await.unwrap();
    unit.append_audit_event(&event).await.unwrap();
    unit.commit().await.unwrap();
}

#[tokio::test]
async fn a_page_leads_to_older_and_newer_ones_and_back() {
    let app = TestApp::new().await;
    for number in 1..=30 {
        append(&app, number, "Role").await;
    }
    let filter = AuditFilter { action: Some(Action::RoleCreated), ..AuditFilter::default() };
    let first = search(&app.access, &filter, From::Newest, 12).await.unwrap();
    assert_eq!((first.entries.len(), first.newer, first.older), (12, false, true));
    let second = search(&app.access, &filter, From::Before(first.entries[11].sequence), 12).await.unwrap();
    let third = search(&app.access, &filter, From::Before(second.entries[11].sequence), 12).await.unwrap();
    assert_eq!((third.entries.len(), third.newer, third.older), (6, true, false));
    let back = search(&app.access, &filter, From::After(third.entries[0].sequence), 12).await.unwrap();
    assert_eq!((&back.entries, back.newer, back.older), (&second.entries, true, true));
    let back = search(&app.access, &filter, From::After(second.entries[0].sequence), 12).await.unwrap();
    assert_eq!((back.entries, back.newer, back.older), (first.entries, false, true));
}

#[tokio::test]
async fn an_address_stands_for_its_account() {
    let app = TestApp::new().await;
    let ada = app.account(ADA).await.unwrap().id.0.to_string();
    assert_eq!(subject(&app.access, " ADA@shop.example ").await.unwrap(), Subject::One(ada.clone()));
    assert_eq!(subject(&app.access, "aDa").await.unwrap(), Subject::One(ada), "and so does a name");
    for literal in ["command-line", "session.idle_minutes", "nobody@shop.example", "=cmd"] {
        assert_eq!(subject(&app.access, literal).await.unwrap(), Subject::One(literal.to_owned()));
    }
    assert_eq!(subject(&app.access, " ").await.unwrap(), Subject::Anybody);
}

#[tokio::test]
async fn who_is_deleted_is_found_by_address_and_name_and_namesakes_are_told_apart() {
    let app = TestApp::new().await;
    let bea = app.active("bea@shop.example").await;
    operator_care::delete(&app.access, Authority::CommandLine, &here(), bea.id).await.unwrap();
    let gone = bea.id.0.to_string();
    for typed in ["BEA@shop.example", "somebody", &*gone] {
        assert_eq!(subject(&app.access, typed).await.unwrap(), Subject::One(gone.clone()), "{typed}");
    }
    let filter = AuditFilter { target: Some(gone.clone()), ..AuditFilter::default() };
    assert_eq!(search(&app.access, &filter, From::Newest, 9).await.unwrap().entries.len(), 1);

    // Many deletions later, but not more than are read.
    for number in 0..400 {
        let event = AuditEvent {
            action: Action::OperatorDeleted,
            target: Some((Uuid::from_u128(number).to_string(), format!("n{number}@shop.example"))),
            details: [("name".to_owned(), format!("Number {number}"))].into(),
            ..app.events().await.remove(0)
        };
        let mut unit = app.storage.begin().await.unwrap();
        unit.append_audit_event(&AuditEvent { id: Uuid::from_u128(1_000_000 + number), ..event }).await.unwrap();
        unit.commit().await.unwrap();
    }
    assert_eq!(subject(&app.access, "somebody").await.unwrap(), Subject::One(gone.clone()));
    // Whoever is there comes first; two who are there are both named.
    let cyd = app.active("cyd@shop.example").await.id.0.to_string();
    assert_eq!(subject(&app.access, "Somebody").await.unwrap(), Subject::One(cyd));
    app.active("dov@shop.example").await;
    let Subject::Several(known) = subject(&app.access, "Somebody").await.unwrap() else { panic!("two of them") };
    let mut words: Vec<_> = known.iter().map(|one| (&*one.words, one.deleted)).collect();
    words.sort_unstable();
    assert_eq!(words, [("cyd@shop.example", false), ("dov@shop.example", false)]);
    // A role, there and gone.
    let role = app.role(7, BuiltIn::Mail, Level::View).await;
    assert_eq!(subject(&app.access, "role 7").await.unwrap(), Subject::One(role.0.to_string()));
    roles::delete(&app.access, Authority::CommandLine, &here(), role).await.unwrap();
    assert_eq!(subject(&app.access, "role 7").await.unwrap(), Subject::One(role.0.to_string()));
}

#[tokio::test]
async fn a_whole_name_stands_for_who_is_called_so_among_however_many_and_never_for_a_namesake_who_is_deleted() {
    let app = TestApp::new().await;
    let called = async |address: &str, text: &str| {
        let account = app.active(address).await;
        let mut unit = app.storage.begin().await.unwrap();
        assert!(unit.set_profile(account.id, &name(text), account.language).await.unwrap());
        unit.commit().await.unwrap();
        account.id
    };
    let gone = called("gone@shop.example", "Joann").await;
    operator_care::delete(&app.access, Authority::CommandLine, &here(), gone).await.unwrap();
    for number in 0..120 {
        called(&format!("n{number}@shop.example"), &format!("Joann {number:03}")).await;
    }
    let (ann, joann) = (called("ann@shop.example", "Ann").await, called("joann@shop.example", "Joann").await);
    assert_eq!(subject(&app.access, "ann").await.unwrap(), Subject::One(ann.0.to_string()));
    assert_eq!(subject(&app.access, "joann").await.unwrap(), Subject::One(joann.0.to_string()));
    // Nobody hides a parameter behind a name.
    for key in ["session.idle_minutes", portcullis_domain::parameter::ALIAS] {
        called(&format!("{}@shop.example", key.replace('.', "-")), key).await;
        assert_eq!(subject(&app.access, key).await.unwrap(), Subject::One(key.to_owned()));
    }
}

#[tokio::test]
async fn an_export_is_complete_harmless_noted_and_limited() {
    let app = TestApp::new().await;
    for number in 1..=600 {
        append(&app, number, "=HYPERLINK(\"http://evil\")").await;
    }
    let filter = AuditFilter { action: Some(Action::RoleCreated), ..AuditFilter::default() };
    let (_, ada) = app.signed_in(ADA, ADAS).await;
    let client = here();
    let mut texts = vec![];
    for format in [Format::Csv, Format::JsonLines] {
        let exporter = Exporter::Operator(&ada, &client);
        let mut export = begin(&app.access, exporter, filter.clone(), format).await.unwrap();
        let mut text = String::new();
        while let Some(part) = export.next().await.unwrap() {
            text.push_str(&part);
        }
        texts.push(text);
    }
    assert_eq!(texts[0].lines().count(), 601);
    assert!(texts[0].contains("\"'=HYPERLINK(\"\"http://evil\"\")\"") && !texts[0].contains("\"=HYPERLINK"));
    let lines: Vec<serde_json::Value> = texts[1].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (lines.len(), lines[0]["target_id"].as_str(), lines[599]["target_id"].as_str()),
        (600, Some("1"), Some("600"))
    );
    assert_eq!(app.count(Action::AuditExported).await, 2);
    for _ in 2..20 {
        begin(&app.access, Exporter::Operator(&ada, &client), filter.clone(), Format::Csv).await.unwrap();
    }
    let limited = begin(&app.access, Exporter::Operator(&ada, &client), filter, Format::Csv).await;
    assert!(matches!(limited, Err(ExportError::Limited { .. })));
}
