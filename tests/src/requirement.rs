//! What a run of the tests must not do without.

/// Whether `PORTCULLIS_TEST_REQUIRE`, a list parted by commas, names it: what is missing is a failure then, and not one
/// more among the ignored.
pub fn required(what: &str) -> bool {
    std::env::var("PORTCULLIS_TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == what))
}
