//! Faults that the product must live through, with the real binary. `bash tests/repeat.sh faults 10` runs them ten times.
#![expect(clippy::expect_used, reason = "a test that cannot set its stage has failed")]

mod invariants;
mod killed;
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
    let server = server.unwrap_or_default();
    let (kills, hangs) = (server.clone(), server);
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
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
