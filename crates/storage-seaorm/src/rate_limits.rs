//! Budgets of rate limits.

use portcullis_domain::instant::{Instant, from_micros};
use portcullis_domain::ports::storage::Stored;
use portcullis_domain::rate_limit::{BudgetKey, Decision, RateLimit};
use sea_orm::{ConnectionTrait, Value};

use crate::statement::{at, execute, row, row_lock};

fn value(key: &BudgetKey) -> Value {
    key.as_bytes().to_vec().into()
}

pub(crate) async fn spend<C: ConnectionTrait>(
    db: &C,
    key: &BudgetKey,
    limit: &RateLimit,
    now: Instant,
) -> Stored<Decision> {
    // There is a row before it is looked at: only a row can be locked, and only what is locked is counted exactly. An
    // arrival time at the epoch is a full budget.
    let sql = "INSERT INTO rate_limits (budget_key, tat) VALUES ($1, 0) ON CONFLICT DO NOTHING";
    execute(db, sql, vec![value(key)]).await?;
    let sql = format!("SELECT tat FROM rate_limits WHERE budget_key = $1{}", row_lock(db, " FOR UPDATE"));
    let tat = row(db, &sql, vec![value(key)]).await?.map(|row| row.get("tat")).transpose()?.map(from_micros);
    let decision = limit.decide(tat, now);
    if let Decision::Admitted { tat } = decision {
        let sql = "UPDATE rate_limits SET tat = $2 WHERE budget_key = $1";
        execute(db, sql, vec![value(key), at(tat)]).await?;
    }
    Ok(decision)
}

pub(crate) async fn refund<C: ConnectionTrait>(db: &C, key: &BudgetKey, limit: &RateLimit) -> Stored<()> {
    // What RateLimit::refund does, by the database, so that nobody's try is lost in between.
    let sql = "UPDATE rate_limits SET tat = tat - $2 WHERE budget_key = $1";
    execute(db, sql, vec![value(key), limit.interval_micros().into()]).await.map(drop)
}
