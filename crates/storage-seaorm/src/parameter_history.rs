//! What parameters were before.

use async_trait::async_trait;
use portcullis_domain::ports::storage::parameter_history::{
    ParameterChange, ParameterHistory, ParameterHistoryView, RecordedChange,
};
use portcullis_domain::ports::storage::{Page, Stored};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::handle::Handle;
use crate::statement::{Row, at, execute, limit_offset, maybe_text, row, rows, text};
use crate::{audit, parameters};

fn read(row: &Row) -> Stored<ParameterChange> {
    Ok(ParameterChange {
        key: row.text("parameter_key")?,
        text: row.text("content")?,
        by: audit::actor(row)?,
        at: row.instant("changed_at")?,
    })
}

#[async_trait]
impl<C: ConnectionTrait + Send> ParameterHistoryView for Handle<C> {
    async fn parameter_changes(&mut self, key: &str, page: Page) -> Stored<Vec<RecordedChange>> {
        let sql = "SELECT seq, parameter_key, content, actor, actor_id, actor_name, changed_at FROM parameter_changes \
                   WHERE parameter_key = $1 ORDER BY changed_at DESC, seq DESC LIMIT $2 OFFSET $3";
        let [limit, offset] = limit_offset(page);
        let found = rows(&self.0, sql, vec![text(key), limit, offset]).await?;
        found.iter().map(|row| Ok(RecordedChange { number: row.get("seq")?, change: read(row)? })).collect()
    }

    async fn parameter_change(&mut self, key: &str, number: i64) -> Stored<Option<ParameterChange>> {
        let sql = "SELECT parameter_key, content, actor, actor_id, actor_name, changed_at FROM parameter_changes \
                   WHERE seq = $1 AND parameter_key = $2";
        row(&self.0, sql, vec![number.into(), text(key)]).await?.as_ref().map(read).transpose()
    }

    async fn latest_parameter_changes(&mut self) -> Stored<Vec<ParameterChange>> {
        let sql = "SELECT parameter_key, content, actor, actor_id, actor_name, changed_at FROM parameter_changes c \
                   WHERE seq = (SELECT seq FROM parameter_changes l WHERE l.parameter_key = c.parameter_key \
                   ORDER BY l.changed_at DESC, l.seq DESC LIMIT 1) ORDER BY parameter_key";
        rows(&self.0, sql, vec![]).await?.iter().map(read).collect()
    }
}

#[async_trait]
impl ParameterHistory for Handle<DatabaseTransaction> {
    async fn change_parameter(&mut self, change: &ParameterChange) -> Stored<()> {
        parameters::set(&self.0, &change.key, &change.text).await?;
        let sql = "INSERT INTO parameter_changes (parameter_key, content, actor, actor_id, actor_name, changed_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let (actor, id, name) = audit::spelled(&change.by);
        let values =
            vec![text(&change.key), text(&change.text), actor.into(), id.into(), maybe_text(name), at(change.at)];
        execute(&self.0, sql, values).await.map(drop)
    }
}
