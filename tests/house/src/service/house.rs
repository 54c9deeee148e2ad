//! All processes of a service together.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use eventlog::MIGRATIONS;
use reqwest::Client;
use serde_json::json;
use sqlx::PgPool;

use super::{Answer, Links, Node, PASSWORD, Person, Role, mailboxes, until};
use crate::{Database, NatsServer, id};

/// The service closes a connection that has rested for ten seconds: whoever asks over it at that very moment is not answered.
const IDLE: Duration = Duration::from_secs(5);

/// How large a service, and with what settings.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many api processes.
    pub apis: usize,
    /// How many relays.
    pub relays: usize,
    /// How many projectors, all on the one partition.
    pub projectors: usize,
    /// How many processes that deliver to webhooks.
    pub couriers: usize,
    /// Whether each process has wires of its own to the engines, which can be spoilt.
    pub has_links: bool,
    /// Flags for every process, beside those that every house has.
    pub flags: Vec<String>,
    /// A database that somebody else made and migrated; otherwise a fresh one.
    pub database_url: Option<String>,
    /// The secret of the service whose database that is; otherwise a fresh one.
    pub master_key: Option<[u8; 32]>,
}

impl Default for Plan {
    /// One process for each role that a message passes.
    fn default() -> Self {
        Self {
            apis: 1,
            relays: 1,
            projectors: 1,
            couriers: 0,
            has_links: false,
            flags: Vec::new(),
            database_url: None,
            master_key: None,
        }
    }
}

impl Plan {
    /// Two api processes, for what has to hold across them.
    #[must_use]
    pub fn two_apis() -> Self {
        Self {
            apis: 2,
            ..Self::default()
        }
    }

    /// With processes that deliver to webhooks, on this machine and without TLS as well.
    #[must_use]
    pub fn couriers(couriers: usize) -> Self {
        let flags = ["--webhooks-allow", "127.0.0.1", "--webhooks-http", "on"];
        Self {
            couriers,
            flags: flags.map(str::to_owned).into(),
            ..Self::default()
        }
    }
}

/// A running service. A story ends with [`House::finish`]; one that breaks off leaves nothing running either.
#[derive(Debug)]
pub struct House {
    /// The processes: first the api's, then relays, projectors and the notifier, then what delivers to webhooks.
    pub nodes: Vec<Node>,
    /// Its NATS.
    pub nats: NatsServer,
    /// Its tables, as the superuser sees them.
    pub pool: PgPool,
    /// The flags that say to an operator's command where it is.
    pub place: Vec<String>,
    /// Whether the stream was filled again: what was erased before stands in it without its text.
    pub is_refilled: bool,
    home: PathBuf,
    program: String,
    http: Client,
    is_finished: bool,
    // The last to be dropped: the processes have to be gone by then.
    _database: Option<Database>,
}

