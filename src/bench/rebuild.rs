//! How long the read models take to be made again from a log of so many messages.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use domain::{
    AccountId, MessageId, Metadata, conversation,
    message::{self, Content, Recipients, Sent},
};
use eventlog::{
    AccountKey, Command, Keyring, Log, NewEvent, Purpose, Role, Secret, Secrets, Tail, fresh,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{
    beside::{Beside, beside},
    people,
    service::{Service, alone},
};
use crate::data::DataDir;
use crate::progress::Progress;

/// Between how many pairs of accounts the messages are spread.
const PAIRS: usize = 64;
/// How many messages wait to be appended: some batches full.
const WAITING: usize = 2_048;
const BODY: usize = 200;
const PATIENCE: Duration = Duration::from_mins(20);

/// Fills a log, and rebuilds while so many send and as many read. What `tidings rebuild --json` says, and what they did.
pub async fn measure(messages: u32, others: usize, progress: &Progress) -> anyhow::Result<Value> {
    progress.say("starting a service of its own");
    let service = Service::start(None).await?;
    let mut pairs = people::register(service.address(), PAIRS.max(2 * others)).await?;
    progress.say(&format!("{messages} messages into the log"));
    fill(&service, messages).await?;
    progress.say("waiting until they are projected");
    service.settle(PATIENCE).await?;
    progress.say("making the read models again");
    let over = CancellationToken::new();
    let rebuilding = async {
        let _ended = over.drop_guard_ref();
        rebuild(&service).await
    };
    let beside = async {
        if others == 0 {
            return Ok(Beside::default());
        }
        beside(&service, &mut pairs[..2 * others], &over).await
    };
    let (mut report, beside) = tokio::try_join!(rebuilding, beside)?;
    if others > 0 {
        report["beside"] = serde_json::to_value(beside)?;
    }
    progress.say("ending the service");
    Ok(report)
}

async fn rebuild(service: &Service) -> anyhow::Result<Value> {
    let mut rebuild = tokio::process::Command::new("/proc/self/exe");
    rebuild
        .args(["rebuild", "--json", "--data"])
        .arg(service.data())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    alone(rebuild.as_std_mut());
    let report = rebuild.output().await?;
    ensure!(report.status.success(), "the rebuild has failed");
    serde_json::from_slice(&report.stdout).context("the rebuild's report cannot be read")
}

/// Straight into the log, as the api would: through HTTP it would take far longer than what is measured.
pub(super) async fn fill(service: &Service, messages: u32) -> anyhow::Result<()> {
    let url = service.database_url();
    let secrets = Secrets::new(Secret::new(
        DataDir::open(service.data())?.secret("master")?,
    ));
    let pool = eventlog::connect(url, Role::Service, 4)?;
    let keyring = Keyring::new(pool.clone(), &secrets);
    let log = Log::new(eventlog::options(url, Role::Service)?, Tail::default());
    let shutdown = CancellationToken::new();
    let writing = tokio::spawn(log.writer().run(shutdown.clone()));
    let people = people_of(&pool).await?;
    let mut keys = Vec::new();
    for person in &people {
        let key = keyring.account(*person).await?;
        keys.push(key.context("an account without a key")?);
    }
    let body = "x".repeat(BODY);
    let appends = stream::iter(0..messages).map(|number| {
        let sender = usize::try_from(number).unwrap_or_default() % people.len();
        let receiver = (sender + 1) % people.len();
        let command = letter(&keys[sender], people[sender], people[receiver], &body);
        let log = log.clone();
        async move { anyhow::Ok(log.append(command?).await?) }
    });
    let done = appends.buffer_unordered(WAITING);
    done.try_for_each(|_| async { Ok(()) }).await?;
    shutdown.cancel();
    Ok(writing.await?)
}

async fn people_of(pool: &PgPool) -> anyhow::Result<Vec<AccountId>> {
    let people = sqlx::query_scalar!("select account_id from log.claims where kind = 'username'");
    let people = people.fetch_all(pool).await?;
    Ok(people.into_iter().map(AccountId).collect())
}

fn letter(
    key: &AccountKey,
    sender: AccountId,
    receiver: AccountId,
    body: &str,
) -> anyhow::Result<Command> {
    let id = MessageId(fresh::id());
    let content = Content {
        subject: String::new(),
        body: body.to_owned(),
        attachments: Vec::new(),
    };
    let stream = id.to_string();
    let purpose = Purpose {
        name: message::SENT,
        aggregate_id: &stream,
    };
    let (content, row) = key.seal(purpose, Some(id), &serde_json::to_vec(&content)?);
    let event = message::Event::Sent(Sent {
        sender,
        conversation: conversation::id_of(&[sender, receiver]),
        recipients: Recipients::People(vec![receiver]),
        reply_to: None,
        content,
    });
    Ok(Command {
        events: vec![NewEvent::new(
            "message",
            stream,
            1,
            &event,
            &Metadata::default(),
        )?],
        keys: vec![row],
        ..Command::default()
    })
}
