//! Stories without a browser as tests: for so long at most, and ignored where what they need is not on this machine.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::requirement::required;

/// What a story needs of the machine.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// The word in `PORTCULLIS_TEST_REQUIRE` that makes it an error when it is missing.
    pub word: &'static str,
    /// Whether it is there.
    pub there: bool,
}

/// A runtime of a story's own.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// A story of that name, told on a runtime of its own.
pub fn story<F, Fut>(name: &str, needs: &[Need], patience: Duration, tell: F) -> Trial
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let missing: Vec<&str> = needs.iter().filter(|need| !need.there).map(|need| need.word).collect();
    let ignored = !missing.is_empty() && !missing.iter().any(|word| required(word));
    let missing = missing.join(", ");
    let test = move || {
        if !missing.is_empty() {
            return Err(Failed::from(format!("not on this machine: {missing}")));
        }
        // A build of the binary is no part of the story.
        crate::binary();
        let told = runtime().block_on(async { tokio::time::timeout(patience, tell()).await });
        told.map_err(|_| Failed::from(format!("it took longer than {patience:?}")))
    };
    Trial::test(name, test).with_ignored_flag(ignored)
}
