//! A running product: what is run beside it, what it logs, and how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Output};
use std::sync::Arc;
use std::time::Duration;

use crate::{Product, command};

/// Sends a signal to a process that a test started.
pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(sent.expect("kill runs").success(), "{name} did not reach {process}");
}

impl Product {
    /// Ends it as kill -9 does: in the middle of whatever it was doing.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        drop(self.child.wait());
    }

    /// Kills it and starts it again in the same folder, at the same address, on the same database.
    pub fn restart(&mut self, settings: &[(&str, &str)]) {
        self.kill();
        let kept = self.kept();
        let database = self.database.take();
        let settings: Vec<(&str, &str)> = with(settings, kept.as_deref());
        *self = Self::start_in(Arc::clone(&self.folder), self.port, &settings);
        self.database = database;
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The URL of its database.
    pub fn database_url(&self) -> String {
        let file = self.folder.path().join("portcullis-data/portcullis.db");
        self.kept().unwrap_or_else(|| format!("sqlite://{}", file.display()))
    }

    /// The URL of a database that is kept for it.
    fn kept(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.url())
    }

    /// Runs a command of the binary beside it, in its folder, with its settings and these.
    pub fn run_with(&self, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
        let kept = self.kept();
        let settings = with(settings, kept.as_deref());
        let mut command = command(self.folder.path(), self.port, &settings);
        command.args(arguments).output().expect("the binary starts")
    }

    /// Runs a command of the binary beside it, in its folder, with its settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&[], arguments)
    }

    /// Keeps what it logs, and passes it on.
    pub(crate) fn keep_log(&mut self) {
        let (log, stderr) = (Arc::clone(&self.log), self.child.stderr.take().expect("its log"));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                eprintln!("{line}");
                log.lock().expect("not poisoned").push(line);
            }
        });
    }

    /// What it logged since it was started, line by line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Tells it to stop, as a service manager does.
    pub fn ask_to_stop(&self) {
        signal(self.child.id(), "TERM");
    }

    /// Waits until it has stopped by itself.
    pub async fn stopped(&mut self, patience: Duration) -> ExitStatus {
        let stopped = async {
            loop {
                match self.child.try_wait().expect("its state") {
                    Some(status) => return status,
                    None => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        tokio::time::timeout(patience, stopped).await.expect("it stops in time")
    }
}

/// Settings, and where the database is.
fn with<'a>(settings: &[(&'a str, &'a str)], database_url: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    settings.iter().copied().chain(database_url.map(|url| ("PORTCULLIS_DATABASE_URL", url))).collect()
}
