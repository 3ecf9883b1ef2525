//! Accounts: read back as written, one per address, gone with all that is theirs.

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountKind, AccountStatus};
use portcullis_domain::audit::{Action, Actor, AuditEvent};
use portcullis_domain::email::EmailKey;
use portcullis_domain::instant::from_micros;
use portcullis_domain::language::Language;
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::audit_trail::{AuditFilter, Entry};
use portcullis_domain::ports::storage::parameter_history::ParameterChange;
use portcullis_domain::ports::storage::{Storage, StorageError};
use portcullis_domain::role::RoleId;
use time::Duration;

use crate::audit;
use crate::fixtures::{
    FIRST, account, digest, email, given, hash, id, invited, name, now, operator, session, token, uuid,
};
use crate::parameter_history::{change, listed};
use crate::two_factors::{codes, factor};

pub(crate) async fn an_account_is_read_back_as_it_was_written(storage: Arc<dyn Storage>) {
    let accounts = [
        operator(1),
        invited(2),
        Account { kind: AccountKind::Vendor, language: Language::Fr, ..operator(3) },
        Account { kind: AccountKind::Customer, password_change_due: true, ..operator(4) },
        Account { status: AccountStatus::Suspended, ..operator(5) },
    ];
    given(&storage, &accounts).await;
    let mut view = storage.view().await.unwrap();
    for written in accounts {
        assert_eq!(view.account(written.id).await.unwrap(), Some(written.clone()));
        assert_eq!(view.account_by_email(&written.email.key()).await.unwrap(), Some(written));
    }
    assert_eq!(view.account(id(9)).await.unwrap(), None);
}

pub(crate) async fn times_keep_their_microseconds(storage: Arc<dyn Storage>) {
    let mut unit = storage.begin().await.unwrap();
    for (n, micros) in (1..).zip([0, 1, 999_999, 1_795_514_400_123_456, 4_102_444_799_999_999]) {
        let at = from_micros(micros);
        unit.insert_account(&Account { created_at: at, password_set_at: Some(at), ..operator(n) }).await.unwrap();
    }
    unit.commit().await.unwrap();
    for (n, micros) in (1..).zip([0, 1, 999_999, 1_795_514_400_123_456, 4_102_444_799_999_999]) {
        let read = account(&storage, n).await;
        assert_eq!((read.created_at, read.password_set_at), (from_micros(micros), Some(from_micros(micros))));
    }
}

pub(crate) async fn an_address_is_one_however_its_case(storage: Arc<dyn Storage>) {
    let bea = Account { email: email("Bea@Example.COM"), ..operator(1) };
    let strasse = Account { email: email("Straße@example.com"), ..operator(2) };
    given(&storage, &[bea.clone(), strasse.clone()]).await;

    let mut unit = storage.begin().await.unwrap();
    for (typed, found) in [
        (" bEA@exAMPLE.com ", Some(&bea)),
        ("ＢＥＡ@example.com", Some(&bea)),
        ("STRASSE@EXAMPLE.COM", Some(&strasse)),
        ("bea@example.co", None),
        ("", None),
    ] {
        assert_eq!(unit.account_by_email(&EmailKey::of(typed)).await.unwrap().as_ref(), found, "{typed}");
    }
    for taken in ["BEA@example.com", "strasse@example.com"] {
        let second = Account { email: email(taken), kind: AccountKind::Customer, ..operator(3) };
        assert_eq!(unit.insert_account(&second).await, Err(StorageError::Conflict), "{taken}");
    }
}

pub(crate) async fn unicode_and_four_byte_characters_round_trip(storage: Arc<dyn Storage>) {
    let written =
        Account {
            email: email("乗り物𠮷@例え.jp"), name: name("🐢 Ünïcødé 日本語 𠮷 ' \" \\ ; -- %_"), ..operator(1)
        };
    given(&storage, std::slice::from_ref(&written)).await;
    let mut unit = storage.begin().await.unwrap();
    unit.insert_session(&session(1, id(1))).await.unwrap();
    unit.set_parameter("🐢", "𠮷\n\t'\"").await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    assert_eq!(view.account_by_email(&written.email.key()).await.unwrap(), Some(written));
    assert_eq!(view.sessions(id(1)).await.unwrap(), [session(1, id(1))]);
    assert_eq!(view.parameters().await.unwrap(), [("🐢".to_owned(), "𠮷\n\t'\"".to_owned())]);
    assert_eq!(view.count_operators("🐢").await.unwrap(), 1);
    assert_eq!(view.count_operators("🦊").await.unwrap(), 0);
}

