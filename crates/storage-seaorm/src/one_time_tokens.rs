//! One-time tokens.

use portcullis_domain::account::AccountId;
use portcullis_domain::instant::Instant;
use portcullis_domain::one_time_token::{OneTimeToken, Purpose};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::secret::Digest256;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::accounts;
use crate::role_book::lock;
use crate::statement::{Row, at, digest, execute, maybe_at, row};

pub(crate) const COLUMNS: &str = "digest, purpose, account_id, created_at, expires_at, consumed_at, opened_at";

pub(crate) fn read(row: &Row) -> Stored<OneTimeToken> {
    Ok(OneTimeToken {
        digest: row.digest("digest")?,
        purpose: row.parsed("purpose", Purpose::parse)?,
        account: row.get::<Option<Uuid>>("account_id")?.map(AccountId),
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
        consumed_at: row.maybe_instant("consumed_at")?,
        opened_at: row.maybe_instant("opened_at")?,
    })
}

pub(crate) async fn by_digest<C: ConnectionTrait>(db: &C, of: &Digest256) -> Stored<Option<OneTimeToken>> {
    let sql = format!("SELECT {COLUMNS} FROM one_time_tokens WHERE digest = $1");
    row(db, &sql, vec![digest(of)]).await?.as_ref().map(read).transpose()
}

pub(crate) async fn issue<C: ConnectionTrait>(db: &C, token: &OneTimeToken) -> Stored<()> {
    // Of two that are issued at once, the later one voids the earlier: they take turns at the account, or, where there is
    // none yet, at the lock of those who make the first.
    match token.account {
        Some(account) if !accounts::lock(db, account).await? => return Err(StorageError::Conflict),
        Some(_) => {}
        None => lock(db, "super-administrators").await?,
    }
    let sql =
        format!("INSERT INTO one_time_tokens ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING");
    let values = vec![
        digest(&token.digest),
        token.purpose.as_str().into(),
        token.account.map(|account| account.0).into(),
        at(token.created_at),
        at(token.expires_at),
        maybe_at(token.consumed_at),
        maybe_at(token.opened_at),
    ];
    if execute(db, &sql, values).await? == 0 {
        return Err(StorageError::Conflict);
    }
    let mut values = vec![token.purpose.as_str().into(), at(token.created_at), digest(&token.digest)];
    let whose = match token.account {
        Some(account) => {
            values.push(account.0.into());
            "account_id = $4"
        }
        None => "account_id IS NULL",
    };
    let sql = format!(
        "UPDATE one_time_tokens SET consumed_at = $2 \
         WHERE purpose = $1 AND digest <> $3 AND consumed_at IS NULL AND {whose}"
    );
    execute(db, &sql, values).await.map(drop)
}

pub(crate) async fn consume<C: ConnectionTrait>(
    db: &C,
    of: &Digest256,
    purpose: Purpose,
    now: Instant,
) -> Stored<Option<OneTimeToken>> {
    let sql = format!(
        "UPDATE one_time_tokens SET consumed_at = $3 \
         WHERE digest = $1 AND purpose = $2 AND consumed_at IS NULL AND expires_at > $3 RETURNING {COLUMNS}"
    );
    row(db, &sql, vec![digest(of), purpose.as_str().into(), at(now)]).await?.as_ref().map(read).transpose()
}

pub(crate) async fn void<C: ConnectionTrait>(
    db: &C,
    account: AccountId,
    purpose: Option<Purpose>,
    now: Instant,
) -> Stored<()> {
    // One that is just being issued is not seen before whoever issues it is done.
    accounts::lock(db, account).await?;
    let mut values = vec![account.0.into(), at(now)];
    let which = match purpose {
        Some(purpose) => {
            values.push(purpose.as_str().into());
            " AND purpose = $3"
        }
        None => "",
    };
    let sql =
        format!("UPDATE one_time_tokens SET consumed_at = $2 WHERE account_id = $1 AND consumed_at IS NULL{which}");
    execute(db, &sql, values).await.map(drop)
}
