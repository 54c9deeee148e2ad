//! How a program of the engines is started: through `tidings child`, in a process group of its own, writing to a log file.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{self, Stdio};

use anyhow::Context;
use tokio::process::Command;

use super::run_as::RunAs;

const LONGEST_LOG: u64 = 8 * 1024 * 1024;

/// `signal` is what the program gets if this process is killed, for example INT.
pub(super) fn child(run_as: &RunAs, signal: &str, directory: &Path, program: &Path) -> Command {
    // This very binary, even when its file has been replaced since.
    let mut command = Command::new("/proc/self/exe");
    command.arg("child");
    if let Some(user) = run_as.other_user() {
        command.args(["--user", user]);
    }
    command
        .args([
            "--signal",
            signal,
            "--parent",
            &process::id().to_string(),
            "--",
        ])
        .arg(program);
    // Ctrl-C at the terminal goes to the whole foreground group, but they are to end in order. Their environment is
    // empty, since ours may hold the master key, and PG… variables would change what Postgres does.
    command
        .process_group(0)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    command
}

/// Opened anew for each start, and put aside when it has grown long.
pub(super) fn log_file(path: &Path) -> anyhow::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LONGEST_LOG) {
        fs::rename(path, path.with_added_extension("1"))?;
    }
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The last line that says something, for the person who wants to know why it ended.
pub(super) fn last_words(log: &Path) -> String {
    let text = end_of(log).unwrap_or_default();
    let words = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("HINT"));
    words.unwrap_or("(empty)").to_owned()
}

fn end_of(log: &Path) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4096)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
