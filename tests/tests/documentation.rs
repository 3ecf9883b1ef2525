//! What the documentation says is there.
#![expect(clippy::expect_used, reason = "what the tests share is test code too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_domain::parameter;
use portcullis_web::routes;

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The files below the folders of the house that end so; what is built is left out.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![house()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map_while(Result::ok) {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if name.starts_with('.') || name == "target" || name == "portcullis-data" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text")
}

fn document(name: &str) -> String {
    read(&house().join("docs").join(name))
}

#[test]
fn every_link_leads_to_a_file() {
    let mut dead = Vec::new();
    for file in files(".md") {
        let text = read(&file);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = link.contains("://") || link.starts_with("mailto:");
            let folder = file.parent().expect("a folder");
            if !elsewhere && !path.is_empty() && !folder.join(path).exists() {
                dead.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere: {dead:#?}");
}

#[test]
fn every_test_that_a_requirement_names_exists() {
    let sources: String = files(".rs").iter().map(|file| read(file)).collect();
    let (mut gone, mut bare) = (BTreeSet::new(), Vec::new());
    let text = document("security/asvs.md");
    for row in text.lines().filter(|line| line.starts_with("| V")) {
        let shown_by = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        if row.contains(" | met | ") && !shown_by.contains(['`', '[']) {
            bare.push(row);
        }
        for name in shown_by.split('`').skip(1).step_by(2) {
            if !sources.contains(&format!("fn {name}(")) && !sources.contains(&format!("\"{name}\"")) {
                gone.insert(name);
            }
        }
    }
    assert!(gone.is_empty(), "tests that are gone: {gone:#?}");
    assert!(bare.is_empty(), "met, and shown by nothing: {bare:#?}");
}

#[test]
fn every_parameter_stands_in_the_reference() {
    let text = document("reference/parameters.md");
    let keys = parameter::ALL.iter().map(|parameter| parameter.key).chain([parameter::ALIAS]);
    let missing: Vec<_> = keys.filter(|key| !text.contains(&format!("\n| `{key}` |"))).collect();
    assert!(missing.is_empty(), "not in docs/reference/parameters.md: {missing:?}");
}

#[test]
fn every_setting_stands_in_the_reference() {
    let keys = read(&house().join("apps/portcullis/src/configuration/keys.rs"));
    let text = document("reference/settings.md");
    let (mut prefix, mut known, mut missing) = ("", 0, Vec::new());
    for line in keys.lines().map(str::trim) {
        if let Some((_, rest)) = line.split_once("struct Raw") {
            prefix = match rest.trim_end_matches(" {") {
                "" => "",
                "Database" => "database.",
                "Tls" => "tls.",
                "Argon2" => "argon2.",
                "Log" => "log.",
                other => panic!("a part of the configuration that this test does not know: {other}"),
            };
        }
        let field = line.strip_prefix("pub(super) ").and_then(|line| line.split_once(": "));
        let Some((name, kind)) = field.filter(|(name, kind)| !name.contains('(') && !kind.starts_with("Raw")) else {
            continue;
        };
        known += 1;
        let key = format!("{prefix}{name}");
        if !text.contains(&format!("\n| `{key}` |")) {
            missing.push(format!("{key} ({kind})"));
        }
    }
    assert!(known > 25, "the settings were found: {known}");
    assert!(missing.is_empty(), "not in docs/reference/settings.md: {missing:?}");
}

#[test]
fn every_path_stands_in_the_reference() {
    // `GET, POST /login` stands for two rows; `POST /a/x, …/y` for `/a/x` and `/a/y`.
    let mut told = BTreeSet::new();
    for row in
        document("reference/paths.md").lines().filter(|line| line.starts_with("| GET") || line.starts_with("| POST"))
    {
        let cell = row.trim_start_matches("| ").split(" | ").next().unwrap_or_default();
        let Some(slash) = cell.find('/') else { continue };
        let (methods, paths) = cell.split_at(slash);
        let mut folder = "";
        for path in paths.split(", ") {
            let whole = path.strip_prefix('…').map_or_else(|| path.to_owned(), |last| format!("{folder}{last}"));
            for method in methods.split(',').map(str::trim) {
                told.insert(format!("{method} {whole}"));
            }
            if !path.starts_with('…') {
                folder = path.rfind('/').map_or("", |end| path.split_at(end).0);
            }
        }
    }
    let all: BTreeSet<String> = routes::all()
        .iter()
        .map(|route| format!("{} {}", route.method, if route.path.is_empty() { "/" } else { route.path }))
        .collect();
    assert_eq!(all.difference(&told).collect::<Vec<_>>(), Vec::<&String>::new(), "not in docs/reference/paths.md");
    assert_eq!(
        told.difference(&all).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "in docs/reference/paths.md, and not there"
    );
}

#[test]
fn every_command_stands_in_the_reference() {
    let text = document("reference/commands.md");
    let mut unknown = vec![Vec::new()];
    let mut missing = Vec::new();
    while let Some(words) = unknown.pop() {
        let help = Command::new(portcullis_tests::binary()).args(&words).arg("--help").output().expect("the binary");
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        let below: Vec<String> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .filter(|name| name != "help")
            .collect();
        if below.is_empty() && !text.contains(&format!("`portcullis {}", words.join(" "))) {
            missing.push(words.join(" "));
        }
        unknown.extend(below.into_iter().map(|name| words.iter().cloned().chain([name]).collect::<Vec<String>>()));
    }
    assert!(missing.is_empty(), "not in docs/reference/commands.md: {missing:?}");
}
