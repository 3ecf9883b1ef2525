//! Parameters.

use std::sync::Arc;

use portcullis_domain::ports::storage::Storage;

pub(crate) async fn a_parameter_is_what_it_was_set_to_last(storage: Arc<dyn Storage>) {
    assert_eq!(storage.view().await.unwrap().parameters().await.unwrap(), []);
    let long = "é🐢".repeat(1000);
    let mut unit = storage.begin().await.unwrap();
    unit.set_parameter("session.idle_minutes", "30").await.unwrap();
    unit.set_parameter("second_admin_alias", "old").await.unwrap();
    unit.set_parameter("session.idle_minutes", "15").await.unwrap();
    unit.set_parameter("empty", "").await.unwrap();
    unit.commit().await.unwrap();
    let mut unit = storage.begin().await.unwrap();
    unit.set_parameter("second_admin_alias", &long).await.unwrap();
    unit.commit().await.unwrap();

    let mut read = storage.view().await.unwrap().parameters().await.unwrap();
    read.sort();
    let expected = [("empty", ""), ("second_admin_alias", long.as_str()), ("session.idle_minutes", "15")];
    assert_eq!(read, expected.map(|(key, text)| (key.to_owned(), text.to_owned())));
}
