//! What the trials put into storage.

use std::future::Future;
use std::sync::Arc;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::instant::{Instant, from_micros};
use portcullis_domain::language::Language;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::{Page, Storage};
use portcullis_domain::secret::{Digest256, PasswordHash};
use portcullis_domain::session::{Session, SessionId, Stage};
use time::Duration;
use tokio::sync::Barrier;
use uuid::Uuid;

/// As many callers as race each other.
pub(crate) const RACERS: u32 = 16;

/// The first page, as long as a page can be.
pub(crate) const FIRST: Page = Page { offset: 0, limit: 500 };

/// The present, 2026-11-24T10:00:00.123456Z: it has microseconds of its own.
pub(crate) fn now() -> Instant {
    from_micros(1_795_514_400_123_456)
}

/// The identity of a number.
pub(crate) fn uuid(n: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// The identity of an account.
pub(crate) fn id(n: u32) -> AccountId {
    AccountId(uuid(n))
}

/// The digest of a number.
pub(crate) fn digest(n: u32) -> Digest256 {
    Digest256::of(&n.to_be_bytes())
}

/// A hash of a number.
pub(crate) fn hash(n: u32) -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ${n:032}"))
}

/// A name.
pub(crate) fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).unwrap()
}

/// An address.
pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// An active operator with a password.
pub(crate) fn operator(n: u32) -> Account {
    Account {
        id: id(n),
        kind: AccountKind::Operator,
        email: email(&format!("operator-{n}@example.com")),
        name: name(&format!("Operator {n:05}")),
        language: Language::En,
        status: AccountStatus::Active,
        password: Some(hash(0)),
        password_set_at: Some(now()),
        password_change_due: false,
        created_at: now(),
    }
}

/// An operator who was invited and has no password yet.
pub(crate) fn invited(n: u32) -> Account {
    Account { status: AccountStatus::Invited, password: None, password_set_at: None, ..operator(n) }
}

/// A token that is good for an hour.
pub(crate) fn token(n: u32, purpose: Purpose, account: Option<AccountId>) -> OneTimeToken {
    OneTimeToken {
        digest: digest(n),
        purpose,
        account,
        created_at: now(),
        expires_at: now() + Duration::HOUR,
        consumed_at: None,
        opened_at: None,
    }
}

/// A session of an account, last used `n` seconds from now.
pub(crate) fn session(n: u32, account: AccountId) -> Session {
    Session {
        id: SessionId(uuid(n)),
        digest: digest(n),
        account,
        stage: Stage::SignedIn,
        created_at: now(),
        last_seen_at: now() + Duration::seconds(i64::from(n)),
        proven_at: now() + Duration::MICROSECOND,
        address: "2001:db8::1".to_owned(),
        device: "Mozilla/5.0 (🐢)".to_owned(),
    }
}

/// Puts accounts there.
pub(crate) async fn given(storage: &Arc<dyn Storage>, accounts: &[Account]) {
    let mut unit = storage.begin().await.unwrap();
    for account in accounts {
        unit.insert_account(account).await.unwrap();
    }
    unit.commit().await.unwrap();
}

/// Puts tokens there.
pub(crate) async fn issued(storage: &Arc<dyn Storage>, tokens: &[OneTimeToken]) {
    let mut unit = storage.begin().await.unwrap();
    for token in tokens {
        unit.issue_token(token).await.unwrap();
    }
    unit.commit().await.unwrap();
}

/// The account as it is now.
pub(crate) async fn account(storage: &Arc<dyn Storage>, n: u32) -> Account {
    storage.view().await.unwrap().account(id(n)).await.unwrap().unwrap()
}

/// Lets callers go at the same moment, and gives what each returned.
pub(crate) async fn race<T, Fut>(
    storage: &Arc<dyn Storage>,
    callers: u32,
    call: impl Fn(u32, Arc<dyn Storage>) -> Fut,
) -> Vec<T>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let line = Arc::new(Barrier::new(callers as usize));
    let running: Vec<_> = (0..callers)
        .map(|n| {
            let (line, future) = (Arc::clone(&line), call(n, Arc::clone(storage)));
            tokio::spawn(async move {
                line.wait().await;
                future.await
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(running.len());
    for caller in running {
        outcomes.push(caller.await.unwrap());
    }
    outcomes
}

/// Lets the others have a turn in the middle of a unit of work, so that a race is one on a quick storage too.
pub(crate) async fn linger() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}
