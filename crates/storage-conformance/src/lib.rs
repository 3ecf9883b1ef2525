//! The suite that every storage adapter must pass.
//!
//! Each promise of [`portcullis_domain::ports::storage`] is a trial, named for what it shows. An adapter runs them all
//! against fresh storages of its own, in a test without a harness:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use portcullis_domain::ports::storage::Storage;
//! # async fn fresh() -> Arc<dyn Storage> { unimplemented!() }
//! let trials = portcullis_storage_conformance::suite("memory", fresh);
//! libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit();
//! ```

mod fixtures;

mod accounts;
mod audit;
mod budgets;
mod operators;
mod outbox;
mod parameters;
mod passwords;
mod recovery_requests;
mod roles;
mod sessions;
mod tokens;
mod units_of_work;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use portcullis_domain::ports::storage::Storage;

/// No trial takes longer, so that a deadlock is a failure and not a silence.
const LONGEST: Duration = Duration::from_mins(2);

/// What a trial does with a fresh storage; it panics when a promise is broken.
type Run = fn(Arc<dyn Storage>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Every trial, called `name::module::trial`. `make` gives each a storage that holds nothing but the built-in role; it
/// is called on the trial's own runtime, with four worker threads, so a pool may bind itself to it.
pub fn suite<F, Fut>(name: &str, make: F) -> Vec<Trial>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Arc<dyn Storage>> + Send + 'static,
{
    let make = Arc::new(make);
    all().into_iter().map(|(what, run)| trial(format!("{name}::{what}"), Arc::clone(&make), run)).collect()
}

fn trial<F, Fut>(name: String, make: Arc<F>, run: Run) -> Trial
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Arc<dyn Storage>> + Send + 'static,
{
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
        let outcome = runtime.block_on(async {
            tokio::time::timeout(LONGEST, async {
                let storage = make().await;
                run(storage).await;
            })
            .await
        });
        // What hangs must not keep the runtime, and with it the whole suite, from ending.
        runtime.shutdown_timeout(Duration::from_secs(1));
        outcome.map_err(|_| Failed::from("not done in two minutes: is it a deadlock?"))
    })
}

macro_rules! trials {
    ($($module:ident: $($trial:ident,)*;)*) => {
        vec![$($((
            concat!(stringify!($module), "::", stringify!($trial)),
            (|storage| Box::pin($module::$trial(storage))) as Run,
        ),)*)*]
    };
}

fn all() -> Vec<(&'static str, Run)> {
    trials! {
        units_of_work:
            what_is_dropped_is_rolled_back,
            what_is_not_committed_is_seen_by_itself_and_nobody_else,
            a_conflict_does_not_poison_it,
            set_up_completes_once,;
        accounts:
            an_account_is_read_back_as_it_was_written,
            times_keep_their_microseconds,
            an_address_is_one_however_its_case,
            unicode_and_four_byte_characters_round_trip,
            what_no_text_column_holds_is_not_found,
            a_profile_changes_name_and_language_only,
            a_status_moves_from_where_it_was_seen,
            deleting_takes_roles_sessions_and_tokens_along,;
        passwords:
            a_first_password_makes_an_invited_account_active,
            of_racing_changes_of_a_password_one_wins,
            a_suspended_account_gets_no_password,
            a_renewed_hash_changes_nothing_else,;
        operators:
            vendors_and_customers_are_never_operators,
            pages_are_complete_and_ordered,
            a_page_has_five_hundred_at_most,
            a_search_finds_names_and_addresses_without_regard_to_case,
            a_search_takes_wildcards_literally,;
        roles:
            the_built_in_role_is_there_and_first,
            a_role_is_read_back_as_it_was_written,
            a_role_name_is_taken_without_regard_to_case,
            an_operator_holds_the_union_of_the_roles,
            unknown_roles_are_refused_and_the_old_ones_stay,;
        tokens:
            of_racing_consumers_one_wins,
            a_token_serves_its_own_purpose_only,
            a_token_expires_exactly_when_it_says,
            issuing_voids_the_older_of_the_same_purpose_and_person,
            issuing_for_nobody_voids_the_older_for_nobody,
            voiding_takes_one_purpose_or_all,;
        sessions:
            a_session_is_found_by_its_digest,
            sessions_come_latest_use_first_and_never_go_back,
            a_session_ends_once,
            ending_the_others_spares_one_and_other_people,;
        budgets:
            a_budget_is_exact_under_fifty_parallel_spends,
            a_budget_fills_up_with_time,
            what_is_refunded_can_be_spent_again,
            budgets_do_not_touch_each_other,;
        outbox:
            a_mail_is_read_back_as_it_was_written,
            a_mail_goes_to_one_caller_until_its_lease_ends,
            of_racing_claims_each_mail_goes_to_one,
            what_is_known_after_a_try_replaces_what_was,
            the_outbox_comes_newest_first_and_complete,;
        recovery_requests:
            a_request_is_taken_once_when_it_is_due,
            of_racing_takers_each_request_goes_to_one,;
        audit:
            every_action_and_actor_round_trips,
            events_come_newest_first_and_complete,;
        parameters:
            a_parameter_is_what_it_was_set_to_last,;
    }
}
