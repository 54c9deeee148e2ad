//! A Postgres which is as durable as in earnest, and may be killed.

use std::{
    env::temp_dir,
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};
use house::until;
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use sqlx::{Connection, PgConnection};

use super::fault::Shutdown;

const OWNER: &str = "tidings_owner";
const DATABASE: &str = "tidings";

/// Runs until it is killed or dropped, and is gone then with all that it held.
pub struct Cluster {
    home: PathBuf,
    programs: PathBuf,
    postmaster: Option<Child>,
}

impl Cluster {
    pub async fn create() -> anyhow::Result<Self> {
        let found = Command::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/scripts/find-postgres"
        ))
        .output()?;
        ensure!(
            found.status.success(),
            "{}",
            String::from_utf8_lossy(&found.stderr)
        );
        let programs = PathBuf::from(String::from_utf8(found.stdout)?.trim());
        // Short, for a socket's path may have 107 bytes only.
        let home = temp_dir().join(format!("tidings-chaos-{}", house::id().simple()));
        fs::create_dir(&home)?;
        let mut cluster = Self {
            home,
            programs,
            postmaster: None,
        };
        if geteuid().is_root() {
            let owned = Command::new("chown")
                .arg("postgres:")
                .arg(&cluster.home)
                .status()?;
            ensure!(
                owned.success(),
                "cannot hand over {}",
                cluster.home.display()
            );
        }
        let made = cluster
            .program("initdb")
            .args([
                "-U",
                OWNER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(cluster.home.join("data"))
            .stdout(Stdio::null())
            .status()?;
        ensure!(made.success(), "initdb: {made}");
        cluster.start().await?;
        let mut admin = PgConnection::connect(&cluster.url_of("postgres")).await?;
        sqlx::raw_sql(&format!("create database {DATABASE}"))
            .execute(&mut admin)
            .await?;
        admin.close().await?;
        Ok(cluster)
    }

    /// Makes the schema as an operator would.
    pub async fn migrate(&self, tidings: &str) -> anyhow::Result<()> {
        let migrated = tokio::process::Command::new(tidings)
            .args(["migrate", "--database-url", &self.url()])
            .output()
            .await?;
        ensure!(migrated.status.success(), "{migrated:?}");
        Ok(())
    }

    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    fn url_of(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&port=5432&user={OWNER}",
            self.home.display()
        )
    }

    /// A program of Postgres', which refuses root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command
                .args([
                    "--reuid",
                    "postgres",
                    "--regid",
                    "postgres",
                    "--clear-groups",
                ])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.home);
        command
    }

    /// Starts it and waits until it answers, which it does once everything is recovered.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        until("Postgres answers", async || {
            // While a process of the killed one is still going, it refuses to start.
            let runs = match &mut self.postmaster {
                Some(postmaster) => postmaster.try_wait()?.is_none(),
                None => false,
            };
            if !runs {
                self.postmaster = Some(self.spawn()?);
            }
            Ok(PgConnection::connect(&self.url_of("postgres"))
                .await
                .ok()
                .map(drop))
        })
        .await
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.home.with_extension("log"))?;
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.home.join("data"));
        for setting in [
            "listen_addresses=",
            "max_connections=300",
            "shared_buffers=128MB",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            "jit=off",
        ] {
            command.args(["-c", setting]);
        }
        command
            .arg("-c")
            .arg(format!("unix_socket_directories={}", self.home.display()));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start postgres")
    }

    /// Ends it in one of its own ways, and waits until it has.
    pub async fn stop(&mut self, shutdown: Shutdown) -> anyhow::Result<()> {
        let postmaster = self.postmaster.as_mut().context("it does not run")?;
        let signal = match shutdown {
            Shutdown::Fast => Signal::SIGINT,
            Shutdown::Immediate => Signal::SIGQUIT,
        };
        kill(Pid::from_raw(postmaster.id().try_into()?), signal)?;
        let stopped = async || Ok(postmaster.try_wait()?.map(drop));
        until("Postgres has stopped", stopped).await?;
        self.postmaster = None;
        Ok(())
    }

    /// The postmaster first, so that it can neither tell its children nor make new ones.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut postmaster = self.postmaster.take().context("it does not run")?;
        let children = children_of(postmaster.id());
        ensure!(!children.is_empty(), "a postmaster without children");
        postmaster.kill()?;
        for child in children {
            // Some end by themselves when the postmaster has gone.
            let _ = kill(child, Signal::SIGKILL);
        }
        postmaster.wait()?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.kill();
        let _ = fs::remove_dir_all(&self.home);
        let _ = fs::remove_file(self.home.with_extension("log"));
    }
}

fn children_of(parent: u32) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    processes
        .filter(|pid| parent_of(*pid) == Some(parent))
        .map(Pid::from_raw)
        .collect()
}

fn parent_of(pid: i32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before is in parentheses and may hold anything.
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
