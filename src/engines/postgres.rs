//! A private Postgres: reached through a socket that nobody else may open, so it needs no password and no port.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use anyhow::ensure;
use nix::sys::signal::Signal;
use sqlx::{Connection, PgConnection};
use tokio::process::Command;

use super::Born;
use super::command::{child, last_words, log_file};
use super::orphan;
use super::places::socket_dir;
use super::programs::{self, Found};
use super::run_as::RunAs;
use super::supervise::Engine;
use crate::data::{DataDir, make_dir, sync, write_file};

/// The cluster's superuser.
const OWNER: &str = "tidings_owner";
const DATABASE: &str = "tidings";

pub(super) struct Postgres {
    programs: Found,
    run_as: RunAs,
    sockets: PathBuf,
    /// Named after the major version, since no other can read what is in it.
    home: PathBuf,
    log: PathBuf,
    created: bool,
}

impl Postgres {
    pub(super) fn new(data: &DataDir, run_as: &RunAs) -> anyhow::Result<Self> {
        let all = data.path().join("postgres");
        let programs = programs::postgres(major_of_the_data(&all))?;
        let home = all.join(programs.major().to_string());
        make_dir(&all, 0o700, run_as.owner())?;
        make_dir(&home, 0o700, run_as.owner())?;
        let logs = data.path().join("log");
        make_dir(&logs, 0o700, None)?;
        let sockets = socket_dir(data.path(), run_as)?;
        Ok(Self {
            programs,
            run_as: run_as.clone(),
            sockets,
            home,
            log: logs.join("postgres.log"),
            created: false,
        })
    }

    pub(super) fn url(&self, database: &str) -> String {
        // The port is only the socket's name, but without it a PGPORT in the environment would decide.
        format!(
            "postgres:///{database}?host={}&port=5432&user={OWNER}",
            self.sockets.display()
        )
    }

    fn cluster(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Under another name until it is whole, so that being killed in the middle costs nothing.
    async fn create(&self) -> anyhow::Result<()> {
        for left_over in fs::read_dir(&self.home)?.flatten() {
            if left_over
                .file_name()
                .as_encoded_bytes()
                .starts_with(b"new-")
            {
                let _ = fs::remove_dir_all(left_over.path());
            }
        }
        let new = self.home.join(format!("new-{}", process::id()));
        let log = log_file(&self.log)?;
        let mut initdb = child(
            &self.run_as,
            "KILL",
            &self.home,
            &self.programs.path.join("initdb"),
        );
        initdb
            .arg("-D")
            .arg(&new)
            .args(["-U", OWNER, "-k", "-E", "UTF8", "--locale=C.UTF-8"]);
        let status = initdb
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .status()
            .await?;
        ensure!(
            status.success(),
            "initdb failed ({status}); see {}: {}",
            self.log.display(),
            last_words(&self.log)
        );

        let settings = new.join("postgresql.conf");
        let mut text = fs::read_to_string(&settings)?;
        text.push_str("\n# Written by tidings at each start. What follows this line wins over it.\ninclude 'tidings.conf'\n");
        write_file(&settings, text.as_bytes(), self.run_as.owner())?;
        fs::rename(&new, self.cluster())?;
        sync(&self.home)
    }

    fn configure(&self) -> anyhow::Result<()> {
        let mut identities = String::new();
        for name in self.run_as.names() {
            writeln!(identities, "tidings \"{name}\" {OWNER}")?;
        }
        for (file, content) in [
            ("tidings.conf", settings(&self.sockets)),
            (
                "pg_hba.conf",
                format!("local all {OWNER} peer map=tidings\n"),
            ),
            ("pg_ident.conf", identities),
        ] {
            write_file(
                &self.cluster().join(file),
                content.as_bytes(),
                self.run_as.owner(),
            )?;
        }
        Ok(())
    }
}

impl Engine for Postgres {
    const NAME: &'static str = "postgres";
    /// Fast shutdown: open transactions are rolled back, everything else is written.
    const STOP: Signal = Signal::SIGINT;
    const STOPS_WITHIN: Duration = Duration::from_mins(1);

    async fn prepare(&mut self) -> anyhow::Result<()> {
        if self.cluster().is_dir() {
            orphan::end(
                &self.cluster().join("postmaster.pid"),
                &self.cluster(),
                Self::STOP,
            )
            .await?;
        } else {
            self.create().await?;
            self.created = true;
        }
        self.configure()
    }

    fn command(&self) -> anyhow::Result<Command> {
        let log = log_file(&self.log)?;
        let mut postgres = child(
            &self.run_as,
            "INT",
            &self.home,
            &self.programs.path.join("postgres"),
        );
        postgres
            .arg("-D")
            .arg(self.cluster())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(postgres)
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let mut admin = PgConnection::connect(&self.url("postgres")).await?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(DATABASE)
                .fetch_one(&mut admin)
                .await?;
        if !exists {
            sqlx::raw_sql(&format!("create database {DATABASE}"))
                .execute(&mut admin)
                .await?;
        }
        Ok(admin.close().await?)
    }

    fn log(&self) -> &Path {
        &self.log
    }

    fn born(&self, after: Duration) -> Born {
        let place = "private, socket only".into();
        Born {
            version: self.programs.version.clone(),
            place,
            created: self.created,
            after,
        }
    }
}

fn settings(sockets: &Path) -> String {
    // A quote in a quoted value is doubled.
    let sockets = sockets.display().to_string().replace('\'', "''");
    format!(
        "cluster_name = 'tidings'
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700

# What is acknowledged is on the disk. The service refuses to start without these three.
fsync = on
full_page_writes = on
synchronous_commit = on

shared_buffers = 128MB
max_connections = 100
wal_compression = on
# Every statement is short: compiling it would take longer than running it.
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_line_prefix = '%m [%p] '
"
    )
}

/// The newest whose directory holds data.
fn major_of_the_data(all: &Path) -> Option<u32> {
    let versions = fs::read_dir(all).ok()?.flatten();
    let with_data = versions.filter(|version| version.path().join("data").is_dir());
    with_data
        .filter_map(|version| version.file_name().to_str()?.parse().ok())
        .max()
}
