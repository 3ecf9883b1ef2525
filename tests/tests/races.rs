//! What may happen at most once, a thousand rounds of sixteen callers each, in memory and on `SQLite`.
#![expect(clippy::expect_used, reason = "a test that cannot open its storage has failed")]

use std::sync::Arc;

use portcullis_domain::account::{Account, AccountId, AccountKind, AccountStatus};
use portcullis_domain::display_name::DisplayName;
use portcullis_domain::email::Email;
use portcullis_domain::instant::from_micros;
use portcullis_domain::language::Language;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::Storage;
use portcullis_domain::secret::{Digest256, Sealed};
use portcullis_domain::two_factor::TwoFactor;
use portcullis_storage_memory::MemoryStorage;
use portcullis_storage_seaorm::SeaOrmStorage;
use tokio::task::JoinSet;
use uuid::Uuid;

const ROUNDS: u32 = 1_000;
const CALLERS: u32 = 16;
const WHO: AccountId = AccountId(Uuid::from_u128(7));

/// What one caller tries to have for itself in a round.
#[derive(Clone, Copy)]
enum Prize {
    TotpStep,
    RecoveryCode,
    Token,
}

fn digest(round: u32) -> Digest256 {
    Digest256::of(&round.to_be_bytes())
}

async fn try_for(prize: Prize, storage: &dyn Storage, round: u32) -> bool {
    let now = from_micros(1);
    let mut unit = storage.begin().await.expect("a unit of work");
    let won = match prize {
        Prize::TotpStep => unit.spend_totp_step(WHO, i64::from(round) + 1).await,
        Prize::RecoveryCode => unit.spend_recovery_code(WHO, &digest(round), now).await,
        Prize::Token => unit.consume_token(&digest(round), Purpose::SetUp, now).await.map(|token| token.is_some()),
    };
    unit.commit().await.expect("a commit");
    won.expect("an answer")
}

/// An operator with a second factor and a recovery code for each round.
async fn prepare(storage: &dyn Storage) {
    let account = Account {
        id: WHO,
        kind: AccountKind::Operator,
        email: Email::parse("ada@shop.example").expect("an address"),
        name: DisplayName::parse("Ada").expect("a name"),
        language: Language::En,
        status: AccountStatus::Active,
        password: None,
        password_set_at: None,
        password_change_due: false,
        created_at: from_micros(0),
    };
    let factor = TwoFactor { secret: Sealed(vec![1]), added_at: from_micros(0), last_step: 0 };
    let codes: Vec<Digest256> = (0..ROUNDS).map(digest).collect();
    let mut unit = storage.begin().await.expect("a unit of work");
    unit.insert_account(&account).await.expect("an account");
    assert!(unit.add_two_factor(WHO, &factor, &codes).await.expect("a second factor"));
    unit.commit().await.expect("a commit");
}

async fn race(storage: Arc<dyn Storage>) {
    prepare(storage.as_ref()).await;
    for prize in [Prize::TotpStep, Prize::RecoveryCode, Prize::Token] {
        for round in 0..ROUNDS {
            if let Prize::Token = prize {
                let (created_at, expires_at) = (from_micros(0), from_micros(9));
                let token = OneTimeToken {
                    digest: digest(round),
                    purpose: Purpose::SetUp,
                    account: None,
                    created_at,
                    expires_at,
                    consumed_at: None,
                    opened_at: None,
                };
                let mut unit = storage.begin().await.expect("a unit of work");
                unit.issue_token(&token).await.expect("a token");
                unit.commit().await.expect("a commit");
            }
            let mut racing = JoinSet::new();
            for _ in 0..CALLERS {
                let storage = Arc::clone(&storage);
                racing.spawn(async move { try_for(prize, storage.as_ref(), round).await });
            }
            let winners = racing.join_all().await.into_iter().filter(|won| *won).count();
            assert_eq!(winners, 1, "round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_memory_each_step_code_and_token_has_one_winner() {
    race(Arc::new(MemoryStorage::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_each_step_code_and_token_has_one_winner() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("races.db").display());
    let storage = SeaOrmStorage::connect(&url).await.expect("a database");
    storage.migrate().await.expect("its tables");
    race(Arc::new(storage)).await;
}