/// What somebody types at the door is looked up whatever it is; NUL fits in no text of `PostgreSQL`.
pub(crate) async fn what_no_text_column_holds_is_not_found(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let mut view = storage.view().await.unwrap();
    assert_eq!(view.account_by_email(&EmailKey::of("operator\0-1@example.com")).await, Ok(None));
    assert_eq!(view.operators("oper\0", FIRST).await, Ok(vec![]));
    assert_eq!(view.count_operators("\0").await, Ok(0));
}

pub(crate) async fn a_profile_changes_name_and_language_only(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.set_profile(id(1), &name("Zoé"), Language::Fr).await.unwrap());
    assert!(!unit.set_profile(id(9), &name("Nobody"), Language::Fr).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(account(&storage, 1).await, Account { name: name("Zoé"), language: Language::Fr, ..operator(1) });
    assert_eq!(account(&storage, 2).await, operator(2));

    let mut view = storage.view().await.unwrap();
    assert_eq!(view.count_operators("zoé").await.unwrap(), 1, "a search finds the new name");
    assert_eq!(view.count_operators("Operator 00001").await.unwrap(), 0, "and not the old one");
}

pub(crate) async fn a_status_moves_from_where_it_was_seen(storage: Arc<dyn Storage>) {
    use AccountStatus::{Active, Invited, Suspended};
    given(&storage, &[operator(1)]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.set_status(id(1), Invited, Active).await.unwrap());
    assert!(unit.set_status(id(1), Active, Suspended).await.unwrap());
    assert!(!unit.set_status(id(1), Active, Suspended).await.unwrap());
    assert!(!unit.set_status(id(9), Active, Suspended).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(account(&storage, 1).await, Account { status: Suspended, ..operator(1) });
}

pub(crate) async fn deleting_takes_roles_sessions_and_tokens_along(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    let event = AuditEvent {
        id: uuid(1),
        at: now(),
        actor: Actor::Operator(id(1), "Operator 00001".to_owned()),
        action: Action::SignedIn,
        target: None,
        address: None,
        details: std::collections::BTreeMap::new(),
    };
    let set_up = token(3, Purpose::SetUp, None);
    let mut unit = storage.begin().await.unwrap();
    for n in [1, 2] {
        unit.set_roles(id(n), &[RoleId::SUPER_ADMINISTRATOR]).await.unwrap();
        unit.insert_session(&session(n, id(n))).await.unwrap();
        unit.issue_token(&token(n, Purpose::PasswordReset, Some(id(n)))).await.unwrap();
    }
    unit.issue_token(&set_up).await.unwrap();
    unit.append_audit_event(&event).await.unwrap();
    unit.commit().await.unwrap();

    let mut unit = storage.begin().await.unwrap();
    assert!(unit.delete_account(id(1)).await.unwrap());
    assert!(!unit.delete_account(id(1)).await.unwrap());
    unit.commit().await.unwrap();

    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.account(id(1)).await.unwrap(), None);
    assert_eq!(unit.account_by_email(&operator(1).email.key()).await.unwrap(), None);
    assert_eq!(unit.operator(id(1)).await.unwrap(), None);
    assert_eq!(unit.sessions(id(1)).await.unwrap(), []);
    assert_eq!(unit.session(&session(1, id(1)).digest).await.unwrap(), None);
    assert_eq!(unit.token(&token(1, Purpose::PasswordReset, None).digest).await.unwrap(), None);
    assert_eq!(unit.token(&set_up.digest).await.unwrap(), Some(set_up));
    assert_eq!(unit.audit_events(FIRST).await.unwrap(), [event], "what happened stays");
    assert!(unit.operator(id(2)).await.unwrap().unwrap().is_super_administrator(), "others lose nothing");
    assert_eq!(unit.sessions(id(2)).await.unwrap().len(), 1);

    // The address is free again, and whoever gets it inherits nothing.
    let next = Account { created_at: now() + Duration::DAY, ..operator(1) };
    unit.insert_account(&next).await.unwrap();
    assert_eq!(unit.operator(id(1)).await.unwrap().unwrap().roles(), []);
}

