//! Which Postgres and which nats-server are run. scripts/find-postgres and scripts/find-nats-server look alike.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

const OLDEST_POSTGRES: u32 = 14;
/// The first that keeps `first_seq`, on which "stream sequence = position" rests. Debian 12's 2.9 ignores it without a word.
const OLDEST_NATS: [u32; 3] = [2, 10, 23];

/// An engine is not there or too old; the sentence ends with what to do. `up` exits with 69 for it.
#[derive(Debug)]
pub struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// A program, or a directory of them, and what it says its version is.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) version: String,
}

impl Found {
    pub(super) fn major(&self) -> u32 {
        numbers(&self.version)[0]
    }
}

/// The directory of a Postgres; if there are data already, of the version that wrote them.
pub(super) fn postgres(data_of: Option<u32>) -> Result<Found, Missing> {
    let named = variable("TIDINGS_PG_BIN");
    let candidates = match &named {
        Some(directory) => vec![directory.clone()],
        None => postgres_directories(),
    };
    let servers = candidates
        .into_iter()
        .filter(|directory| directory.join("initdb").is_file());
    let mut found: Vec<Found> = servers
        .filter_map(|path| {
            Some(Found {
                version: version(&path.join("postgres"))?,
                path,
            })
        })
        .collect();
    found.retain(|found| found.major() >= OLDEST_POSTGRES);
    let wanted = found
        .iter()
        .position(|found| data_of.is_none_or(|major| major == found.major()));
    if let Some(wanted) = wanted {
        return Ok(found.swap_remove(wanted));
    }
    Err(Missing(match (data_of, found.first(), named) {
        (Some(major), Some(other), _) => format!(
            "the data were written by Postgres {major} and here is {}, which cannot read them: \
             sudo apt-get install -y postgresql-{major}, or name the directory of its programs in TIDINGS_PG_BIN",
            other.version
        ),
        (_, _, Some(directory)) => {
            format!(
                "there is no Postgres {OLDEST_POSTGRES} or newer in {} (TIDINGS_PG_BIN)",
                directory.display()
            )
        }
        (Some(major), ..) => {
            format!("Postgres is missing: sudo apt-get install -y postgresql-{major}")
        }
        (None, ..) => format!(
            "Postgres {OLDEST_POSTGRES} or newer is missing: sudo apt-get install -y postgresql"
        ),
    }))
}

fn postgres_directories() -> Vec<PathBuf> {
    let configured =
        output(Command::new("pg_config").arg("--bindir")).map(|directory| directory.trim().into());
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    packaged.sort_by_key(|bin| {
        bin.parent()
            .and_then(Path::file_name)
            .map(|name| numbers(&name.to_string_lossy()))
    });
    let on_path = on_path("postgres")
        .and_then(|program| Some(program.canonicalize().ok()?.parent()?.to_owned()));
    configured
        .into_iter()
        .chain(packaged.into_iter().rev())
        .chain(on_path)
        .collect()
}

pub(super) fn nats_server() -> Result<Found, Missing> {
    let candidates = match variable("TIDINGS_NATS_SERVER") {
        Some(program) => vec![program],
        None => nats_servers(),
    };
    let mut too_old = Vec::new();
    for path in candidates {
        let Some(version) = version(&path) else {
            continue;
        };
        if numbers(&version) >= OLDEST_NATS {
            return Ok(Found { path, version });
        }
        too_old.push(format!("{version} at {}", path.display()));
    }
    let [major, minor, patch] = OLDEST_NATS;
    let found = if too_old.is_empty() {
        "none".to_owned()
    } else {
        format!("only {}", too_old.join(" and "))
    };
    Err(Missing(format!(
        "nats-server {major}.{minor}.{patch} or newer is needed and there is {found}: \
         run scripts/install-engines, or get it from https://github.com/nats-io/nats-server/releases \
         and name it in TIDINGS_NATS_SERVER"
    )))
}

fn nats_servers() -> Vec<PathBuf> {
    let beside = env::current_exe()
        .ok()
        .map(|exe| exe.with_file_name("nats-server"));
    on_path("nats-server")
        .into_iter()
        .chain(beside)
        .chain(["/usr/lib/tidings/nats-server".into()])
        .collect()
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&variable("PATH")?)
        .map(|directory| directory.join(program))
        .find(|program| program.is_file())
}

/// What follows the name in "nats-server: v2.15.1" and "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
fn version(program: &Path) -> Option<String> {
    let told = output(Command::new(program).arg("--version"))?;
    let version = told
        .split(|c: char| c.is_whitespace() || c == 'v')
        .find(|word| word.starts_with(char::is_numeric));
    version.map(ToOwned::to_owned)
}

fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

fn numbers(version: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, digits) in numbers
        .iter_mut()
        .zip(version.split(|c: char| !c.is_ascii_digit()))
    {
        *number = digits.parse().unwrap_or(0);
    }
    numbers
}

#[expect(
    clippy::disallowed_methods,
    reason = "where programs stand is told by the machine, not by the service's settings"
)]
fn variable(name: &str) -> Option<PathBuf> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(numbers("2.10.23"), [2, 10, 23]);
        assert_eq!(numbers("17beta1"), [17, 0, 0]);
        assert!(numbers("2.9.10") < OLDEST_NATS);
        assert!(numbers("2.10.22") < OLDEST_NATS);
        assert!(numbers("2.11.0-RC.2") > OLDEST_NATS);
    }
}
