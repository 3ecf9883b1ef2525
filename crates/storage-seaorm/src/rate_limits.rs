//! Budgets of rate limits.

use portcullis_domain::instant::{Instant, from_micros};
use portcullis_domain::ports::storage::{StorageError, Stored};
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use sea_orm::{ConnectionTrait, Value};

use crate::statement::{at, execute, row, row_lock};

/// How often a row that was outlived may be swept away between being found and being locked, before that is no accident.
const SWEPT_IN_BETWEEN: u32 = 5;

fn value(key: &BudgetKey) -> Value {
    key.as_bytes().to_vec().into()
}

pub(crate) async fn spend<C: ConnectionTrait>(
    db: &C,
    key: &BudgetKey,
    limit: &RateLimit,
    now: Instant,
) -> Stored<Decision> {
    let tat = lock(db, key).await?;
    let decision = limit.decide(tat, now);
    if let Decision::Admitted { tat } = decision {
        let sql = "UPDATE rate_limits SET tat = $2 WHERE budget_key = $1";
        execute(db, sql, vec![value(key), at(tat)]).await?;
    }
    Ok(decision)
}

/// Locks the budget's row, and gives its arrival time.
async fn lock<C: ConnectionTrait>(db: &C, key: &BudgetKey) -> Stored<Option<Instant>> {
    let insert = "INSERT INTO rate_limits (budget_key, tat) VALUES ($1, 0) ON CONFLICT DO NOTHING";
    let select = format!("SELECT tat FROM rate_limits WHERE budget_key = $1{}", row_lock(db, " FOR UPDATE"));
    for _ in 0..SWEPT_IN_BETWEEN {
        // There is a row before it is looked at: only a row can be locked, and only what is locked is counted exactly. An
        // arrival time at the epoch is a full budget.
        execute(db, insert, vec![value(key)]).await?;
        if let Some(row) = row(db, &select, vec![value(key)]).await? {
            return Ok(Some(from_micros(row.get("tat")?)));
        }
    }
    Err(StorageError::Unavailable("a budget could not be locked".to_owned()))
}

pub(crate) async fn refund<C: ConnectionTrait>(db: &C, key: &BudgetKey, limit: &RateLimit) -> Stored<()> {
    // What RateLimit::refund does, by the database, so that nobody's try is lost in between.
    let sql = "UPDATE rate_limits SET tat = tat - $2 WHERE budget_key = $1";
    execute(db, sql, vec![value(key), limit.interval_micros().into()]).await.map(drop)
}
