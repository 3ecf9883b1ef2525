//! What must be so in every database, whatever happened: asked by SQL, past the program that wrote it.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

/// What there must be none of, and how many there are.
const NEVER: [(&str, &str); 15] = [
    (
        "an active operator without a password",
        "SELECT COUNT(*) AS n FROM accounts WHERE kind = 'operator' AND status = 'active' \
         AND (password IS NULL OR password_set_at IS NULL)",
    ),
    (
        "an invited operator with a password",
        "SELECT COUNT(*) AS n FROM accounts WHERE status = 'invited' AND password IS NOT NULL",
    ),
    (
        "an invited operator without a live invitation",
        "SELECT COUNT(*) AS n FROM accounts a WHERE a.status = 'invited' AND NOT EXISTS (SELECT 1 FROM one_time_tokens t \
         WHERE t.account_id = a.id AND t.purpose = 'invitation' AND t.consumed_at IS NULL)",
    ),
    (
        "an invited operator to whom no mail was written",
        "SELECT COUNT(*) AS n FROM accounts a WHERE a.status = 'invited' AND NOT EXISTS (SELECT 1 FROM outbox o \
         WHERE o.recipient = a.email AND o.kind = 'invitation')",
    ),
    (
        "two live tokens of one purpose for one person",
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM one_time_tokens WHERE consumed_at IS NULL \
         GROUP BY account_id, purpose HAVING COUNT(*) > 1) AS twice",
    ),
    (
        "an unspent token of a suspended operator",
        "SELECT COUNT(*) AS n FROM one_time_tokens t JOIN accounts a ON a.id = t.account_id \
         WHERE t.consumed_at IS NULL AND a.status = 'suspended'",
    ),
    (
        "a live invitation of somebody who has a password",
        "SELECT COUNT(*) AS n FROM one_time_tokens t JOIN accounts a ON a.id = t.account_id \
         WHERE t.consumed_at IS NULL AND t.purpose = 'invitation' AND a.password IS NOT NULL",
    ),
    (
        "a live set-up link once set-up is over",
        "SELECT COUNT(*) AS n FROM one_time_tokens WHERE purpose = 'set-up' AND consumed_at IS NULL \
         AND EXISTS (SELECT 1 FROM installation)",
    ),
    (
        "a second factor without its ten recovery codes",
        "SELECT COUNT(*) AS n FROM two_factors f WHERE \
         (SELECT COUNT(*) FROM recovery_codes c WHERE c.account_id = f.account_id) <> 10",
    ),
    (
        "recovery codes without a second factor",
        "SELECT COUNT(*) AS n FROM recovery_codes WHERE account_id NOT IN (SELECT account_id FROM two_factors)",
    ),
    (
        "a session of an account that is not active",
        "SELECT COUNT(*) AS n FROM sessions s LEFT JOIN accounts a ON a.id = s.account_id \
         WHERE a.id IS NULL OR a.status <> 'active' OR a.kind <> 'operator'",
    ),
    (
        "set-up that is over without a super-administrator",
        "SELECT COUNT(*) AS n FROM installation WHERE NOT EXISTS (SELECT 1 FROM accounts a \
         JOIN account_roles h ON h.account_id = a.id JOIN roles r ON r.id = h.role_id \
         WHERE a.status = 'active' AND a.kind = 'operator' AND CAST(r.everything AS INTEGER) = 1)",
    ),
    (
        "an operator before set-up is over",
        "SELECT COUNT(*) AS n FROM accounts WHERE NOT EXISTS (SELECT 1 FROM installation)",
    ),
    (
        "a mail that waits without a body, or was sent and still has one",
        "SELECT COUNT(*) AS n FROM outbox WHERE (state = 'waiting' AND body IS NULL) \
         OR (state = 'sent' AND (body IS NOT NULL OR attempts = 0)) OR state NOT IN ('waiting', 'sent', 'failed')",
    ),
    (
        "an operator who was invited with no event that says so",
        "SELECT COUNT(*) AS n FROM accounts a WHERE a.status = 'invited' AND NOT EXISTS (SELECT 1 FROM audit_events e \
         WHERE e.action = 'operator.invited' AND e.target_name = a.email)",
    ),
];

/// Asks the database of a URL, and fails with all that it finds.
pub(crate) async fn hold(url: &str, when: &str) {
    let db = Database::connect(url).await.expect("the database");
    let backend = db.get_database_backend();
    let mut broken = Vec::new();
    for (what, sql) in NEVER {
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await.expect(sql).expect("a count");
        let n: i64 = row.try_get("", "n").expect("a number");
        if n != 0 {
            broken.push(format!("{what}: {n}"));
        }
    }
    if backend == DbBackend::Sqlite {
        let row = db.query_one_raw(Statement::from_string(backend, "PRAGMA integrity_check")).await;
        let said: String = row.expect("a check").expect("a row").try_get("", "integrity_check").expect("a text");
        if said != "ok" {
            broken.push(said);
        }
    }
    drop(db.close().await);
    assert!(broken.is_empty(), "{when}: {broken:?}");
}