impl House {
    /// Starts every role of the binary as a process of its own and waits until all are ready.
    pub async fn open(program: &str, plan: Plan) -> anyhow::Result<Self> {
        let (database, url) = if let Some(url) = plan.database_url {
            (None, url)
        } else {
            let database = Database::create(&MIGRATIONS).await?;
            let url = database.url();
            (Some(database), url)
        };
        let pool = PgPool::connect_lazy(&url)?;
        let nats = NatsServer::start().await?;
        let home = std::env::temp_dir().join(format!("tidings-house-{}", id().simple()));
        fs::create_dir_all(&home)?;
        let key = home.join("master-key");
        let fresh = || [id().into_bytes(), id().into_bytes()].concat();
        fs::write(&key, plan.master_key.map_or_else(fresh, Vec::from))?;
        let audit_key = home.join("audit-key");
        fs::write(&audit_key, fresh())?;
        let attachments = format!("file://{}", home.join("attachments").display());
        let (key, audit_key) = (key.to_str(), audit_key.to_str());
        let (key, audit_key) = (key.context("not UTF-8")?, audit_key.context("not UTF-8")?);
        let place = |database_url: &str, nats_url: &str| {
            arguments(&[
                ("--database-url", database_url),
                ("--nats-url", nats_url),
                ("--master-key-file", key),
                ("--audit-key-file", audit_key),
                ("--attachments", &attachments),
            ])
        };
        let rules = arguments(&[
            ("--password-rule", "off"),
            ("--connections-per-address", "10000"),
        ]);
        let is_throttled = plan.flags.iter().any(|flag| flag == "--throttle");
        let throttle = (!is_throttled).then(|| arguments(&[("--throttle", "off")]));
        let rules = [rules, throttle.unwrap_or_default(), plan.flags].concat();
        // Proxies of the environment are not for this machine's own services.
        let http = Client::builder()
            .no_proxy()
            .pool_idle_timeout(IDLE)
            .build()?;
        let mut house = Self {
            nodes: Vec::new(),
            place: place(&url, &nats.url()),
            nats,
            pool,
            is_refilled: false,
            home,
            program: program.to_owned(),
            http,
            is_finished: false,
            _database: database,
        };
        let apis = std::iter::repeat_n(Role::Api, plan.apis);
        let relays = std::iter::repeat_n(Role::Relay, plan.relays);
        let projectors = std::iter::repeat_n(Role::Projector, plan.projectors);
        let couriers = std::iter::repeat_n(Role::Webhooks, plan.couriers);
        let others = relays.chain(projectors).chain([Role::Notifier]);
        for role in apis.chain(others).chain(couriers) {
            let log = house
                .home
                .join(format!("{}-{}.log", house.nodes.len(), role.name()));
            let links = if plan.has_links {
                Some(Links::lay(&url, &house.nats).await?)
            } else {
                None
            };
            let place = links.as_ref().map_or_else(
                || house.place.clone(),
                |links| place(&links.database_url, &links.nats_url()),
            );
            let flags = [place, rules.clone()].concat();
            let mut node = Node::new(role, program, &flags, log, house.http.clone())?;
            node.links = links;
            node.launch()?;
            house.nodes.push(node);
        }
        for node in &mut house.nodes {
            node.is_ready().await?;
        }
        Ok(house)
    }

    /// The first process of a role.
    ///
    /// # Panics
    /// Where the plan has none.
    pub fn node(&mut self, role: Role) -> &mut Node {
        let mut nodes = self.nodes.iter_mut();
        nodes
            .find(|node| node.role == role)
            .expect("the plan has such a process")
    }

    /// Where the api processes answer.
    #[must_use]
    pub fn apis(&self) -> Vec<String> {
        self.nodes
            .iter()
            .filter(|node| node.role == Role::Api)
            .map(Node::url)
            .collect()
    }

    /// The directory in which all nodes keep attached files, those of every log below one of its own.
    #[must_use]
    pub fn attachments(&self) -> PathBuf {
        self.home.join("attachments")
    }

    /// Runs one of the operator's commands on this service, to its end.
    pub async fn operate(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let arguments = arguments.iter().map(ToString::to_string);
        self.run(arguments.chain(self.place.iter().cloned()).collect())
            .await
    }

    /// Runs the program, to its end, with nothing but these arguments.
    pub async fn run(&self, arguments: Vec<String>) -> anyhow::Result<Output> {
        let program = self.program.clone();
        let run = move || Command::new(program).args(arguments).output();
        Ok(tokio::task::spawn_blocking(run).await??)
    }

    /// A directory that goes with the house.
    #[must_use]
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The secret that all nodes share.
    pub fn master_key(&self) -> anyhow::Result<[u8; 32]> {
        let key = fs::read(self.home.join("master-key"))?;
        key.try_into().ok().context("32 bytes")
    }

    /// Gives an account a role, as an operator does.
    pub async fn grant(&self, username: &str, role: &str) -> anyhow::Result<()> {
        self.account(&["grant", username, role]).await
    }

