//! Nine days in some minutes: what is needed for a while only goes again, and nothing else grows but what is kept.
//!
//! The service's clock is set a day ahead after each day's traffic (libfaketime), while Postgres and NATS keep theirs. `make week`
//! runs it; what a day is made of is said below.

use std::{
    env::temp_dir,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{PgPool, Row};
use tokio::{
    process::{Child, Command},
    task::JoinSet,
    time::interval,
};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PASSWORD: &str = "a lantern in the fog";
const DAYS: usize = 9;
const PEOPLE: usize = 40;
/// Half of them do not log out: their sessions last for a month.
const PEOPLE_WHO_STAY: i64 = 20;
/// Of each person, each day.
const LETTERS: usize = 50;
/// How many ask at once.
const AT_ONCE: usize = 8;
/// Batches of marks that are made while a day ends.
const A_FEW: i64 = 100;
/// How long a chore that is due may take to be done.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test]
#[ignore = "some minutes; `make week`"]
async fn a_week_leaves_nothing_behind_but_what_is_kept() -> Result<()> {
    let up = Up::start().await?;
    let pool = PgPool::connect(&up.database_url).await?;
    for number in 0..PEOPLE {
        let account = json!({ "username": name(number), "password": PASSWORD });
        up.ask(Method::POST, "accounts", "", Some(account)).await?;
    }
    let mut days = Vec::new();
    for day in 1..=DAYS {
        pass(&up, day).await?;
        up.set_ahead(day)?;
        forgotten(&pool, &up, day).await?;
        let figures = Figures::of(&up, &pool, day).await?;
        println!("{figures}");
        days.push(figures);
    }
    let (second, last) = (&days[1], &days[DAYS - 1]);
    ensure!(
        last.memory < second.memory + second.memory / 5 + 8,
        "memory grows"
    );
    // A client's own idle connections come and go.
    ensure!(last.files < second.files + AT_ONCE * 2, "open files grow");
    ensure!(
        last.connections <= second.connections + 4,
        "connections grow"
    );
    // Of a day, and of a week.
    ensure!(last.batches < A_FEW, "settled batches stay");
    ensure!(
        last.keys_of_requests < 9 * second.keys_of_requests / 2,
        "idempotency stays"
    );
    ensure!(
        last.sessions <= second.sessions + PEOPLE_WHO_STAY * 8,
        "ended sessions stay"
    );
    ensure!(
        last.waiting_files <= second.waiting_files,
        "files that nobody sent stay"
    );
    let (early, late) = (second.bytes_per_message(), last.bytes_per_message());
    ensure!(
        late < early * 1.2,
        "a message takes {late:.0} bytes after {early:.0}"
    );
    up.end().await
}

fn name(number: usize) -> String {
    format!("person{number}")
}

/// A day: everybody logs in, half of them listen, all write, read, delete, think better of it, and half log out.
async fn pass(up: &Up, day: usize) -> Result<()> {
    let mut tokens = Vec::new();
    for number in 0..PEOPLE {
        let shown = json!({ "username": name(number), "password": PASSWORD });
        let session = up.ask(Method::POST, "sessions", "", Some(shown)).await?;
        let token = session["access_token"].as_str().context("a token")?;
        tokens.push(token.to_owned());
    }
    let mut listening = JoinSet::new();
    for token in tokens.iter().step_by(2) {
        let stream = up.request(Method::GET, "events", token).send().await?;
        listening.spawn(async move {
            let mut bytes = stream.bytes_stream();
            while let Some(Ok(_)) = bytes.next().await {}
        });
    }
    let tokens = &tokens;
    stream::iter((0..PEOPLE * LETTERS).map(Ok))
        .try_for_each_concurrent(AT_ONCE, |number| async move {
            write(up, day, number, &tokens[number % PEOPLE]).await
        })
        .await?;
    for token in tokens.iter().skip(1).step_by(2) {
        up.ask(Method::DELETE, "sessions/current", token, None)
            .await?;
    }
    listening.shutdown().await;
    Ok(())
}

async fn write(up: &Up, day: usize, number: usize, token: &str) -> Result<()> {
    let to = name((number * 7 + day) % PEOPLE);
    let letter = json!({ "to": [to], "body": format!("letter {number} of day {day}, {}", "word ".repeat(20)) });
    let sent = up.request(Method::POST, "messages", token).json(&letter);
    let sent = sent.header("Idempotency-Key", format!("{day}-{number}"));
    let sent = sent.send().await?;
    let kept = sent.headers().get("Tidings-Token").cloned();
    let message = understood(sent).await?;
    let id = message["id"].as_str().context("an id")?;
    match number % 10 {
        0 => {
            let edit = json!({ "body": "better" });
            up.ask(Method::PATCH, &format!("messages/{id}"), token, Some(edit))
                .await?;
        }
        1 => drop(
            up.ask(Method::DELETE, &format!("messages/{id}"), token, None)
                .await?,
        ),
        2 => drop(
            up.ask(Method::DELETE, &format!("sent/{id}"), token, None)
                .await?,
        ),
        3 => {
            let conversation = message["conversation_id"]
                .as_str()
                .context("a conversation")?;
            // Once the conversation can be seen.
            let seen = up.request(Method::GET, &format!("messages/{id}"), token);
            up.answer(seen.header("Tidings-Token", kept.context("a token")?))
                .await?;
            let draft = json!({ "body": "to be said later" });
            up.ask(
                Method::PUT,
                &format!("conversations/{conversation}/draft"),
                token,
                Some(draft),
            )
            .await?;
        }
        4 => drop(up.upload(token).await?),
        5 => drop(up.ask(Method::GET, "inbox?limit=50", token, None).await?),
        6 => drop(up.ask(Method::GET, "conversations", token, None).await?),
        _ => {}
    }
    Ok(())
}

/// Waits until what was due has been done.
async fn forgotten(pool: &PgPool, up: &Up, day: usize) -> Result<()> {
    let started = Instant::now();
    let mut looks = interval(Duration::from_millis(500));
    loop {
        looks.tick().await;
        let waiting = count(pool, "select count(*) from log.attachments").await?;
        let batches = count(pool, "select count(*) from log.batches").await?;
        if waiting == 0 && batches < A_FEW {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            bail!(
                "day {day}: {waiting} files and {batches} batches are still there: {}",
                up.log()
            );
        }
    }
}

async fn count(pool: &PgPool, query: &str) -> Result<i64> {
    Ok(sqlx::query(query).fetch_one(pool).await?.try_get(0)?)
}

/// How things stand at the end of a day.
struct Figures {
    day: usize,
    messages: i64,
    /// MiB.
    memory: u64,
    files: usize,
    connections: i64,
    batches: i64,
    keys_of_requests: i64,
    sessions: i64,
    waiting_files: i64,
    database: i64,
    dead_rows: i64,
}

impl Figures {
    async fn of(up: &Up, pool: &PgPool, day: usize) -> Result<Self> {
        let proc = PathBuf::from(format!("/proc/{}", up.pid()?));
        let rollup = fs::read_to_string(proc.join("smaps_rollup"))?;
        let memory = rollup
            .lines()
            .find_map(|line| {
                line.strip_prefix("Pss:")?
                    .trim()
                    .split(' ')
                    .next()?
                    .parse::<u64>()
                    .ok()
            })
            .context("the memory")?;
        Ok(Self {
            day,
            messages: count(
                pool,
                "select count(*) from log.events where event_type = 'message.sent'",
            )
            .await?,
            memory: memory / 1024,
            files: fs::read_dir(proc.join("fd"))?.count(),
            connections: count(
                pool,
                "select count(*) from pg_stat_activity where application_name = 'tidings'",
            )
            .await?,
            batches: count(pool, "select count(*) from log.batches").await?,
            keys_of_requests: count(pool, "select count(*) from log.idempotency").await?,
            sessions: count(pool, "select count(*) from auth.sessions").await?,
            waiting_files: count(pool, "select count(*) from log.attachments").await?,
            database: count(pool, "select pg_database_size(current_database())").await?,
            dead_rows: count(
                pool,
                "select coalesce(sum(n_dead_tup), 0)::bigint from pg_stat_user_tables",
            )
            .await?,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn bytes_per_message(&self) -> f64 {
        self.database as f64 / self.messages as f64
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            to,
            "day {}: {} messages; {} MiB, {} files, {} connections; {} batches, {} keys of requests, {} sessions, {} files \
             that wait; {:.0} bytes in Postgres a message, {} dead rows",
            self.day,
            self.messages,
            self.memory,
            self.files,
            self.connections,
            self.batches,
            self.keys_of_requests,
            self.sessions,
            self.waiting_files,
            self.bytes_per_message(),
            self.dead_rows
        )
    }
}

/// A `tidings up` with a clock of its own.
struct Up {
    child: Child,
    home: PathBuf,
    url: String,
    database_url: String,
    http: Client,
}

impl Up {
    async fn start() -> Result<Self> {
        let home = temp_dir().join(format!("tidings-week-{}", house::id().simple()));
        fs::create_dir_all(&home)?;
        fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        fs::write(home.join("clock"), "+0d")?;
        let log = File::create(home.join("log"))?;
        let child = Command::new(TIDINGS)
            .args([
                "up",
                "--listen",
                "127.0.0.1:0",
                "--throttle",
                "off",
                "--data",
            ])
            .arg(home.join("data"))
            .env("LD_PRELOAD", library()?)
            .env("FAKETIME_TIMESTAMP_FILE", home.join("clock"))
            .env("FAKETIME_CACHE_DURATION", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let mut up = Self {
            child,
            home,
            url: String::new(),
            database_url: String::new(),
            http: Client::builder().no_proxy().build()?,
        };
        let run: Value = house::until("the service has announced itself", async || {
            if let Some(status) = up.child.try_wait()? {
                bail!("it ended with {status}: {}", up.log());
            }
            let run = fs::read(up.home.join("data/run.json")).ok();
            Ok(run.and_then(|run| serde_json::from_slice(&run).ok()))
        })
        .await?;
        let text = |name| run[name].as_str().map(str::to_owned).context("an address");
        (up.url, up.database_url) = (text("url")?, text("database_url")?);
        Ok(up)
    }

    fn set_ahead(&self, days: usize) -> Result<()> {
        Ok(fs::write(self.home.join("clock"), format!("+{days}d"))?)
    }

    fn pid(&self) -> Result<u32> {
        self.child.id().context("it has ended")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    fn request(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}/api/v1/{path}", self.url));
        request.bearer_auth(token)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let request = self.request(method, path, token);
        self.answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        understood(request.send().await?).await
    }

    /// A file that is never sent.
    async fn upload(&self, token: &str) -> Result<Value> {
        let form = "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na file\r\n--line--\r\n";
        let upload = self
            .request(Method::POST, "attachments", token)
            .header("Content-Type", "multipart/form-data; boundary=line")
            .body(form);
        self.answer(upload).await
    }

    async fn end(mut self) -> Result<()> {
        kill(Pid::from_raw(self.pid()?.try_into()?), Signal::SIGTERM)?;
        let status = self.child.wait().await?;
        ensure!(status.success(), "{status}: {}", self.log());
        Ok(())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

async fn understood(response: reqwest::Response) -> Result<Value> {
    let (status, path) = (response.status(), response.url().path().to_owned());
    let text = response.text().await?;
    ensure!(status.is_success(), "{path}: {status}: {text}");
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// Debian's package `faketime` has it.
fn library() -> Result<PathBuf> {
    let places = ["x86_64", "aarch64"]
        .map(|machine| format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1"));
    let place = places.iter().map(Path::new).find(|place| place.exists());
    place
        .map(Path::to_owned)
        .context("libfaketime is missing: apt-get install faketime")
}
