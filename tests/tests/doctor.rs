//! `portcullis doctor` says what is wrong, and changes nothing.
#![expect(clippy::expect_used, reason = "a test that cannot open its database has failed")]

use portcullis_tests::Product;
use sea_orm::{ConnectionTrait, Database};

async fn execute(product: &Product, sql: &str) {
    let file = product.folder.path().join("portcullis-data/portcullis.db");
    let db = Database::connect(format!("sqlite://{}", file.display())).await.expect("the database");
    db.execute_unprepared(sql).await.expect("the statement");
    db.close().await.expect("closed");
}

/// What it says, and whether it found everything well.
fn doctor(product: &Product, settings: &[(&str, &str)]) -> (String, bool) {
    let output = product.run_with(settings, &["doctor"]);
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[tokio::test]
async fn tables_of_another_version_are_named_older_ones_and_newer_ones() {
    let product = Product::start(&[]);
    let (words, well) = doctor(&product, &[]);
    assert!(well && words.contains("ok     storage: up to date"), "{words}");

    execute(&product, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)").await;
    let (words, well) = doctor(&product, &[]);
    assert!(!well && words.contains("m9999_from_the_future") && words.contains("a newer version"), "{words}");

    execute(&product, "DELETE FROM seaql_migrations WHERE version <> 'm0001_foundation'").await;
    let (words, well) = doctor(&product, &[]);
    assert!(!well && words.contains("run `portcullis migrate`"), "{words}");
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let product = Product::start(&[]);
    let file = product.folder.path().join("elsewhere.db");
    let url = format!("sqlite://{}", file.display());
    let (words, well) = doctor(&product, &[("PORTCULLIS_DATABASE_URL", &url)]);
    assert!(!well && words.contains("there is no database yet"), "{words}");
    assert!(!file.exists());
}
