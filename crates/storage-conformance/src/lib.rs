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
mod audit_trail;
mod budgets;
mod invitations;
mod known_devices;
mod mail_desk;
mod operator_search;
mod operators;
mod outbox;
mod parameter_history;
mod parameters;
mod password_history;
mod passwords;
mod recovery_requests;
mod role_book;
mod roles;
mod sessions;
mod sweeping;
mod tokens;
mod two_factors;
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

#[expect(clippy::too_many_lines, reason = "a list of names, and a trial that is not on it does not run")]
fn all() -> Vec<(&'static str, Run)> {
    trials! {
        units_of_work:
            what_is_dropped_is_rolled_back,
            what_is_not_committed_is_seen_by_itself_and_nobody_else,
            second_factors_and_history_roll_back_with_the_rest,
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
            only_an_account_that_is_there_is_locked,
            deleting_takes_roles_sessions_and_tokens_along,
            deleting_takes_all_the_rest_along_but_what_was_recorded,;
        passwords:
            a_first_password_makes_an_invited_account_active,
            of_racing_changes_of_a_password_one_wins,
            a_suspended_account_gets_no_password,
            a_renewed_hash_changes_nothing_else,;
        password_history:
            earlier_passwords_come_newest_first,
            the_newest_twenty_four_are_kept,
            rules_in_use_are_those_of_active_and_suspended_operators,
            new_passwords_are_required_under_the_rules_named,
            the_rules_of_a_password_go_with_it,;
        operators:
            vendors_and_customers_are_never_operators,
            pages_are_complete_and_ordered,
            a_page_has_five_hundred_at_most,
            a_search_finds_names_and_addresses_without_regard_to_case,
            a_search_takes_wildcards_literally,;
        operator_search:
            filters_narrow_together_in_every_combination,
            what_does_not_narrow_lists_all_as_they_are,
            a_filter_searches_as_the_list_does,
            a_short_search_finds_how_names_and_addresses_begin,
            a_search_that_finds_very_many_gathers_some_of_them,
            a_search_follows_names_and_deletions,
            a_whole_name_finds_those_who_are_called_so_among_however_many,
            active_operators_are_walked_by_identity_whatever_they_are_called,;
        roles:
            the_built_in_role_is_there_and_first,
            a_role_is_read_back_as_it_was_written,
            a_role_name_is_taken_without_regard_to_case,
            an_operator_holds_the_union_of_the_roles,
            unknown_roles_are_refused_and_the_old_ones_stay,;
        role_book:
            a_role_is_found_by_its_identity,
            an_update_replaces_all_and_raises_the_version,
            of_racing_updates_of_a_version_one_wins,
            a_taken_name_does_not_poison_the_update,
            a_role_is_deleted_only_when_nobody_holds_it,
            a_role_is_not_deleted_while_somebody_gets_it,
            holders_are_operators_by_name,
            super_administrators_are_counted_when_active,
            of_two_who_take_each_other_away_one_is_left,
            of_racing_renames_to_one_name_one_wins_and_the_others_go_on,;
        tokens:
            of_racing_consumers_one_wins,
            a_token_serves_its_own_purpose_only,
            a_token_expires_exactly_when_it_says,
            issuing_voids_the_older_of_the_same_purpose_and_person,
            issuing_for_nobody_voids_the_older_for_nobody,
            voiding_takes_one_purpose_or_all,
            of_racing_issues_one_is_good,
            voiding_misses_none_that_is_being_issued,;
        invitations:
            each_account_has_the_token_that_can_be_used_or_else_the_newest,
            an_invitation_is_opened_once_while_it_can_be_used,
            of_racing_openers_one_wins,;
        sessions:
            a_session_is_found_by_its_digest,
            sessions_come_latest_use_first_and_never_go_back,
            a_session_ends_once,
            ending_the_others_spares_one_and_other_people,
            whoever_ends_all_misses_none_that_is_being_opened,
            whoever_ends_all_misses_none_that_is_being_renewed,;
        two_factors:
            a_second_factor_is_read_back_as_it_was_written,
            a_step_is_spent_once_and_only_later_ones_after_it,
            of_racing_steps_none_is_spent_twice,
            a_secret_is_sealed_anew_only_in_the_place_of_the_one_that_was_opened,
            of_racing_uses_of_a_recovery_code_one_wins,
            a_recovery_code_is_good_for_its_owner_only,
            of_racing_additions_one_wins_with_its_own_codes,
            removing_takes_the_recovery_codes_along,
            new_recovery_codes_replace_used_and_unused,
            of_racing_replacements_of_codes_one_set_stays,
            coverage_counts_active_operators_only,
            holders_are_those_asked_for_who_have_one,;
        known_devices:
            a_device_is_known_to_the_account_it_signed_in_to,
            twenty_devices_are_kept_per_account,
            forgetting_forgets_all_of_one_account,
            racing_sign_ins_of_a_device_note_it_once,;
        budgets:
            a_budget_is_exact_under_fifty_parallel_spends,
            a_budget_fills_up_with_time,
            what_is_refunded_can_be_spent_again,
            budgets_do_not_touch_each_other,;
        sweeping:
            what_is_outlived_goes_in_batches_and_the_rest_stays,
            a_budget_is_exact_while_it_is_swept,;
        outbox:
            a_mail_is_read_back_as_it_was_written,
            a_mail_goes_to_one_caller_until_its_lease_ends,
            of_racing_claims_each_mail_goes_to_one,
            what_is_known_after_a_try_replaces_what_was,
            who_is_late_overwrites_nothing,
            the_outbox_comes_newest_first_and_complete,;
        mail_desk:
            mails_of_a_state_come_newest_first_and_complete,
            the_latest_mails_are_of_a_kind_and_of_the_addresses_asked_for,
            what_is_tried_again_is_due_at_once,
            what_is_on_its_way_is_not_tried_again,;
        recovery_requests:
            a_request_is_taken_once_when_it_is_due,
            of_racing_takers_each_request_goes_to_one,;
        audit:
            every_action_and_actor_round_trips,
            events_come_newest_first_and_complete,;
        audit_trail:
            each_filter_finds_its_events_complete_and_newest_first,
            a_filter_is_text_and_nothing_more,
            a_search_gives_five_hundred_at_most,
            the_chain_comes_in_the_order_of_writing,
            an_event_is_sealed_once,
            the_signed_end_is_the_last_that_was_written,
            no_event_appears_before_one_that_is_sealed,
            of_racing_sealers_each_goes_on_where_the_one_before_ended,
            of_racing_writers_every_event_has_a_place_of_its_own,;
        parameters:
            a_parameter_is_what_it_was_set_to_last,;
        parameter_history:
            a_change_sets_the_parameter_and_is_recorded,
            changes_come_newest_first_and_complete,
            a_change_is_found_by_its_number_under_its_own_key,
            of_racing_changes_every_one_is_recorded,;
    }
}
