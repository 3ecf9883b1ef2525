//! Stories in a browser as tests, which are ignored where what they need is not on this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use thirtyfour::WebDriver;

use crate::Product;
use crate::browser::{Done, found, in_a_browser};
use crate::requirement::required;

/// What a story needs besides the product.
pub enum Need {
    /// A program; `PORTCULLIS_TEST_REQUIRE=browser` makes a missing one an error.
    Program(&'static str),
    /// A package that `.ci/run` fetches, by its name and the file in it; the name in `PORTCULLIS_TEST_REQUIRE` makes a missing
    /// one an error.
    Fetched(&'static str, &'static str),
}

/// Where `.ci/run` puts a package's file.
pub fn fetched(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/npm/node_modules").join(file)
}

impl Need {
    fn missing(&self) -> bool {
        match self {
            Self::Program(program) => !found(program),
            Self::Fetched(_, file) => !fetched(file).exists(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Program(name) | Self::Fetched(name, _) => name,
        }
    }

    fn is_required(&self) -> bool {
        let word = match self {
            Self::Program(_) => "browser",
            Self::Fetched(name, _) => name,
        };
        required(word)
    }
}

/// Runs a story with a fresh product and a fresh browser, for four minutes at most.
pub fn trial<F>(name: &'static str, needs: &'static [Need], story: F) -> Trial
where
    F: AsyncFnOnce(&WebDriver, &Product) -> Done + Send + 'static,
{
    let missing: Vec<&Need> = needs.iter().filter(|need| need.missing()).collect();
    let ignored = !missing.is_empty() && !missing.iter().any(|need| need.is_required());
    let missing: Vec<&str> = missing.into_iter().map(Need::name).collect();
    let test = move || {
        if !missing.is_empty() {
            return Err(Failed::from(format!("required, and not found: {}", missing.join(", "))));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let told = async { tokio::time::timeout(Duration::from_mins(4), in_a_browser(story)).await };
        let told = runtime.block_on(told).map_err(|_| Failed::from("the browser took more than four minutes"))?;
        told.map_err(|error| Failed::from(error.to_string()))
    };
    Trial::test(name, test).with_ignored_flag(ignored)
}
