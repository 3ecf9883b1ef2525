//! Second factors, known devices, histories, seals: what running the house from its own pages needs.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// The tables and columns, and an index for each filter of the long lists.
pub(crate) struct RunningTheHouse;

impl MigrationName for RunningTheHouse {
    fn name(&self) -> &'static str {
        "m0002_running_the_house"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for RunningTheHouse {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await
    }
}

const STATEMENTS: &str = "
CREATE TABLE locks (
    name {sorted} NOT NULL PRIMARY KEY
) {strict};
INSERT INTO locks (name) VALUES ('super-administrators');
INSERT INTO locks (name) VALUES ('sealing');
INSERT INTO locks (name) VALUES ('roles');

CREATE TABLE two_factors (
    account_id {id} NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    secret {bytes} NOT NULL,
    added_at {int} NOT NULL,
    last_step {int} NOT NULL
) {strict};

CREATE TABLE recovery_codes (
    account_id {id} NOT NULL REFERENCES two_factors (account_id) ON DELETE CASCADE,
    digest {bytes} NOT NULL,
    used_at {int},
    PRIMARY KEY (account_id, digest)
) {strict};

CREATE TABLE known_devices (
    account_id {id} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest {bytes} NOT NULL,
    seen_at {int} NOT NULL,
    PRIMARY KEY (account_id, digest)
) {strict};

CREATE TABLE parameter_changes (
    seq {serial},
    parameter_key {sorted} NOT NULL,
    content TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_id {id},
    actor_name TEXT,
    changed_at {int} NOT NULL
) {strict};
CREATE INDEX parameter_changes_by_key ON parameter_changes (parameter_key, changed_at, seq);

CREATE TABLE password_history (
    seq {serial},
    account_id {id} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    password TEXT NOT NULL,
    replaced_at {int} NOT NULL
) {strict};
CREATE INDEX password_history_by_account ON password_history (account_id, seq);

ALTER TABLE accounts ADD COLUMN password_rules TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_by_status ON accounts (kind, status, name_key, id);

ALTER TABLE outbox ADD COLUMN recipient_key TEXT NOT NULL DEFAULT '';
UPDATE outbox SET recipient_key = LOWER(recipient);
CREATE INDEX outbox_by_recipient ON outbox (recipient_key, kind, created_at, seq);
CREATE INDEX outbox_by_state_and_age ON outbox (state, created_at, seq);

ALTER TABLE audit_events ADD COLUMN seal {bytes};
CREATE INDEX audit_events_sealed ON audit_events (seq) WHERE seal IS NOT NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor, seq);
CREATE INDEX audit_events_by_operator ON audit_events (actor_id, seq);
CREATE INDEX audit_events_by_action ON audit_events (action, seq);
CREATE INDEX audit_events_by_target ON audit_events (target_id, seq)
";