/// Gives an account one of everything that only it may have.
async fn furnished(storage: &Arc<dyn Storage>, n: u32) {
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.add_two_factor(id(n), &factor(1), &codes(n)).await.unwrap());
    unit.remember_device(id(n), &digest(7), now()).await.unwrap();
    unit.remember_password(id(n), &hash(n), now()).await.unwrap();
    unit.note_password_rules(id(n), "rules").await.unwrap();
    unit.commit().await.unwrap();
}

pub(crate) async fn deleting_takes_all_the_rest_along_but_what_was_recorded(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    furnished(&storage, 1).await;
    furnished(&storage, 2).await;
    let by = Actor::Operator(id(1), "Operator 00001".to_owned());
    let target = Some((id(1).0.to_string(), "Operator 00001".to_owned()));
    let event = AuditEvent { target, ..audit::event(1, Action::ParameterChanged, by.clone()) };
    let change = ParameterChange { by, ..change(1, "key") };
    let mut unit = storage.begin().await.unwrap();
    unit.append_audit_event(&event).await.unwrap();
    unit.change_parameter(&change).await.unwrap();
    unit.commit().await.unwrap();
    let place = storage.view().await.unwrap().audit_chain(None, 1).await.unwrap()[0].sequence;
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.seal_event(place, &digest(1)).await.unwrap());
    assert!(unit.delete_account(id(1)).await.unwrap());
    unit.commit().await.unwrap();

    // Whoever gets the identity and the address again inherits nothing.
    given(&storage, &[operator(1)]).await;
    let mut unit = storage.begin().await.unwrap();
    for (n, has) in [(1, false), (2, true)] {
        assert_eq!(unit.two_factor(id(n)).await.unwrap().is_some(), has, "{n}");
        assert_eq!(unit.recovery_codes_left(id(n)).await.unwrap(), if has { 10 } else { 0 }, "{n}");
        assert_eq!(unit.spend_recovery_code(id(n), &digest(n * 100), now()).await.unwrap(), has, "{n}");
        assert_eq!(unit.has_known_devices(id(n)).await.unwrap(), has, "{n}");
        assert_eq!(unit.is_known_device(id(n), &digest(7)).await.unwrap(), has, "{n}");
        assert_eq!(unit.earlier_passwords(id(n), 24).await.unwrap().len(), usize::from(has), "{n}");
    }
    let mut rules = unit.password_rules_in_use().await.unwrap();
    rules.sort();
    assert_eq!(rules, [(String::new(), 1), ("rules".to_owned(), 1)]);
    let sealed = Entry { sequence: place, event: event.clone(), seal: Some(digest(1)) };
    let sealed = [sealed];
    assert_eq!(unit.audit_chain(None, 10).await.unwrap(), sealed, "what happened stays");
    for filter in [
        AuditFilter { actor: Some(id(1).0.to_string()), ..AuditFilter::default() },
        AuditFilter { target: Some(id(1).0.to_string()), ..AuditFilter::default() },
    ] {
        assert_eq!(unit.search_audit(&filter, None, 10).await.unwrap(), sealed, "and is found");
    }
    assert_eq!(listed(unit.as_mut(), "key", FIRST).await, [change], "with the name of who did it");
}

pub(crate) async fn only_an_account_that_is_there_is_locked(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1)]).await;
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.lock_account(id(1)).await.unwrap());
    assert!(unit.lock_account(id(1)).await.unwrap(), "again, as it is this one's");
    assert!(!unit.lock_account(id(2)).await.unwrap());
    unit.commit().await.unwrap();
}
