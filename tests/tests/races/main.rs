//! What may happen at most once: a thousand rounds of sixteen callers for each rule, in memory, on `SQLite`, and from two
//! processes on one `PostgreSQL`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot open its storage has failed, and a worker tells its parent what it did"
)]

mod account;
mod administrators;
mod factors;
mod links;
mod mail;
mod node;
mod rule;
mod sign_in;
mod trail;
mod workers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_tests::postgres::{FreshDatabase, server};
use portcullis_tests::requirement::required;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::node::Node;
use crate::rule::{Rule, TABLE};
use crate::workers::Worker;

const ROUNDS: u32 = 1_000;
/// How long a rule's rounds may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// After how many rounds storage in memory is a fresh one.
const FRESH: u32 = 50;
pub(crate) const CALLERS: u32 = 16;

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

pub(crate) fn rule_of(name: &str) -> &'static dyn Rule {
    TABLE.iter().find(|(known, _)| *known == name).expect("a rule of the table").1
}

/// Lets callers of this process go at the same moment; says how many got it.
pub(crate) async fn call(rule: &'static dyn Rule, node: &Arc<Node>, round: u32, callers: &[u32]) -> u32 {
    node.enter(round);
    let line = Arc::new(Barrier::new(callers.len()));
    let mut racing = JoinSet::new();
    for caller in callers.iter().copied() {
        let (node, line) = (Arc::clone(node), Arc::clone(&line));
        racing.spawn(async move {
            line.wait().await;
            rule.attempt(&node, round, caller).await
        });
    }
    racing.join_all().await.into_iter().map(u32::from).sum()
}

/// So many rounds; `go` lets the callers go.
async fn rounds(number: u32, rule: &dyn Rule, node: &Node, mut go: impl AsyncFnMut(u32) -> u32) {
    for round in 0..number {
        node.enter(round);
        rule.prepare(node, round).await;
        let won = go(round).await;
        rule.holds(node, round, won).await;
    }
}

async fn in_one_process(number: u32, rule: &'static dyn Rule, node: Node) {
    let (node, callers) = (Arc::new(node), (0..CALLERS).collect::<Vec<_>>());
    rounds(number, rule, &node, async |round| call(rule, &node, round, &callers).await).await;
}

async fn in_memory(rule: &'static dyn Rule) {
    // Each unit of work copies all that there is: what earlier rounds left must not grow.
    for _ in 0..ROUNDS / FRESH {
        in_one_process(FRESH, rule, Node::in_memory().await).await;
    }
}

async fn on_sqlite(rule: &'static dyn Rule) {
    // What survives a power cut is not asked here: on a disk in memory a commit costs nothing.
    let quick = Path::new("/dev/shm");
    let folder = if quick.is_dir() { tempfile::tempdir_in(quick) } else { tempfile::tempdir() };
    let folder = folder.expect("a folder");
    in_one_process(
        ROUNDS,
        rule,
        Node::on_database(&format!("sqlite://{}", folder.path().join("races.db").display())).await,
    )
    .await;
}

async fn from_two_processes(name: &str, server: &str) {
    let database = FreshDatabase::on(server).await;
    let node = Node::on_database(&database.url()).await;
    let half = CALLERS / 2;
    let mut workers = [(0, half), (half, CALLERS)].map(|callers| Worker::start(name, &database.url(), callers));
    rounds(ROUNDS, rule_of(name), &node, async |round| {
        for worker in &mut workers {
            worker.go(round);
        }
        workers.iter_mut().map(Worker::won).sum()
    })
    .await;
}

fn main() {
    if workers::worked() {
        return;
    }
    let mut arguments = Arguments::from_args();
    // The callers of one rule race each other, and not those of another.
    arguments.test_threads = Some(1);
    let server = runtime().block_on(server());
    assert!(server.is_some() || !required("postgres"), "a PostgreSQL server is required");
    let mut trials = Vec::new();
    for (name, rule) in TABLE {
        let told = |engine: &str| format!("{engine}::{name}");
        trials.push(Trial::test(told("memory"), move || done(async { in_memory(rule).await })));
        trials.push(Trial::test(told("sqlite"), move || done(async { on_sqlite(rule).await })));
        let url = server.clone();
        let processes = Trial::test(told("two_processes_on_postgresql"), move || {
            let url = url.ok_or_else(|| Failed::from("no PostgreSQL server is there"))?;
            done(async { from_two_processes(name, &url).await })
        });
        trials.push(processes.with_ignored_flag(server.is_none()));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn done(story: impl Future<Output = ()>) -> Result<(), Failed> {
    let told = runtime().block_on(async { tokio::time::timeout(PATIENCE, story).await });
    told.map_err(|_| Failed::from(format!("it took longer than {PATIENCE:?}")))
}
