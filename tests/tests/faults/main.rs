//! Faults that the product must live through, with the real binary. `bash tests/repeat.sh faults 10` runs them ten times.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot set its stage has failed")]

mod clock;
mod disk_full;
mod invariants;
mod killed;
mod mail;
mod mix;
mod outage;
mod stage;

use std::time::Duration;

use libtest_mimic::Arguments;
use portcullis_tests::cluster::Cluster;
use portcullis_tests::postgres::server;
use portcullis_tests::story::{Need, runtime, story};

pub(crate) const ADA: &str = "ada@shop.example";

pub(crate) const PASSWORD: &str = "violet kettle orbit lantern";

fn main() {
    let server = runtime().block_on(server());
    let postgres = Need { word: "postgres", there: server.is_some() };
    let own_server = Need { word: "postgres", there: Cluster::is_possible() };
    let small_disk = Need { word: "mount", there: disk_full::SmallDisk::mount().is_some() };
    let size_limits = Need { word: "prlimit", there: disk_full::limits_sizes() };
    let faketime = Need { word: "faketime", there: clock::library().is_some() };
    let server = server.unwrap_or_default();
    let (kills, hangs, mails) = (server.clone(), server.clone(), server);
    let trials = vec![
        story(
            "killed_fifty_times_in_a_running_mix_nothing_is_half_done_on_sqlite",
            &[],
            Duration::from_mins(6),
            killed::on_sqlite,
        ),
        story(
            "killed_twenty_times_in_a_running_mix_nothing_is_half_done_on_postgresql",
            &[postgres],
            Duration::from_mins(4),
            || async move {
                killed::on_postgresql(&kills).await;
            },
        ),
        story(
            "while_the_database_goes_and_comes_back_nobody_gets_in_and_nothing_is_forgotten",
            &[own_server],
            Duration::from_mins(5),
            outage::goes_and_comes_back,
        ),
        story("connections_that_hang_hold_up_nobody_else", &[postgres], Duration::from_mins(3), || async move {
            outage::some_connections_hang(&hangs).await;
        }),
        story(
            "of_a_mail_server_that_refuses_hangs_and_drops_each_address_gets_its_mail_once",
            &[],
            Duration::from_mins(4),
            mail::each_leaves_once,
        ),
        story(
            "a_node_that_is_told_to_stop_lets_a_mail_leave",
            &[],
            Duration::from_mins(2),
            mail::a_stop_lets_a_mail_leave,
        ),
        story(
            "a_node_that_is_told_to_stop_gives_a_mail_back",
            &[],
            Duration::from_mins(4),
            mail::a_stop_gives_a_mail_back,
        ),
        story(
            "a_mail_of_a_node_that_was_killed_is_taken_over_by_another",
            &[postgres, faketime],
            Duration::from_mins(3),
            || async move {
                mail::a_killed_nodes_mail_is_taken_over(&mails).await;
            },
        ),
        story(
            "while_the_disk_is_full_each_is_told_and_nothing_is_torn",
            &[small_disk],
            Duration::from_mins(3),
            disk_full::on_a_small_disk,
        ),
        story(
            "while_files_may_not_grow_each_is_told_and_nothing_is_torn",
            &[size_limits],
            Duration::from_mins(3),
            disk_full::at_a_size_limit,
        ),
        story(
            "while_the_clock_is_set_back_and_forth_no_code_is_good_twice",
            &[faketime],
            Duration::from_mins(2),
            clock::no_code_is_good_twice,
        ),
        story(
            "while_the_clock_is_set_back_and_forth_no_limit_begins_anew",
            &[faketime],
            Duration::from_mins(2),
            clock::no_limit_begins_anew,
        ),
        story(
            "when_the_clock_is_set_back_nothing_comes_back_to_life",
            &[faketime],
            Duration::from_mins(2),
            clock::nothing_comes_back_to_life,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
