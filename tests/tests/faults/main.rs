//! Faults that the product must live through, with the real binary. `bash tests/repeat.sh faults 10` runs them ten times.
#![expect(clippy::expect_used, reason = "a test that cannot set its stage has failed")]

mod invariants;
mod killed;
mod mix;

use std::time::Duration;

pub(crate) const ADA: &str = "ada@shop.example";

pub(crate) const PASSWORD: &str = "violet kettle orbit lantern";

/// Runs a story on a runtime of its own, for so long at most.
pub(crate) async fn within<F: Future<Output = ()>>(patience: Duration, story: F) {
    // A build of the binary is no part of the story.
    portcullis_tests::binary();
    assert!(tokio::time::timeout(patience, story).await.is_ok(), "it took longer than {patience:?}");
}
