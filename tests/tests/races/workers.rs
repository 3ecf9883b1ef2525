//! Callers in processes of their own: this program once more, told of each round over a pipe.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use crate::node::Node;
use crate::rule::Rule;
use crate::{call, rule_of, runtime};

/// What makes this program a worker: the rule, the database, and which callers are its own.
const RULE: &str = "PORTCULLIS_RACES_RULE";
const DATABASE: &str = "PORTCULLIS_RACES_DATABASE";
const CALLERS: &str = "PORTCULLIS_RACES_CALLERS";

/// A process that calls.
pub(crate) struct Worker {
    child: Child,
    tell: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts one for the callers `from..to`.
    pub(crate) fn start(rule: &str, database: &str, (from, to): (u32, u32)) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program's own path"))
            .env(RULE, rule)
            .env(DATABASE, database)
            .env(CALLERS, format!("{from}-{to}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let (tell, hear) = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        Self { child, tell, hear: BufReader::new(hear) }
    }

    /// Lets its callers go for a round.
    pub(crate) fn go(&mut self, round: u32) {
        writeln!(self.tell, "{round}").expect("it listens");
    }

    /// How many of them got it.
    pub(crate) fn won(&mut self) -> u32 {
        let mut line = String::new();
        self.hear.read_line(&mut line).expect("it answers");
        line.trim().parse().expect("the worker broke off: see above")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a worker does; false when this process is none.
pub(crate) fn worked() -> bool {
    let (Ok(name), Ok(database), Ok(callers)) = (std::env::var(RULE), std::env::var(DATABASE), std::env::var(CALLERS))
    else {
        return false;
    };
    let rule: &'static dyn Rule = rule_of(&name);
    let (from, to) = callers.split_once('-').expect("from and to");
    let callers: Vec<u32> = (from.parse().expect("a number")..to.parse().expect("a number")).collect();
    let runtime = runtime();
    let node = Arc::new(runtime.block_on(Node::on_database(&database)));
    // Until whoever tells is gone.
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let round = line.parse().expect("a round");
        let won = runtime.block_on(call(rule, &node, round, &callers));
        println!("{won}");
    }
    true
}