    /// `tidings account …`, as an operator says it.
    pub async fn account(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let done = self.operate(&[&["account"], arguments].concat()).await?;
        let complaint = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "{complaint}");
        Ok(())
    }

    /// Makes an account and logs it in.
    pub async fn register(&self, username: &str) -> anyhow::Result<Person> {
        let account = json!({ "username": username, "password": PASSWORD });
        let request = self
            .http
            .post(format!("{}/api/v1/accounts", self.apis()[0]))
            .json(&account);
        let what = "POST /api/v1/accounts".to_owned();
        Answer::read(what, request.send().await?).await?.is(201)?;
        self.log_in(username).await
    }

    /// Logs an account in again.
    pub async fn log_in(&self, username: &str) -> anyhow::Result<Person> {
        let notifier = self
            .nodes
            .iter()
            .find(|node| node.role == Role::Notifier)
            .map(Node::url);
        Person::log_in(
            self.http.clone(),
            self.apis(),
            notifier.context("no notifier")?,
            username,
        )
        .await
    }

    /// The last position of the log.
    pub async fn head(&self) -> anyhow::Result<i64> {
        let head = sqlx::query_scalar("select coalesce(max(position), 0) from log.events");
        Ok(head.fetch_one(&self.pool).await?)
    }

    /// How far the read models have come.
    pub async fn projected(&self) -> anyhow::Result<i64> {
        let position = sqlx::query_scalar("select min(position) from readmodel.checkpoints");
        Ok(position.fetch_one(&self.pool).await?)
    }

    /// How far the stream has come.
    pub async fn relayed(&self) -> anyhow::Result<i64> {
        Ok(self.nats.stream().await?.map_or(0, |stream| stream.last))
    }

    /// Waits until the projector and the relay have come to the log's head.
    pub async fn settle(&self) -> anyhow::Result<()> {
        until("everything is projected and relayed", async || {
            let head = self.head().await?;
            Ok((self.projected().await? == head && self.relayed().await? == head).then_some(()))
        })
        .await
    }

    /// Checks what always holds, once the service has settled: positions without a hole; the stream a whole copy of the
    /// log, less what was erased; unread counts as a recount finds them; each message once in each box it belongs to.
    pub async fn audit(&self) -> anyhow::Result<()> {
        self.settle().await?;
        // In one look: marks of delivery may still be on their way.
        let (head, count): (i64, i64) =
            sqlx::query_as("select coalesce(max(position), 0), count(*) from log.events")
                .fetch_one(&self.pool)
                .await?;
        ensure!(
            count == head,
            "the log has {count} events and ends at {head}"
        );
        until("the stream holds all that was not erased", async || {
            let erased = self.count(mailboxes::ERASED).await?;
            let head = self.head().await?;
            let stream = self.nats.stream().await?.unwrap_or_default();
            let least = head - erased;
            let most = if self.is_refilled { head } else { least };
            let is_whole = (least..=most).contains(&stream.messages);
            Ok((stream.last == head && is_whole).then_some(()))
        })
        .await?;
        let drifted: i64 = self
            .count(
                "with counted as (
                   select owner_id, conversation_id, count(*) as unread from readmodel.inbox
                   where read_at is null and deleted_at is null group by 1, 2)
                 select count(*) from readmodel.last_conversation c
                 full join counted n using (owner_id, conversation_id)
                 where coalesce(c.unread, 0) <> coalesce(n.unread, 0)",
            )
            .await?;
        ensure!(
            drifted == 0,
            "{drifted} unread counts differ from a recount"
        );
        // What somebody asked for who did not wait for the answer may still come.
        let astray: i64 = until("nothing comes any more", async || {
            let head = self.head().await?;
            self.settle().await?;
            let astray = self.count(mailboxes::ASTRAY).await?;
            Ok((self.head().await? == head).then_some(astray))
        })
        .await?;
        ensure!(
            astray == 0,
            "{astray} messages are not once in each box they belong to"
        );
        Ok(())
    }

    /// Where the log is.
    pub fn database_url(&self) -> anyhow::Result<&str> {
        let mut behind = self
            .place
            .iter()
            .skip_while(|flag| *flag != "--database-url");
        Ok(behind.nth(1).context("a database")?)
    }

    /// One number out of the tables.
    pub async fn count(&self, query: &str) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// Ends the story: audits the service, ends every process in order, and looks for panics in what they logged.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        self.audit().await?;
        for node in &mut self.nodes {
            node.stop().await?;
            let log = node.log();
            let panic = log.lines().find(|line| line.contains("panicked"));
            ensure!(panic.is_none(), "the {}: {panic:?}", node.role.name());
        }
        self.pool.close().await;
        self.is_finished = true;
        Ok(())
    }
}

/// As a command line has them.
fn arguments(flags: &[(&str, &str)]) -> Vec<String> {
    flags
        .iter()
        .flat_map(|(flag, value)| [(*flag).to_owned(), (*value).to_owned()])
        .collect()
}

impl Drop for House {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            node.kill();
        }
        // The story broke off: what the processes complained of may say why.
        if !self.is_finished || thread::panicking() {
            for node in &self.nodes {
                let log = node.log();
                let complaints = log
                    .lines()
                    .filter(|line| !line.contains(r#""level":"INFO""#));
                let last: Vec<&str> = complaints.rev().take(20).collect();
                for line in last.into_iter().rev() {
                    eprintln!("{}: {line}", node.role.name());
                }
            }
        }
        let _ = fs::remove_dir_all(&self.home);
    }
}
