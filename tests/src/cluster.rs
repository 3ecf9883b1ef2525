//! A `PostgreSQL` server of the test's own, which can be taken away and brought back.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sea_orm::Database;

use crate::free_port;

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the server goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// It ends every connection, and writes down what it has.
    Fast,
    /// It drops everything, as in a crash, and recovers when it starts.
    Crash,
}

/// The server. It goes with this, and so does all that it holds.
pub struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    /// Whom it runs as: it refuses to run as root.
    user: Option<(u32, u32)>,
    port: u16,
    running: Option<Child>,
}

/// Where the server's programs are, of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.map_while(Result::ok);
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// A number that `id` tells of a user.
fn id(arguments: &[&str]) -> Option<u32> {
    let told = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(told.stdout).ok()?.trim().parse().ok()
}

fn is_root() -> bool {
    id(&["-u"]) == Some(0)
}

/// The user that the distribution's package made for it.
fn postgres() -> Option<(u32, u32)> {
    Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?))
}

impl Cluster {
    /// Whether one can be made on this machine.
    pub fn is_possible() -> bool {
        programs().is_some() && (!is_root() || postgres().is_some())
    }

    /// Makes one and starts it.
    pub async fn start() -> Self {
        let programs = programs().expect("PostgreSQL's programs");
        let user = is_root().then(|| postgres().expect("a user to run it as"));
        let folder = tempfile::tempdir().expect("a folder");
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).expect("a folder of its own");
        }
        let mut cluster = Self { programs, folder, user, port: free_port(), running: None };
        let mut initdb = cluster.command("initdb");
        initdb.arg("-D").arg(cluster.data()).args(["-U", "postgres", "--auth=trust", "--no-sync"]);
        let made = initdb.output().expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.come().await;
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// The URL of its first database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server and waits until it lets us in.
    pub async fn come(&mut self) {
        let (data, port) = (self.data(), self.port.to_string());
        let log = std::fs::File::create(self.log()).expect("a log");
        let mut command = self.command("postgres");
        command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port, "-c", "max_connections=200"]);
        command.arg("-k").arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.running = Some(command.spawn().expect("the server starts"));
        let url = self.url();
        let come = async {
            while Database::connect(&url).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let come = tokio::time::timeout(PATIENCE, come).await;
        assert!(come.is_ok(), "it did not start: {}", std::fs::read_to_string(self.log()).unwrap_or_default());
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Takes the server away, and waits until it is gone.
    pub fn go(&mut self, going: Going) {
        if let Some(mut running) = self.running.take() {
            let signal = if going == Going::Fast { "INT" } else { "QUIT" };
            crate::running::signal(running.id(), signal);
            drop(running.wait());
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.go(Going::Crash);
    }
}
