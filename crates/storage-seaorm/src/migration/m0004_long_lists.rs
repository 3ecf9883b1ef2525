//! Long lists: what keeps list, search and audit pages as quick with a hundred thousand operators as with a hundred.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::execute_all;

/// An index for every way the lists are walked; on `SQLite` counts and a search index that the database keeps itself, on
/// `PostgreSQL` a search index where its extension may be made.
pub(crate) struct LongLists;

impl MigrationName for LongLists {
    fn name(&self) -> &'static str {
        "m0004_long_lists"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for LongLists {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, STATEMENTS).await?;
        let db = manager.get_connection();
        let own: &[&str] = match db.get_database_backend() {
            DbBackend::Postgres => &[POSTGRES_SEARCH],
            _ => SQLITE,
        };
        for statement in own {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// Who holds a role is listed by name: the name stands beside the role, for operators only.
const STATEMENTS: &str = "
ALTER TABLE account_roles ADD COLUMN name_key {sorted};
UPDATE account_roles SET name_key = (SELECT a.name_key FROM accounts a
    WHERE a.id = account_roles.account_id AND a.kind = 'operator');
CREATE INDEX account_roles_by_name ON account_roles (role_id, name_key, account_id);

ALTER TABLE accounts ADD COLUMN two_factor {flag} NOT NULL DEFAULT FALSE;
UPDATE accounts SET two_factor = TRUE WHERE id IN (SELECT account_id FROM two_factors);
CREATE INDEX accounts_by_two_factor ON accounts (kind, two_factor, name_key, id);
CREATE INDEX accounts_by_status_and_two_factor ON accounts (kind, status, two_factor, name_key, id);
CREATE INDEX accounts_by_address ON accounts (kind, email_key);

CREATE INDEX audit_events_by_actor_and_action ON audit_events (actor, action, seq);
CREATE INDEX audit_events_by_operator_and_action ON audit_events (actor_id, action, seq);
CREATE INDEX audit_events_by_target_and_action ON audit_events (target_id, action, seq)
";

/// Where the extension may not be made, a search reads the names one by one, as before.
const POSTGRES_SEARCH: &str = "
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX accounts_by_words ON accounts USING gin (search gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'pg_trgm cannot be had (%): searching operators gets slower with their number', SQLERRM;
END $$";

/// The counts are kept by triggers: whoever changes a row, by whatever way, changes them in the same transaction. The
/// search index hangs on a table of its own, whose row numbers no `VACUUM` changes.
const SQLITE: &[&str] = &[
    "CREATE TABLE counters (subject TEXT NOT NULL, of TEXT NOT NULL, counted INTEGER NOT NULL,
        PRIMARY KEY (subject, of)) STRICT",
    "INSERT INTO counters SELECT 'active', '', COUNT(*) FROM accounts WHERE kind = 'operator' AND status = 'active'",
    "INSERT INTO counters SELECT 'covered', '', COUNT(*) FROM accounts
        WHERE kind = 'operator' AND status = 'active' AND two_factor",
    "INSERT INTO counters SELECT 'rules', password_rules, COUNT(*) FROM accounts
        WHERE kind = 'operator' AND status IN ('active', 'suspended') AND password IS NOT NULL GROUP BY password_rules",
    "INSERT INTO counters SELECT 'role', hex(role_id), COUNT(*) FROM account_roles
        WHERE name_key IS NOT NULL GROUP BY role_id",
    "CREATE TRIGGER accounts_counted_in AFTER INSERT ON accounts WHEN NEW.kind = 'operator' BEGIN
        INSERT INTO counters SELECT 'active', '', 1 WHERE NEW.status = 'active'
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
        INSERT INTO counters SELECT 'covered', '', 1 WHERE NEW.status = 'active' AND NEW.two_factor
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
        INSERT INTO counters SELECT 'rules', NEW.password_rules, 1
            WHERE NEW.status IN ('active', 'suspended') AND NEW.password IS NOT NULL
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
    END",
    "CREATE TRIGGER accounts_counted_out AFTER DELETE ON accounts WHEN OLD.kind = 'operator' BEGIN
        UPDATE counters SET counted = counted - 1 WHERE subject = 'active' AND of = '' AND OLD.status = 'active';
        UPDATE counters SET counted = counted - 1
            WHERE subject = 'covered' AND of = '' AND OLD.status = 'active' AND OLD.two_factor;
        UPDATE counters SET counted = counted - 1 WHERE subject = 'rules' AND of = OLD.password_rules
            AND OLD.status IN ('active', 'suspended') AND OLD.password IS NOT NULL;
    END",
    "CREATE TRIGGER accounts_counted_over
        AFTER UPDATE OF kind, status, two_factor, password, password_rules ON accounts BEGIN
        UPDATE counters SET counted = counted - 1
            WHERE subject = 'active' AND of = '' AND OLD.kind = 'operator' AND OLD.status = 'active';
        UPDATE counters SET counted = counted - 1 WHERE subject = 'covered' AND of = ''
            AND OLD.kind = 'operator' AND OLD.status = 'active' AND OLD.two_factor;
        UPDATE counters SET counted = counted - 1 WHERE subject = 'rules' AND of = OLD.password_rules
            AND OLD.kind = 'operator' AND OLD.status IN ('active', 'suspended') AND OLD.password IS NOT NULL;
        INSERT INTO counters SELECT 'active', '', 1 WHERE NEW.kind = 'operator' AND NEW.status = 'active'
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
        INSERT INTO counters SELECT 'covered', '', 1
            WHERE NEW.kind = 'operator' AND NEW.status = 'active' AND NEW.two_factor
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
        INSERT INTO counters SELECT 'rules', NEW.password_rules, 1
            WHERE NEW.kind = 'operator' AND NEW.status IN ('active', 'suspended') AND NEW.password IS NOT NULL
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
    END",
    "CREATE TRIGGER roles_counted_in AFTER INSERT ON account_roles WHEN NEW.name_key IS NOT NULL BEGIN
        INSERT INTO counters VALUES ('role', hex(NEW.role_id), 1)
            ON CONFLICT (subject, of) DO UPDATE SET counted = counted + 1;
    END",
    "CREATE TRIGGER roles_counted_out AFTER DELETE ON account_roles WHEN OLD.name_key IS NOT NULL BEGIN
        UPDATE counters SET counted = counted - 1 WHERE subject = 'role' AND of = hex(OLD.role_id);
    END",
    "CREATE TABLE searched (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id BLOB NOT NULL UNIQUE,
        search TEXT NOT NULL) STRICT",
    "CREATE VIRTUAL TABLE searched_words USING fts5(
        search, content = 'searched', content_rowid = 'place', tokenize = 'trigram case_sensitive 1')",
    "CREATE TRIGGER searched_in AFTER INSERT ON searched BEGIN
        INSERT INTO searched_words (rowid, search) VALUES (NEW.place, NEW.search);
    END",
    "CREATE TRIGGER searched_out AFTER DELETE ON searched BEGIN
        INSERT INTO searched_words (searched_words, rowid, search) VALUES ('delete', OLD.place, OLD.search);
    END",
    "CREATE TRIGGER searched_over AFTER UPDATE ON searched BEGIN
        INSERT INTO searched_words (searched_words, rowid, search) VALUES ('delete', OLD.place, OLD.search);
        INSERT INTO searched_words (rowid, search) VALUES (NEW.place, NEW.search);
    END",
    "INSERT INTO searched (account_id, search) SELECT id, search FROM accounts WHERE kind = 'operator' ORDER BY id",
    "CREATE TRIGGER accounts_searched_in AFTER INSERT ON accounts WHEN NEW.kind = 'operator' BEGIN
        INSERT INTO searched (account_id, search) VALUES (NEW.id, NEW.search);
    END",
    "CREATE TRIGGER accounts_searched_over AFTER UPDATE OF search ON accounts WHEN NEW.kind = 'operator' BEGIN
        UPDATE searched SET search = NEW.search WHERE account_id = NEW.id;
    END",
    "CREATE TRIGGER accounts_searched_out AFTER DELETE ON accounts WHEN OLD.kind = 'operator' BEGIN
        DELETE FROM searched WHERE account_id = OLD.id;
    END",
];
