//! A whole service of the benchmark's own: `tidings up` on a directory that goes with it.

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    str::FromStr,
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use eventlog::fresh;
use nats::Address;
use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use sqlx::{ConnectOptions, Connection as _, postgres::PgConnectOptions, raw_sql};
use tokio::time::timeout;

use super::{
    cpu::Pids,
    http::{Connection, request},
    scratch::Scratch,
};
use crate::data::{DataDir, Run};

const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// Longer than `up` gives its engines.
const ENDS_WITHIN: Duration = Duration::from_secs(90);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// What says where the engines' programs are. All other settings are the benchmark's own, wherever it is started.
const KEPT: [&str; 2] = ["TIDINGS_PG_BIN", "TIDINGS_NATS_SERVER"];

/// The service, running. It ends with this, whatever the reason.
pub struct Service {
    up: Up,
    address: SocketAddr,
    database_url: String,
    nats: Address,
    pids: Pids,
    /// The last to go.
    _scratch: Scratch,
}

impl Service {
    /// Starts it twice: only when it starts does Postgres take the memory that it would have on a server, and a library that
    /// it is to load.
    pub async fn start(library: Option<&str>) -> anyhow::Result<Self> {
        let scratch = Scratch::make()?;
        let mut first = Up::spawn(scratch.path())?;
        let run = first.ready().await?;
        set(&run.database_url, library)
            .await
            .context("Postgres does not take its settings")?;
        drop(first);
        let mut up = Up::spawn(scratch.path())?;
        let run = up.ready().await?;
        let pids = Pids {
            service: run.pid,
            postgres: pid_in(&postmaster(&up.data)?)?,
            nats: pid_in(&up.data.join("nats/nats-server.pid"))?,
        };
        let address = run.url.trim_start_matches("http://").parse()?;
        Ok(Self {
            up,
            address,
            database_url: run.database_url,
            nats: Address {
                url: run.nats_url,
                token: run.nats_token,
            },
            pids,
            _scratch: scratch,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    pub fn nats(&self) -> &Address {
        &self.nats
    }

    pub fn data(&self) -> &Path {
        &self.up.data
    }

    pub fn pids(&self) -> Pids {
        self.pids
    }

    /// Returns when everything in the log is published and projected.
    pub async fn settle(&self, patience: Duration) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let question = request("GET", "/readyz", None, "");
        let settled = async {
            loop {
                let now = connection.call(&question).await?.expect(200)?;
                let head = &now["postgres"]["position"];
                if now["status"] == "ready"
                    && now["projector"]["lag"] == 0
                    && now["nats"]["position"] == *head
                {
                    return anyhow::Ok(());
                }
                fresh::pause(BETWEEN_LOOKS).await;
            }
        };
        match timeout(patience, settled).await {
            Ok(settled) => settled,
            Err(_) => bail!(
                "not everything is published and projected after {patience:?}: {}",
                self.up.last_words()
            ),
        }
    }
}

/// A `tidings up`.
struct Up {
    child: Child,
    data: PathBuf,
    log: PathBuf,
    /// Where its Postgres listens, outside of the data directory.
    sockets: Option<PathBuf>,
}

impl Up {
    /// To be called on the main thread: what the kernel ends it with is the end of the thread that started it.
    fn spawn(directory: &Path) -> anyhow::Result<Self> {
        let (data, log) = (directory.join("data"), directory.join("log"));
        let output = File::options().create(true).append(true).open(&log)?;
        // This very binary, even when its file has been replaced since.
        let mut command = Command::new("/proc/self/exe");
        command
            .args([
                "child",
                "--signal",
                "TERM",
                "--parent",
                &process::id().to_string(),
                "--",
            ])
            .args([
                "/proc/self/exe",
                "up",
                "--listen",
                "127.0.0.1:0",
                "--admin",
                "127.0.0.1:0",
            ])
            .args([
                "--throttle",
                "off",
                "--password-rule",
                "off",
                "--connections-per-address",
                "4096",
                "--data",
            ])
            .arg(&data)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C at the terminal goes to the whole foreground group, but it is to end in order.
            .process_group(0);
        alone(&mut command);
        Ok(Self {
            child: command.spawn()?,
            data,
            log,
            sockets: None,
        })
    }

    async fn ready(&mut self) -> anyhow::Result<Run> {
        let ready = async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    bail!("the service ended ({status}): {}", self.last_words());
                }
                let data = self
                    .data
                    .is_dir()
                    .then(|| DataDir::open(&self.data))
                    .transpose()?;
                if let Some(run) = data.map(|data| data.running()).transpose()?.flatten() {
                    return Ok(run);
                }
                fresh::pause(BETWEEN_LOOKS).await;
            }
        };
        let Ok(run) = timeout(STARTS_WITHIN, ready).await else {
            bail!(
                "the service was not ready after {STARTS_WITHIN:?}: {}",
                self.last_words()
            );
        };
        let run = run?;
        let sockets = PgConnectOptions::from_str(&run.database_url)?
            .get_socket()
            .cloned();
        self.sockets = sockets;
        Ok(run)
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines()
            .next_back()
            .unwrap_or("it said nothing")
            .trim()
            .to_owned()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let Ok(pid) = i32::try_from(self.child.id()).map(Pid::from_raw) else {
            return;
        };
        let (ended, waiting) = mpsc::channel::<()>();
        let watch = thread::spawn(move || {
            if waiting.recv_timeout(ENDS_WITHIN) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = killpg(pid, Signal::SIGKILL);
            }
        });
        let _ = kill(pid, Signal::SIGTERM);
        let _ = self.child.wait();
        drop(ended);
        let _ = watch.join();
        if let Some(sockets) = &self.sockets {
            let _ = fs::remove_dir_all(sockets);
        }
    }
}

/// A gigabyte, or a quarter of what is there, and no checkpoint before four gigabytes were written.
async fn set(database_url: &str, library: Option<&str>) -> anyhow::Result<()> {
    let mut admin = PgConnectOptions::from_str(database_url)?.connect().await?;
    let megabytes = (memory_kib()? / 4 / 1024).clamp(128, 1024);
    let library = library.map(|library| format!("shared_preload_libraries = '{library}'"));
    let memory = [
        format!("shared_buffers = '{megabytes}MB'"),
        "max_wal_size = '4GB'".to_owned(),
    ];
    for setting in memory.into_iter().chain(library) {
        raw_sql(&format!("alter system set {setting}"))
            .execute(&mut admin)
            .await?;
    }
    Ok(admin.close().await?)
}

fn memory_kib() -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let total = text.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    total.context("/proc/meminfo does not tell the memory")
}

/// Its directory is named after the major version.
fn postmaster(data: &Path) -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir(data.join("postgres"))?.flatten();
    let mut files = versions.map(|version| version.path().join("data/postmaster.pid"));
    files
        .find(|file| file.is_file())
        .context("Postgres has left no process id")
}

fn pid_in(file: &Path) -> anyhow::Result<u32> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let first = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    first.with_context(|| format!("{} holds no process id", file.display()))
}

/// Leaves a command no settings but its own: those of this machine's service are not meant.
pub(super) fn alone(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "RUST_LOG" || text.starts_with("TIDINGS_") && !KEPT.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command.env("TIDINGS_CONFIG", "");
}
