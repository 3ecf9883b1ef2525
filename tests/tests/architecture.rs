//! The arrows between the crates point inwards, and the domain does no I/O: read from `cargo metadata`.

#![expect(clippy::expect_used, reason = "what the tests share is test code too")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each crate of the house may know of the house. A crate that is not here fails the test: say where it belongs.
const ARROWS: [(&str, &[&str]); 9] = [
    ("portcullis-domain", &[]),
    ("portcullis-words", &["portcullis-domain"]),
    ("portcullis-core", &["portcullis-domain"]),
    ("portcullis-credentials", &["portcullis-domain", "portcullis-words"]),
    ("portcullis-storage-memory", &["portcullis-domain", "portcullis-words"]),
    ("portcullis-storage-seaorm", &["portcullis-domain", "portcullis-words"]),
    ("portcullis-storage-conformance", &["portcullis-domain", "portcullis-words"]),
    ("portcullis-mail", &["portcullis-domain", "portcullis-words"]),
    ("portcullis-web", &["portcullis-domain", "portcullis-core", "portcullis-words"]),
];

/// The places that know them all: they wire, or they try the whole.
const KNOW_THEM_ALL: [&str; 2] = ["portcullis", "portcullis-tests"];

/// The crates that the domain may name: pure, small, and without a clock, randomness or I/O of their own.
const PURE: [&str; 13] = [
    "async-trait",
    "caseless",
    "data-encoding",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
    "time",
    "unicode-normalization",
    "url",
    "uuid",
    "zeroize",
];

/// What must not be reached from the domain, however far away: runtimes, networks, databases, randomness.
const NEVER_BELOW_THE_DOMAIN: [&str; 16] = [
    "axum",
    "getrandom",
    "hyper",
    "lettre",
    "mio",
    "poem",
    "rand",
    "rand_core",
    "reqwest",
    "rusqlite",
    "sea-orm",
    "socket2",
    "sqlx",
    "sqlx-core",
    "tokio",
    "tracing-subscriber",
];

/// The house alone: what its crates name is enough, and needs no crate of another platform to be at hand.
fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata reads the workspace")
}

/// What a crate names in `[dependencies]` and `[build-dependencies]`, optional ones and those of other platforms too.
fn named(package: &Package) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.clone())
        .collect()
}

#[test]
fn every_arrow_between_the_crates_points_inwards() {
    let metadata = workspace();
    let members = metadata.workspace_packages();
    let house: BTreeSet<String> = members.iter().map(|package| package.name.to_string()).collect();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    for package in members {
        let name = package.name.as_str();
        if KNOW_THEM_ALL.contains(&name) {
            continue;
        }
        let Some(may) = arrows.get(name) else {
            wrong.push(format!("{name} has no place among the arrows"));
            continue;
        };
        for other in named(package).intersection(&house) {
            if !may.contains(&other.as_str()) {
                wrong.push(format!("{name} -> {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point the wrong way: {wrong:#?}");
}

#[test]
fn every_crate_that_the_arrows_name_is_in_the_house() {
    let metadata = workspace();
    let house: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    for name in ARROWS.map(|(name, _)| name).into_iter().chain(KNOW_THEM_ALL) {
        assert!(house.contains(name), "{name} is no longer a crate: take it out of the arrows");
    }
}

#[test]
fn the_domain_names_nothing_but_small_pure_crates() {
    let metadata = workspace();
    let domain = metadata
        .workspace_packages()
        .into_iter()
        .find(|package| package.name.as_str() == "portcullis-domain")
        .expect("the domain is a crate");
    let pure: BTreeSet<String> = PURE.into_iter().map(str::to_owned).collect();
    let foreign: Vec<_> = named(domain).difference(&pure).cloned().collect();
    assert!(foreign.is_empty(), "the domain names {foreign:?}, which are not among the pure crates");
}

#[test]
fn the_domain_reaches_no_runtime_no_network_no_database_and_no_randomness() {
    // The tree of the domain alone: in the workspace's own graph, other crates switch features on that it never sees.
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "portcullis-domain", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--locked", "--offline", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")])
        .output()
        .expect("cargo prints the tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("a tree is text");
    let reached: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(reached.contains("serde"), "the tree was read: {reached:?}");
    let forbidden: Vec<_> = NEVER_BELOW_THE_DOMAIN.into_iter().filter(|name| reached.contains(name)).collect();
    assert!(forbidden.is_empty(), "the domain reaches {forbidden:?}");
}
