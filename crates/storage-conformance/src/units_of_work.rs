//! All or nothing, and nothing twice.

use std::sync::Arc;

use portcullis_domain::audit::{Action, Actor};
use portcullis_domain::one_time_token::Purpose;
use portcullis_domain::ports::storage::{Storage, StorageError};
use portcullis_domain::role::{Role, RoleId};
use time::Duration;

use crate::audit::event;
use crate::fixtures::{
    FIRST, RACERS, digest, given, hash, id, invited, issued, linger, now, operator, race, token, uuid,
};
use crate::outbox::{mail, written};
use crate::parameter_history::change;
use crate::two_factors::{codes, factor, protected};

pub(crate) async fn what_is_dropped_is_rolled_back(storage: Arc<dyn Storage>) {
    given(&storage, &[invited(1)]).await;
    issued(&storage, &[token(1, Purpose::Invitation, Some(id(1)))]).await;

    let mut unit = storage.begin().await.unwrap();
    unit.insert_account(&operator(2)).await.unwrap();
    unit.set_parameter("key", "text").await.unwrap();
    assert!(unit.complete_set_up(now()).await.unwrap());
    assert!(
        unit.consume_token(&token(1, Purpose::Invitation, None).digest, Purpose::Invitation, now())
            .await
            .unwrap()
            .is_some()
    );
    assert!(unit.delete_account(id(1)).await.unwrap());
    drop(unit);

    // A unit of work, so that it waits until the dropped one is gone for good.
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.account(id(2)).await.unwrap(), None);
    assert_eq!(unit.account(id(1)).await.unwrap(), Some(invited(1)));
    assert_eq!(unit.parameters().await.unwrap(), []);
    assert_eq!(unit.set_up_at().await.unwrap(), None);
    let kept = token(1, Purpose::Invitation, Some(id(1)));
    assert_eq!(unit.token(&kept.digest).await.unwrap(), Some(kept));
}

pub(crate) async fn what_is_not_committed_is_seen_by_itself_and_nobody_else(storage: Arc<dyn Storage>) {
    let mut unit = storage.begin().await.unwrap();
    unit.insert_account(&operator(1)).await.unwrap();
    unit.set_roles(id(1), &[RoleId::SUPER_ADMINISTRATOR]).await.unwrap();
    unit.set_parameter("key", "text").await.unwrap();
    let reset = token(1, Purpose::PasswordReset, Some(id(1)));
    unit.issue_token(&reset).await.unwrap();

    assert_eq!(unit.account(id(1)).await.unwrap(), Some(operator(1)));
    assert_eq!(unit.account_by_email(&operator(1).email.key()).await.unwrap(), Some(operator(1)));
    assert!(unit.operator(id(1)).await.unwrap().unwrap().is_super_administrator());
    assert_eq!(unit.count_operators("").await.unwrap(), 1);
    assert_eq!(unit.operators("", FIRST).await.unwrap().len(), 1);
    assert_eq!(unit.parameters().await.unwrap(), [("key".to_owned(), "text".to_owned())]);
    assert_eq!(unit.token(&reset.digest).await.unwrap(), Some(reset));

    let mut meanwhile = storage.view().await.unwrap();
    assert_eq!(meanwhile.account(id(1)).await.unwrap(), None);
    assert_eq!(meanwhile.parameters().await.unwrap(), []);
    drop(meanwhile);

    unit.commit().await.unwrap();
    let mut after = storage.view().await.unwrap();
    assert_eq!(after.account(id(1)).await.unwrap(), Some(operator(1)));
    assert!(after.operator(id(1)).await.unwrap().unwrap().is_super_administrator());
}

pub(crate) async fn second_factors_and_history_roll_back_with_the_rest(storage: Arc<dyn Storage>) {
    given(&storage, &[operator(1), operator(2)]).await;
    protected(&storage, &[1]).await;
    written(&storage, &[mail(1)]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.append_audit_event(&event(1, Action::SignedIn, Actor::System)).await.unwrap();
    assert!(unit.spend_totp_step(id(1), 5_000).await.unwrap());
    assert!(unit.spend_recovery_code(id(1), &codes(1)[0], now()).await.unwrap());
    assert!(unit.add_two_factor(id(2), &factor(2), &codes(2)).await.unwrap());
    unit.remember_device(id(1), &digest(1), now()).await.unwrap();
    unit.remember_password(id(1), &hash(1), now()).await.unwrap();
    unit.note_password_rules(id(1), "rules").await.unwrap();
    unit.change_parameter(&change(1, "key")).await.unwrap();
    assert!(unit.retry_mail(uuid(1), now() + Duration::HOUR).await.unwrap());
    drop(unit);

    // A unit of work, so that it waits until the dropped one is gone for good.
    let mut unit = storage.begin().await.unwrap();
    assert!(unit.spend_totp_step(id(1), 1_001).await.unwrap());
    assert!(unit.spend_recovery_code(id(1), &codes(1)[0], now()).await.unwrap());
    assert_eq!(unit.two_factor(id(2)).await.unwrap(), None);
    assert!(!unit.has_known_devices(id(1)).await.unwrap());
    assert_eq!(unit.earlier_passwords(id(1), 24).await.unwrap(), []);
    assert_eq!(unit.password_rules_in_use().await.unwrap(), [(String::new(), 2)]);
    assert_eq!(unit.parameter_changes("key", FIRST).await.unwrap(), []);
    assert_eq!(unit.parameters().await.unwrap(), []);
    assert_eq!(unit.audit_chain(None, 10).await.unwrap(), []);
    assert_eq!(unit.mails(None, FIRST).await.unwrap(), [mail(1)]);
}

pub(crate) async fn a_conflict_does_not_poison_it(storage: Arc<dyn Storage>) {
    let mut unit = storage.begin().await.unwrap();
    unit.insert_account(&operator(1)).await.unwrap();
    let mut same_address = operator(2);
    same_address.email = operator(1).email;
    assert_eq!(unit.insert_account(&same_address).await, Err(StorageError::Conflict));
    let mut same_identity = operator(2);
    same_identity.id = id(1);
    assert_eq!(unit.insert_account(&same_identity).await, Err(StorageError::Conflict));
    assert_eq!(unit.set_roles(id(1), &[RoleId(uuid(99))]).await, Err(StorageError::Conflict));
    assert_eq!(unit.insert_role(&Role::super_administrator()).await, Err(StorageError::Conflict));
    unit.insert_account(&operator(2)).await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    assert_eq!(view.account(id(1)).await.unwrap(), Some(operator(1)));
    assert_eq!(view.account(id(2)).await.unwrap(), Some(operator(2)));
    assert_eq!(view.roles().await.unwrap(), [Role::super_administrator()]);
}

pub(crate) async fn set_up_completes_once(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().set_up_at().await.unwrap(), None);
    let outcomes = race(&storage, RACERS, |n, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        linger().await;
        let mine = unit.complete_set_up(now() + Duration::microseconds(i64::from(n))).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine.then(|| now() + Duration::microseconds(i64::from(n)))
    })
    .await;
    let winners: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(storage.view().await.unwrap().set_up_at().await.unwrap(), Some(winners[0]));

    let mut unit = storage.begin().await.unwrap();
    assert!(!unit.complete_set_up(now()).await.unwrap());
}
