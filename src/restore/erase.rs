//! What was erased after the backup was made: its keys are gone again; here the log says so again, as everybody else is told.

use anyhow::Context;
use domain::{
    AccountId, Event, MessageId, Metadata, Opened, Sealed, account,
    message::{self, Sent, Unsent},
};
use eventlog::{Command, Erased, Keyring, Log, NewEvent, Outcome, Reader, Role, Tail};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::Target;

/// Appends the events that the backup does not have. How many.
pub async fn again(target: &Target, erased: &[Erased]) -> anyhow::Result<usize> {
    let pool = eventlog::connect(&target.database_url, Role::Service, 4)?;
    let reader = Reader::new(pool.clone(), Keyring::new(pool.clone(), &target.secrets));
    let log = Log::new(
        eventlog::options(&target.database_url, Role::Service)?,
        Tail::default(),
    );
    let shutdown = CancellationToken::new();
    let writing = tokio::spawn(log.writer().run(shutdown.clone()));
    let mut done = 0;
    for line in erased {
        let is_new = match line {
            Erased::Message(id) => unsend(&log, &reader, MessageId(*id)).await?,
            Erased::Account(id) => erase(&pool, &log, &reader, target, AccountId(*id)).await?,
            Erased::Epoch(_) => false,
        };
        done += usize::from(is_new);
    }
    shutdown.cancel();
    writing.await?;
    Ok(done)
}

/// Whether it was there, and had not been taken back.
async fn unsend(log: &Log, reader: &Reader, id: MessageId) -> anyhow::Result<bool> {
    let stream = reader.stream("message", &id.to_string()).await?;
    let Some(first) = stream.first() else {
        return Ok(false);
    };
    if stream.iter().any(|event| event.name == message::UNSENT) {
        return Ok(false);
    }
    let sent = Opened::read(&first.name, &first.version, first.data.get())?;
    let Event::Message(message::Event::Sent(Sent {
        sender,
        conversation,
        recipients,
        ..
    })) = sent
    else {
        return Ok(false);
    };
    let unsent = message::Event::<Sealed>::Unsent(Unsent {
        sender,
        conversation,
        recipients,
        position: first.position,
    });
    let metadata = Metadata {
        conversation: Some(conversation),
        ..Metadata::default()
    };
    let sequence = i64::try_from(stream.len())? + 1;
    let event = NewEvent::new("message", id.to_string(), sequence, &unsent, &metadata)?;
    append(log, event).await?;
    Ok(true)
}

async fn erase(
    pool: &PgPool,
    log: &Log,
    reader: &Reader,
    target: &Target,
    id: AccountId,
) -> anyhow::Result<bool> {
    let stream = reader.stream("account", &id.to_string()).await?;
    if stream.is_empty() {
        return Ok(false);
    }
    let is_new = !stream.iter().any(|event| event.name == account::ERASED);
    if is_new {
        let erased = account::Event::<Sealed>::Erased(account::Erased {});
        let sequence = i64::try_from(stream.len())? + 1;
        let event = NewEvent::new(
            "account",
            id.to_string(),
            sequence,
            &erased,
            &Metadata::default(),
        )?;
        append(log, event).await?;
    }
    eventlog::forget_account(pool, &target.secrets.names(), id).await?;
    Ok(is_new)
}

async fn append(log: &Log, event: NewEvent) -> anyhow::Result<()> {
    let command = Command {
        events: vec![event],
        ..Command::default()
    };
    match log.append(command).await? {
        Outcome::Appended(_) => Ok(()),
        _ => Err(anyhow::anyhow!("somebody else writes to the restored log")),
    }
    .context("an erasure cannot be done again")
}
