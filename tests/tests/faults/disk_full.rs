//! No room is left for the database while people sign in and invite: each is told so, nothing is torn, and it goes on by
//! itself once there is room.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use portcullis_tests::{Answer, Browser, Product};

use crate::stage::{PROXIES, ada, is_limited, mailed, post, set_up, sign_in, until, use_up};
use crate::{ADA, PASSWORD, invariants};

/// A file system in memory.
const SIZE: &str = "size=8m";

/// How many requests may find room that the database had set aside.
const UNTIL_FULL: u32 = 400;

/// A small file system; it goes with this.
pub(crate) struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Mounts one; `None` where that is not for us.
    pub(crate) fn mount() -> Option<Self> {
        let disk = Self(tempfile::tempdir().expect("a folder"));
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(disk.0.path()).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(disk)
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file");
        let mut block = vec![7; 64 * 1024];
        while !block.is_empty() {
            if filler.write_all(&block).is_err() {
                block.truncate(block.len() / 2);
            }
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).expect("the filler goes");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}

/// Whether the size of files can be limited for a process that runs.
pub(crate) fn limits_sizes() -> bool {
    Command::new("prlimit").arg("--version").output().is_ok_and(|told| told.status.success())
}

/// Lets no file of the product grow beyond so many bytes; without a number each may.
fn limit_sizes(product: &Product, most: Option<u64>) {
    let most = most.map_or("unlimited".to_owned(), |most| most.to_string());
    let process = product.process().to_string();
    let limited = Command::new("prlimit").args(["--pid", &process, &format!("--fsize={most}:")]).status();
    assert!(limited.expect("prlimit runs").success());
}

fn size(product: &Product, file: &str) -> u64 {
    let file = product.folder.path().join("portcullis-data").join(file);
    std::fs::metadata(file).map_or(0, |known| known.len())
}

/// The file system is full.
pub(crate) async fn on_a_small_disk() {
    let disk = SmallDisk::mount().expect("a small file system");
    let folder = Arc::new(tempfile::tempdir_in(disk.0.path()).expect("a folder on it"));
    let product = Product::start_in(folder, portcullis_tests::free_port(), &[PROXIES]);
    is_told_and_goes_on(product, "database or disk is full", |_| disk.fill(), |_| disk.make_room()).await;
}

/// The files have grown as far as the system lets them.
pub(crate) async fn at_a_size_limit() {
    let product = Product::start(&[PROXIES]);
    let fill = |product: &Product| {
        let largest = size(product, "portcullis.db").max(size(product, "portcullis.db-wal"));
        limit_sizes(product, Some(largest));
    };
    is_told_and_goes_on(product, "disk I/O error", fill, |product| limit_sizes(product, None)).await;
}

/// How many requests the log says were refused because of storage.
fn refused(product: &Product) -> Vec<String> {
    let mut log = product.log();
    log.retain(|line| line.contains("the request was refused"));
    log
}

/// Somebody invites until there is no room; gives who was invited, and what came instead of the last invitation.
async fn invite_until_full(product: &Product, ada: &Browser) -> (Vec<String>, Answer) {
    let mut invited = Vec::new();
    for n in 0..UNTIL_FULL {
        let email = format!("bea-{n}@shop.example");
        let fields = [("email", email.as_str()), ("name", "Bea Colleague")];
        let answer = post(ada, &product.back_office, "/operators", "/operators", &fields).await;
        if answer.status == 503 {
            return (invited, answer);
        }
        assert_eq!(answer.status, 303, "{}", answer.body);
        invited.push(email);
    }
    panic!("there was room for {UNTIL_FULL} invitations");
}

/// Somebody signs in until there is no room for it: what is smaller than an invitation may find some.
async fn sign_in_until_full(back_office: &str) {
    for n in 0..UNTIL_FULL {
        let browser = Browser::from_address(&format!("10.8.{}.{}", n / 250, n % 250));
        let answer = sign_in(&browser, back_office, ADA, PASSWORD).await;
        if answer.status == 503 {
            let inside = browser.request("GET", back_office).await;
            assert_eq!(inside.status, 303, "nobody got in");
            return;
        }
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    panic!("there was room for {UNTIL_FULL} sign-ins");
}

async fn is_told_and_goes_on(mut product: Product, cause: &str, fill: impl Fn(&Product), make_room: impl Fn(&Product)) {
    set_up(&product).await;
    let back_office = product.back_office.clone();
    let owner = ada(&back_office, "10.9.0.1").await;
    use_up(&back_office, "10.9.0.2").await;
    let mut known = Vec::new();
    for round in 0..2 {
        fill(&product);
        let (invited, answer) = invite_until_full(&product, &owner).await;
        known.extend(invited);
        assert_eq!(answer.header("retry-after"), ["5"]);
        assert!(answer.find("h1", None).is_some_and(|heading| !heading.is_empty()), "{}", answer.body);
        assert!(!answer.body.contains(cause) && !answer.body.contains("SQLite"), "{}", answer.body);
        sign_in_until_full(&back_office).await;
        // Both of them, since the product was started: each is one line.
        let told = 2;
        until("the refusals are in the log", Duration::from_secs(5), async || refused(&product).len() >= told).await;
        let lines = refused(&product);
        assert!(lines.len() == told && lines.iter().all(|line| line.contains(cause)), "round {round}: {lines:?}");
        assert_eq!(owner.request("GET", &back_office).await.status, 200, "round {round}: reading needs no room");
        make_room(&product);
        let mut address = 0;
        until("somebody gets in again", Duration::from_secs(5), async || {
            address += 1;
            let browser = Browser::from_address(&format!("10.9.1.{address}"));
            sign_in(&browser, &back_office, ADA, PASSWORD).await.status == 303
        })
        .await;
        let email = format!("bea-after-{round}@shop.example");
        let fields = [("email", email.as_str()), ("name", "Bea Colleague")];
        assert_eq!(post(&owner, &back_office, "/operators", "/operators", &fields).await.status, 303);
        known.push(email);
        are_kept(&product, &owner, &known).await;
        // What is answered as done lasts, and nothing needs repair.
        product.restart(&[PROXIES]);
        are_kept(&product, &owner, &known).await;
        assert!(is_limited(&back_office, "10.9.0.2").await, "round {round}: the limit was forgotten");
        invariants::hold(&product.database_url(), &format!("round {round}")).await;
    }
}

/// Who was invited is there, and the mail left.
async fn are_kept(product: &Product, ada: &Browser, invited: &[String]) {
    for email in invited {
        let listed = ada.get(&format!("{}/operators?search={email}", product.back_office)).await;
        assert!(listed.body.contains(email), "{email} was invited");
    }
    let folder: &Path = product.folder.path();
    until("every mail left", Duration::from_mins(1), async || {
        let mailed = mailed(folder);
        invited.iter().all(|email| mailed.contains(email))
    })
    .await;
}
