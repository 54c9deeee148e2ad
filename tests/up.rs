//! `tidings up`, as the person at the terminal meets it: started, ended, killed, started again, and refusing.

use std::{
    env::temp_dir,
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, ensure};
use house::{Database, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::{interval, timeout},
};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PASSWORD: &str = "a lantern in the fog";
const UP_ON_A_FORGETFUL_CLUSTER: &str = r#"exec "$0" up --data "$1" --listen 127.0.0.1:0 --database-url \
    "postgres:///postgres?host=$TIDINGS_TEST_POSTGRES&port=5432&user=tidings_owner""#;
/// More than any start or end takes, the first one's new database included.
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::test]
async fn what_was_sent_is_there_after_ctrl_c_and_another_start() {
    let data = Data::new();
    let up = Up::start(&data).await.unwrap();
    let message = up.send("before the end").await.unwrap();
    let engines = up.processes();
    assert!(engines.len() >= 2, "{engines:?}");

    let status = up.end(Signal::SIGINT).await.unwrap();
    assert!(status.success(), "{status}");
    assert!(
        engines.iter().all(|process| !process.is_alive()),
        "left behind: {engines:?}"
    );

    let up = Up::start(&data).await.unwrap();
    assert_eq!(up.inbox().await.unwrap(), [message]);
    up.end(Signal::SIGTERM).await.unwrap();
}

