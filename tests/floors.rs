//! The house has floors, and nobody stands on what is above or beside it. Broken here before it is broken in a review.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Who may stand on whom. What a room needs for its tests only is its own affair.
const FLOORS: [(&str, &[&str]); 8] = [
    ("tidings-domain", &[]),
    ("tidings-eventlog", &["tidings-domain"]),
    ("tidings-nats", &["tidings-domain", "tidings-eventlog"]),
    ("tidings-api", &["tidings-domain", "tidings-eventlog"]),
    (
        "tidings-projector",
        &["tidings-domain", "tidings-eventlog", "tidings-nats"],
    ),
    (
        "tidings-notifier",
        &["tidings-domain", "tidings-eventlog", "tidings-nats"],
    ),
    (
        "tidings-webhooks",
        &["tidings-domain", "tidings-eventlog", "tidings-nats"],
    ),
    (
        "tidings",
        &[
            "tidings-domain",
            "tidings-eventlog",
            "tidings-nats",
            "tidings-api",
            "tidings-projector",
            "tidings-notifier",
            "tidings-webhooks",
        ],
    ),
];

/// The tests' own harnesses. Nobody ships them.
const TESTS: [&str; 2] = ["tidings-house", "tidings-simulation"];

/// Libraries that are one room's matter, and whose.
const HOMES: [(&str, &[&str]); 3] = [
    ("async-nats", &["tidings-nats"]),
    ("postgres-es", &["tidings-eventlog"]),
    ("axum", &["tidings-api", "tidings-notifier", "tidings"]),
];

/// The rooms of the six steps, in the order in which a message passes them.
const STEPS: [(u32, &str); 6] = [
    (1, "api"),
    (2, "domain"),
    (3, "eventlog"),
    (4, "nats"),
    (5, "projector"),
    (6, "notifier"),
];

/// The files that a message passes: each says so in its first line.
const PATH: [(u32, &str); 31] = [
    (1, "api/src/lib.rs"),
    (1, "api/src/http/serve.rs"),
    (1, "api/src/http/front.rs"),
    (1, "api/src/router.rs"),
    (1, "api/src/identity/caller.rs"),
    (1, "api/src/identity.rs"),
    (1, "api/src/commands/send.rs"),
    (1, "api/src/execute.rs"),
    (2, "domain/src/lib.rs"),
    (2, "domain/src/message.rs"),
    (3, "eventlog/src/lib.rs"),
    (3, "eventlog/src/append.rs"),
    (3, "eventlog/src/writer.rs"),
    (3, "eventlog/src/writer/call.rs"),
    (3, "eventlog/src/tail.rs"),
    (3, "migrations/0001_log.sql"),
    (4, "nats/src/lib.rs"),
    (4, "nats/src/relay.rs"),
    (4, "nats/src/envelope.rs"),
    (4, "nats/src/stream.rs"),
    (4, "nats/src/feed.rs"),
    (4, "nats/src/subscription.rs"),
    (5, "projector/src/lib.rs"),
    (5, "projector/src/projector.rs"),
    (5, "projector/src/sent.rs"),
    (6, "notifier/src/lib.rs"),
    (6, "notifier/src/hub.rs"),
    (6, "notifier/src/registry.rs"),
    (6, "notifier/src/line.rs"),
    (6, "notifier/src/stream.rs"),
    (6, "notifier/src/get_events.rs"),
];

#[test]
fn nobody_stands_on_what_is_above_or_beside() {
    let floors = BTreeMap::from(FLOORS);
    for package in packages() {
        if TESTS.contains(&package.name.as_str()) {
            continue;
        }
        let below = floors.get(package.name.as_str());
        let below = below.unwrap_or_else(|| {
            panic!(
                "{} has no floor: give it one in tests/floors.rs",
                package.name
            )
        });
        for room in package
            .needs
            .iter()
            .filter(|name| name.starts_with("tidings"))
        {
            assert!(
                below.contains(&room.as_str()),
                "{} must not depend on {room}",
                package.name
            );
        }
    }
}

#[test]
fn every_floor_is_there() {
    let names: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    for (name, _) in FLOORS {
        assert!(
            names.contains(name),
            "there is no package {name} any more: take its floor out"
        );
    }
}

#[test]
fn what_is_shipped_has_no_failpoints() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--package", "tidings"])
        .args(["--edges", "normal,build", "--prefix", "none"])
        .current_dir(house())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && tree.contains("tidings-eventlog "),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let failpoints = tree.lines().find(|line| line.starts_with("fail "));
    assert_eq!(failpoints, None);
}

#[test]
fn a_dependency_has_one_home() {
    for package in packages() {
        for (library, homes) in HOMES {
            let is_used = package.needs.contains(library);
            assert!(
                !is_used || homes.contains(&package.name.as_str()),
                "{} must not depend on {library}, which belongs to {}",
                package.name,
                homes.join(", ")
            );
        }
    }
}

#[test]
fn the_same_lints_hold_in_every_room() {
    for package in packages() {
        let manifest = fs::read_to_string(&package.manifest).unwrap();
        assert!(
            manifest.contains("\n[lints]\nworkspace = true"),
            "{} lacks the workspace's lints",
            package.manifest
        );
    }
}

#[test]
fn every_file_on_the_path_says_which_step_it_is() {
    for (step, file) in PATH {
        let first = first_line(&house().join(file));
        assert_eq!(step_of(&first), Some(step), "{file} begins with: {first}");
    }
}

#[test]
fn a_step_is_in_its_own_room() {
    for (step, room) in STEPS {
        for file in files(&house().join(room).join("src"), "rs") {
            let first = first_line(&file);
            if let Some(named) = step_of(&first) {
                assert_eq!(named, step, "{} begins with: {first}", file.display());
            }
        }
    }
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    let mut documents = vec![
        house().join("README.md"),
        house().join("migrations/README.md"),
    ];
    documents.extend(files(&house().join("docs"), "md"));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        // What follows `](` up to `)` or `#`; addresses of other places are theirs to keep.
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            let target = document.with_file_name(link);
            assert!(
                target.exists(),
                "{} names {link}, which is not there",
                document.display()
            );
        }
    }
}

struct Package {
    name: String,
    manifest: String,
    /// The names of its normal dependencies.
    needs: BTreeSet<String>,
}

/// The workspace's packages, as cargo sees them.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(house().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(package)
        .collect()
}

fn package(package: &Value) -> Package {
    // Cargo gives no kind to a normal dependency.
    let normal = package["dependencies"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|needed| needed["kind"].is_null());
    Package {
        name: text(&package["name"]),
        manifest: text(&package["manifest_path"]),
        needs: normal.map(|needed| text(&needed["name"])).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn first_line(file: &Path) -> String {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().next().unwrap_or_default().to_owned()
}

/// `//! Step 3: …`, or `-- Step 3: …` in SQL.
fn step_of(line: &str) -> Option<u32> {
    let said = line
        .strip_prefix("//! Step ")
        .or_else(|| line.strip_prefix("-- Step "))?;
    said.split([':', ',']).next()?.parse().ok()
}

/// All files of a kind below a folder.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => files(&path, extension),
            Some(found) if found == extension => vec![path],
            _ => Vec::new(),
        })
        .collect()
}
