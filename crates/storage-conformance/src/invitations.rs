//! Where invitations stand: which token counts, and when it was opened first.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::Storage;
use time::Duration;

use crate::fixtures::{RACERS, digest, given, id, invited, issued, linger, now, race, token};

pub(crate) async fn each_account_has_the_token_that_can_be_used_or_else_the_newest(storage: Arc<dyn Storage>) {
    given(&storage, &[invited(1), invited(2), invited(3), invited(4)]).await;
    let made = |n: u32, account: u32, seconds: i64| OneTimeToken {
        created_at: now() + Duration::seconds(seconds),
        ..token(n, Purpose::Invitation, Some(id(account)))
    };
    // Of the first the older is still good: a clock jumped back. Both of the second are void, and the third has a reset.
    let spent = OneTimeToken { consumed_at: Some(now()), ..made(2, 1, 9) };
    let tokens = [made(1, 1, 5), spent, made(3, 2, 1), made(4, 2, 2)];
    issued(&storage, &tokens[1..2]).await;
    issued(&storage, &tokens[..1]).await;
    issued(&storage, &tokens[2..]).await;
    issued(&storage, &[token(5, Purpose::PasswordReset, Some(id(3))), token(6, Purpose::Invitation, None)]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.void_tokens(id(2), None, now()).await.unwrap();
    unit.commit().await.unwrap();

    let mut view = storage.view().await.unwrap();
    let found = view.invitation_tokens(&[id(1), id(2), id(3), id(9)]).await.unwrap();
    let void = OneTimeToken { consumed_at: Some(now()), ..tokens[3].clone() };
    assert_eq!(found, BTreeMap::from([(id(1), tokens[0].clone()), (id(2), void)]));
    assert_eq!(view.invitation_tokens(&[]).await.unwrap(), BTreeMap::new());
}

pub(crate) async fn an_invitation_is_opened_once_while_it_can_be_used(storage: Arc<dyn Storage>) {
    given(&storage, &[invited(1), invited(2)]).await;
    let good = token(1, Purpose::Invitation, Some(id(1)));
    issued(&storage, &[good.clone(), token(2, Purpose::PasswordReset, Some(id(1)))]).await;
    issued(&storage, &[token(3, Purpose::Invitation, Some(id(2)))]).await;
    let mut unit = storage.begin().await.unwrap();
    unit.void_tokens(id(2), None, now()).await.unwrap();
    for (n, why) in [(2, "a reset is no invitation"), (3, "it is void"), (4, "there is none")] {
        assert!(!unit.note_opened(&digest(n), now()).await.unwrap(), "{why}");
    }
    assert!(!unit.note_opened(&digest(1), good.expires_at).await.unwrap(), "it has expired");
    let last = good.expires_at - Duration::MICROSECOND;
    assert!(unit.note_opened(&digest(1), last).await.unwrap());
    assert!(!unit.note_opened(&digest(1), now()).await.unwrap(), "it was noted before");
    unit.commit().await.unwrap();
    let opened = OneTimeToken { opened_at: Some(last), ..good };
    assert_eq!(storage.view().await.unwrap().token(&digest(1)).await.unwrap(), Some(opened.clone()));
    let mut unit = storage.begin().await.unwrap();
    let spent = unit.consume_token(&digest(1), Purpose::Invitation, now()).await.unwrap();
    assert_eq!(spent, Some(OneTimeToken { consumed_at: Some(now()), ..opened }), "it can still be spent");
}

pub(crate) async fn of_racing_openers_one_wins(storage: Arc<dyn Storage>) {
    given(&storage, &[invited(1)]).await;
    issued(&storage, &[token(1, Purpose::Invitation, Some(id(1)))]).await;
    let mine = race(&storage, RACERS, |_, storage| async move {
        let mut unit = storage.begin().await.unwrap();
        let mine = unit.note_opened(&digest(1), now()).await.unwrap();
        linger().await;
        unit.commit().await.unwrap();
        mine
    })
    .await;
    assert_eq!(mine.into_iter().filter(|mine| *mine).count(), 1);
}
