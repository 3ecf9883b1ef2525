//! Accounts, roles, tokens, sessions, limits, mail, recovery requests, audit, parameters.

use portcullis_domain::email::EmailKey;
use portcullis_domain::role::{Grants, Role};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// The first tables, and the built-in role.
pub(crate) struct Foundation;

impl MigrationName for Foundation {
    fn name(&self) -> &'static str {
        "m0001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Foundation {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = db.get_database_backend();
        execute_all(manager, TABLES).await?;
        let role = Role::super_administrator();
        let seed = Statement::from_sql_and_values(
            backend,
            "INSERT INTO roles (id, name, name_key, description, everything, version) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                role.id.0.into(),
                role.name.as_str().into(),
                EmailKey::of(role.name.as_str()).as_str().into(),
                role.description.as_str().into(),
                matches!(role.grants, Grants::Everything).into(),
                role.version.into(),
            ],
        );
        db.execute_raw(seed).await.map(drop)
    }
}

/// Instants are microseconds since the epoch.
const TABLES: &str = "
CREATE TABLE installation (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    set_up_at {int} NOT NULL
) {strict};

CREATE TABLE accounts (
    id {id} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key {sorted} NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key {sorted} NOT NULL,
    search {sorted} NOT NULL,
    language TEXT NOT NULL,
    status TEXT NOT NULL,
    password TEXT,
    password_set_at {int},
    password_change_due {flag} NOT NULL,
    created_at {int} NOT NULL
) {strict};
CREATE INDEX accounts_by_kind_and_name ON accounts (kind, name_key, id);

CREATE TABLE roles (
    id {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key {sorted} NOT NULL UNIQUE,
    description TEXT NOT NULL,
    everything {flag} NOT NULL,
    version {int} NOT NULL
) {strict};

CREATE TABLE role_permissions (
    role_id {id} NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    functionality {sorted} NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (role_id, functionality)
) {strict};

CREATE TABLE account_roles (
    account_id {id} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role_id {id} NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, role_id)
) {strict};
CREATE INDEX account_roles_by_role ON account_roles (role_id);

CREATE TABLE one_time_tokens (
    digest {bytes} NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    account_id {id} REFERENCES accounts (id) ON DELETE CASCADE,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    consumed_at {int}
) {strict};
CREATE INDEX one_time_tokens_by_account ON one_time_tokens (account_id, purpose);

CREATE TABLE sessions (
    id {id} NOT NULL PRIMARY KEY,
    digest {bytes} NOT NULL UNIQUE,
    account_id {id} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    created_at {int} NOT NULL,
    last_seen_at {int} NOT NULL,
    proven_at {int} NOT NULL,
    address TEXT NOT NULL,
    device TEXT NOT NULL
) {strict};
CREATE INDEX sessions_by_account ON sessions (account_id, last_seen_at);

CREATE TABLE rate_limits (
    budget_key {bytes} NOT NULL PRIMARY KEY,
    tat {int} NOT NULL
) {strict};
CREATE INDEX rate_limits_by_tat ON rate_limits (tat);

CREATE TABLE outbox (
    seq {serial},
    id {id} NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    body {bytes},
    state TEXT NOT NULL,
    attempts {int} NOT NULL,
    next_attempt_at {int} NOT NULL,
    created_at {int} NOT NULL,
    last_error TEXT
) {strict};
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_age ON outbox (created_at, seq);

CREATE TABLE recovery_requests (
    seq {serial},
    id {id} NOT NULL UNIQUE,
    email_key TEXT NOT NULL,
    address TEXT NOT NULL,
    requested_at {int} NOT NULL,
    due_at {int} NOT NULL
) {strict};
CREATE INDEX recovery_requests_by_due ON recovery_requests (due_at);

CREATE TABLE audit_events (
    seq {serial},
    id {id} NOT NULL UNIQUE,
    happened_at {int} NOT NULL,
    actor TEXT NOT NULL,
    actor_id {id},
    actor_name TEXT,
    action TEXT NOT NULL,
    target_id TEXT,
    target_name TEXT,
    address TEXT,
    details TEXT NOT NULL
) {strict};

CREATE INDEX audit_events_by_age ON audit_events (happened_at, seq);

CREATE TABLE parameters (
    parameter_key {sorted} NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
) {strict};
";