#[tokio::test]
async fn a_killed_one_leaves_no_orphan_and_the_next_start_is_fine() {
    let data = Data::new();
    let up = Up::start(&data).await.unwrap();
    let message = up.send("before the crash").await.unwrap();
    let engines = up.processes();

    up.end(Signal::SIGKILL).await.unwrap();
    let up = Up::start(&data).await.unwrap();
    assert_eq!(up.inbox().await.unwrap(), [message]);
    have_ended(&engines).await.unwrap();
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn engines_that_are_killed_are_started_again() {
    let data = Data::new();
    let up = Up::start(&data).await.unwrap();
    let message = up.send("before the engines' end").await.unwrap();
    let killed = up.processes();
    for process in &killed {
        let _ = kill(
            Pid::from_raw(process.pid.try_into().unwrap()),
            Signal::SIGKILL,
        );
    }

    up.until_ready().await.unwrap();
    assert_eq!(up.inbox().await.unwrap(), [message]);
    let engines = up.processes();
    assert!(
        engines.len() >= 2 && !engines.iter().any(|process| killed.contains(process)),
        "{engines:?}"
    );
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn a_first_start_killed_in_the_middle_costs_nothing() {
    let data = Data::new();
    let up = Up::spawn(&data).unwrap();
    up.first_processes().await.unwrap();
    up.end(Signal::SIGKILL).await.unwrap();

    let up = Up::start(&data).await.unwrap();
    up.send("after all").await.unwrap();
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn ctrl_c_ends_a_start_that_is_not_ready_yet() {
    let data = Data::new();
    let up = Up::spawn(&data).unwrap();
    let begun = up.first_processes().await.unwrap();
    up.end(Signal::SIGINT).await.unwrap();
    have_ended(&begun).await.unwrap();
}

#[tokio::test]
async fn a_second_one_on_the_same_data_is_told_about_the_first() {
    let data = Data::new();
    let up = Up::start(&data).await.unwrap();

    let second = tidings(&data)
        .args(["up", "--listen", "127.0.0.1:0"])
        .output()
        .await
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let sentence = only_line(&second);
    assert!(
        sentence.starts_with("tidings: already running: "),
        "{sentence}"
    );
    assert!(sentence.contains(&up.url), "{sentence}");

    assert!(up.is_ready().await.unwrap());
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn operators_commands_work_beside_a_running_one() {
    let data = Data::new();
    let up = Up::start(&data).await.unwrap();
    up.send("something to look at").await.unwrap();

    let created = with_input(
        tidings(&data).args(["account", "create", "carol"]),
        PASSWORD,
    )
    .await
    .unwrap();
    assert!(created.status.success(), "{created:?}");
    up.log_in("carol").await.unwrap();

    let granted = tidings(&data)
        .args(["account", "grant", "carol", "auditor"])
        .output()
        .await
        .unwrap();
    assert!(granted.status.success(), "{granted:?}");
    let listed = tidings(&data)
        .args(["account", "list"])
        .output()
        .await
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let carol = listed.lines().find(|line| line.contains("carol")).unwrap();
    assert!(carol.contains("auditor"), "{listed}");
    assert_eq!(listed.lines().count(), 3, "{listed}");

    let doctor = tidings(&data)
        .args(["doctor", "--json"])
        .output()
        .await
        .unwrap();
    assert!(doctor.status.success(), "{doctor:?}");
    let findings: Vec<Value> = serde_json::from_slice(&doctor.stdout).unwrap();
    assert!(
        findings.iter().any(|finding| finding["what"] == "stream"),
        "{findings:?}"
    );
    assert!(
        findings.iter().all(|finding| finding["ok"] == true),
        "{findings:?}"
    );
    let audited = async |action: &str| tidings(&data).args(["audit", action]).output().await;
    // The first head is signed a moment after the first event.
    let verified = until("the log is signed, and verifies", async || {
        let verified = audited("verify").await?;
        Ok(verified.status.success().then_some(verified))
    })
    .await
    .unwrap();
    let key = String::from_utf8(audited("key").await.unwrap().stdout).unwrap();
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(
        verified.contains(key.trim()),
        "{verified} is not signed by {key}"
    );
    let file = data.0.join("secrets/audit");
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the key is its owner's alone");
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn a_backup_of_a_running_one_is_a_service_in_another_directory() {
    let (data, backup, again) = (Data::new(), Data::new(), Data::new());
    let up = Up::start(&data).await.unwrap();
    let message = up.send("to be kept twice").await.unwrap();
    let made = tidings(&data).arg("backup").arg(&backup).output();
    let made = made.await.unwrap();
    assert!(made.status.success(), "{made:?}");
    up.end(Signal::SIGINT).await.unwrap();

    let without_a_key = tidings(&again).arg("restore").arg(&backup).output();
    let sentence = last_line(&without_a_key.await.unwrap());
    assert!(
        sentence.contains("--master-key-file names it"),
        "{sentence}"
    );
    let mut restore = tidings(&again);
    restore.arg("restore").arg(&backup).arg("--master-key-file");
    let restored = restore.arg(data.0.join("secrets/master")).output();
    let restored = restored.await.unwrap();
    assert!(restored.status.success(), "{restored:?}");

    let up = Up::start(&again).await.unwrap();
    assert_eq!(up.inbox().await.unwrap(), [message]);
    let doctor = tidings(&again)
        .args(["doctor", "--full", "--json"])
        .output();
    let doctor = doctor.await.unwrap();
    assert!(doctor.status.success(), "{doctor:?}");
    let findings: Vec<Value> = serde_json::from_slice(&doctor.stdout).unwrap();
    let rows = findings.iter().find(|finding| finding["what"] == "rows");
    assert!(
        rows.unwrap()["found"]
            .as_str()
            .unwrap()
            .ends_with("none differs")
    );
    up.end(Signal::SIGINT).await.unwrap();
}

#[tokio::test]
async fn known_passwords_are_not_shown_to_the_network() {
    let data = Data::new();
    let refused = tidings(&data)
        .args(["up", "--demo", "--listen", "0.0.0.0:0"])
        .output()
        .await
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        only_line(&refused).contains("loopback address only"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_nats_server_that_would_ignore_the_streams_first_number_is_refused() {
    let data = Data::new();
    let old = data.0.with_extension("nats-server");
    fs::write(&old, "#!/bin/sh\necho 'nats-server: v2.9.10'\n").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();

    let refused = tidings(&data)
        .args(["up", "--listen", "127.0.0.1:0"])
        .env("TIDINGS_NATS_SERVER", &old)
        .output()
        .await;
    fs::remove_file(&old).unwrap();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(69));
    let sentence = only_line(&refused);
    let expected = format!(
        "nats-server 2.10.23 or newer is needed and there is only 2.9.10 at {}",
        old.display()
    );
    assert!(sentence.contains(&expected), "{sentence}");
}

#[tokio::test]
async fn a_postgres_that_acknowledges_before_it_has_written_is_refused() {
    let database = Database::create(&eventlog::MIGRATIONS).await.unwrap();
    let pool = database.pool().await.unwrap();
    let name: String = sqlx::query_scalar("select current_database()")
        .fetch_one(&pool)
        .await
        .unwrap();
    let forgetful = format!("alter database {name} set synchronous_commit = off");
    sqlx::raw_sql(&forgetful).execute(&pool).await.unwrap();
    pool.close().await;

    let data = Data::new();
    let up = tidings(&data)
        .args([
            "up",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &database.url(),
        ])
        .output()
        .await
        .unwrap();
    assert_eq!(up.status.code(), Some(1));
    let sentence = last_line(&up);
    assert!(
        sentence.contains("synchronous_commit = off and could lose acknowledged messages"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_postgres_that_never_syncs_is_refused() {
    let data = Data::new();
    // The cluster which the script starts has all three of the settings off.
    let up = Command::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scripts/with-postgres"
    ))
    .env("TIDINGS_TEST_UNSAFE", "1")
    .args(["sh", "-c", UP_ON_A_FORGETFUL_CLUSTER, TIDINGS])
    .arg(&data)
    .kill_on_drop(true)
    .output();
    let up = timeout(PATIENCE, up).await.unwrap().unwrap();
    assert_eq!(up.status.code(), Some(1), "{up:?}");
    let sentence = last_line(&up);
    assert!(
        sentence.contains("fsync = off and could lose acknowledged messages"),
        "{sentence}"
    );
}

/// A place for a data directory; what is in it goes with it.
struct Data(PathBuf);

impl Data {
    fn new() -> Self {
        Self(temp_dir().join(format!("tidings-up-{}", house::id().simple())))
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl AsRef<OsStr> for Data {
    fn as_ref(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

fn tidings(data: &Data) -> Command {
    let mut command = Command::new(TIDINGS);
    command
        .env("TIDINGS_DATA", data)
        .env("TIDINGS_THROTTLE", "off")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn with_input(command: &mut Command, input: &str) -> anyhow::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("a pipe was asked for")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    Ok(child.wait_with_output().await?)
}

/// Waits until none of them is left.
async fn have_ended(processes: &[Process]) -> anyhow::Result<()> {
    until("they have ended", async || {
        let is_over = processes.iter().all(|process| !process.is_alive());
        Ok(is_over.then_some(()))
    })
    .await
}

/// What a refusal says: one line and nothing else.
fn only_line(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(told.lines().count(), 1, "{told}");
    told.trim().to_owned()
}

/// What a refusal says after there was something to log.
fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr)
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

/// A `tidings up`.
struct Up {
    child: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl Up {
    fn spawn(data: &Data) -> anyhow::Result<Self> {
        let mut child = tidings(data)
            .args(["up", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("a pipe was asked for")?);
        Ok(Self {
            child,
            lines,
            url: String::new(),
        })
    }

    /// Starts one and waits until it says that it is ready.
    async fn start(data: &Data) -> anyhow::Result<Self> {
        let mut up = Self::spawn(data)?;
        let ready = up.line_with("web").await?;
        up.url = ready
            .split_whitespace()
            .nth(1)
            .context("no address")?
            .to_owned();
        ensure!(
            up.is_ready().await?,
            "it says that it is ready, and /readyz does not"
        );
        Ok(up)
    }

    /// Reads on until a line begins with a word.
    async fn line_with(&mut self, word: &str) -> anyhow::Result<String> {
        let found = async {
            let mut line = String::new();
            while self.lines.read_line(&mut line).await? > 0 {
                if line.split_whitespace().next() == Some(word) {
                    return Ok(line);
                }
                line.clear();
            }
            let mut told = String::new();
            if let Some(stderr) = &mut self.child.stderr {
                stderr.read_to_string(&mut told).await?;
            }
            anyhow::bail!("it ended: {told}")
        };
        timeout(PATIENCE, found).await?
    }

    /// Sends a signal and waits until it has ended.
    async fn end(mut self, signal: Signal) -> anyhow::Result<std::process::ExitStatus> {
        let pid = self.child.id().context("it has ended already")?;
        kill(Pid::from_raw(i32::try_from(pid)?), signal)?;
        timeout(PATIENCE, self.child.wait())
            .await?
            .map_err(Into::into)
    }

    /// Everything that it has started, and what they have.
    fn processes(&self) -> Vec<Process> {
        let all = Process::all();
        let mut own: Vec<Process> = Vec::new();
        let mut parents = Vec::from_iter(self.child.id());
        while let Some(parent) = parents.pop() {
            let children = all.iter().filter(|process| process.parent == parent);
            own.extend(children.clone().cloned());
            parents.extend(children.map(|process| process.pid));
        }
        own
    }

    /// The same, as soon as there are any.
    async fn first_processes(&self) -> anyhow::Result<Vec<Process>> {
        let mut looks = interval(Duration::from_millis(5));
        let begun = async {
            loop {
                looks.tick().await;
                let begun = self.processes();
                if !begun.is_empty() {
                    return begun;
                }
            }
        };
        Ok(timeout(PATIENCE, begun).await?)
    }

    async fn is_ready(&self) -> anyhow::Result<bool> {
        Ok(self.readiness().await?.status() == 200)
    }

    /// Waits until everything is well again, not only in parts.
    async fn until_ready(&self) -> anyhow::Result<()> {
        let mut looks = interval(Duration::from_millis(20));
        let ready = async {
            loop {
                looks.tick().await;
                let readiness: Value = self.readiness().await?.json().await?;
                if readiness["status"] == "ready" {
                    return Ok(());
                }
            }
        };
        timeout(PATIENCE, ready).await?
    }

    async fn readiness(&self) -> reqwest::Result<reqwest::Response> {
        reqwest::get(format!("{}/readyz", self.url)).await
    }

    /// Makes alice and bob, and alice writes to bob. The message's id.
    async fn send(&self, body: &str) -> anyhow::Result<Value> {
        for username in ["alice", "bob"] {
            self.post(
                "accounts",
                None,
                &json!({ "username": username, "password": PASSWORD }),
            )
            .await?;
        }
        let alice = self.log_in("alice").await?;
        let message = self
            .post(
                "messages",
                Some(&alice),
                &json!({ "to": ["bob"], "body": body }),
            )
            .await?;
        Ok(message["id"].clone())
    }

    /// The ids of the messages that bob received, as soon as there are any and the read models can be read.
    async fn inbox(&self) -> anyhow::Result<Vec<Value>> {
        let bob = self.log_in("bob").await?;
        let mut looks = interval(Duration::from_millis(20));
        let filled = async {
            loop {
                looks.tick().await;
                let request = reqwest::Client::new()
                    .get(format!("{}/api/v1/inbox", self.url))
                    .bearer_auth(&bob);
                let response = request.send().await?;
                if response.status() == 503 {
                    continue;
                }
                let inbox: Value = response.error_for_status()?.json().await?;
                let items = inbox["items"].as_array().context("no items")?;
                if !items.is_empty() {
                    return Ok(items
                        .iter()
                        .map(|item| item["message"]["id"].clone())
                        .collect());
                }
            }
        };
        timeout(PATIENCE, filled).await?
    }

    /// An access token.
    async fn log_in(&self, username: &str) -> anyhow::Result<String> {
        let session = self
            .post(
                "sessions",
                None,
                &json!({ "username": username, "password": PASSWORD }),
            )
            .await?;
        Ok(session["access_token"]
            .as_str()
            .context("no token")?
            .to_owned())
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
        let mut request = reqwest::Client::new()
            .post(format!("{}/api/v1/{path}", self.url))
            .json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status == 201, "{path}: {status}: {answer}");
        Ok(answer)
    }
}

/// A process of this machine, as /proc tells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    pid: u32,
    name: String,
    parent: u32,
    /// Tells it from a later one under the same number.
    started: String,
}

impl Process {
    fn all() -> Vec<Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .filter_map(|entry| Self::of(entry.file_name().to_str()?.parse().ok()?))
            .collect()
    }

    /// `None` if it has ended, although nobody may have asked for its status yet.
    fn of(pid: u32) -> Option<Self> {
        let stat =
            fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
        // The name is in parentheses and may hold anything, so what follows the last of them counts.
        let (before, after) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let has_ended = matches!(*fields.first()?, "Z" | "X");
        let name = before.split_once('(')?.1.to_owned();
        (!has_ended).then_some(Self {
            pid,
            name,
            parent: fields.get(1)?.parse().ok()?,
            started: (*fields.get(19)?).to_owned(),
        })
    }

    fn is_alive(&self) -> bool {
        Self::of(self.pid).is_some_and(|process| process.started == self.started)
    }
}
