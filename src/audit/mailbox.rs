//! `tidings audit mailbox`.

use std::{
    io::{ErrorKind, Write, stdout},
    path::PathBuf,
};

use anyhow::{Context, bail};
use api::audit::{MailboxAt, known_as, mailbox_of, position_of, replay_one};
use chrono::{DateTime, Utc};
use clap::Args;
use domain::{AccountId, mailbox::Replay};
use eventlog::audit::Entry;

use super::{
    export::Export,
    service::Service,
    source::{Source, SourceArgs},
};
use crate::roles;

#[derive(Args)]
pub struct MailboxArgs {
    /// Whose: a username, or an account's id. An export knows ids only, since names are sealed.
    account: String,
    /// When: a position, or a time such as 2026-11-23T00:27:57Z. The end of the log by default.
    #[arg(long)]
    at: Option<String>,
    /// An export, instead of a service (--url) or a database.
    #[arg(long, value_name = "DIRECTORY")]
    export: Option<PathBuf>,
    #[command(flatten)]
    source: SourceArgs,
}

/// Prints it as one JSON object.
pub async fn run(args: MailboxArgs) -> anyhow::Result<()> {
    let source = Source::of(args.export.clone(), &args.source)?;
    let mut mailbox = match &source {
        Source::Export(export) => serde_json::to_vec(&in_export(export, &args)?)?,
        Source::Service(service) => in_service(service, &args).await?,
        Source::Database(_) => serde_json::to_vec(&in_database(&args).await?)?,
    };
    mailbox.push(b'\n');
    match stdout().write_all(&mailbox) {
        // Whoever reads it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

async fn in_service(service: &Service, args: &MailboxArgs) -> anyhow::Result<Vec<u8>> {
    let at = args.at.as_deref();
    let at = at.map(|at| format!("?at={}", at.replace('+', "%2B")));
    let path = format!("mailbox/{}{}", args.account, at.unwrap_or_default());
    Ok(service.get(&path).await?.bytes().await?.to_vec())
}

/// With the keys that an operator has anyway.
async fn in_database(args: &MailboxArgs) -> anyhow::Result<MailboxAt> {
    let hands = roles::hands(&roles::Place::of(&args.source.place)?).await?;
    let api = &hands.api;
    let mailbox = async {
        let of = known_as(api, &args.account)
            .await
            .map_err(|problem| sentence(&problem))?;
        let of = of.with_context(|| format!("nobody is called {}", args.account))?;
        let position = position_of(api, args.at.as_deref())
            .await
            .map_err(|problem| sentence(&problem))?;
        mailbox_of(api, of, position, true)
            .await
            .map_err(|problem| sentence(&problem))
    };
    let mailbox = mailbox.await;
    hands.put_down().await;
    mailbox
}

fn sentence(problem: &api::http::Problem) -> anyhow::Error {
    anyhow::Error::msg(problem.detail().to_owned())
}

/// Up to where it is read.
enum Until {
    Position(i64),
    Time(DateTime<Utc>),
}

fn in_export(export: &Export, args: &MailboxArgs) -> anyhow::Result<MailboxAt> {
    let Ok(account) = args.account.parse() else {
        bail!(
            "an export knows accounts by their ids, and {} is none",
            args.account
        );
    };
    let until = until(args.at.as_deref())?;
    let (of, mut last) = (AccountId(account), None);
    let (mut replay, mut unreadable) = (Replay::of(of), Vec::new());
    export.events(|line| {
        let entry = Entry::read(line).context("verify this export first")?;
        let is_in = match until {
            Until::Position(position) => entry.position <= position,
            Until::Time(time) => entry.recorded_at <= time,
        };
        if !is_in {
            return Ok(());
        }
        unreadable.extend(replay_one(&mut replay, &entry).err());
        last = Some((entry.position, entry.recorded_at));
        Ok(())
    })?;
    let (position, time) = last.unzip();
    let position = position.unwrap_or(0);
    Ok(MailboxAt::sealed(of, position, time, &replay, unreadable))
}

fn until(at: Option<&str>) -> anyhow::Result<Until> {
    let Some(at) = at else {
        return Ok(Until::Position(i64::MAX));
    };
    if let Ok(position) = at.parse() {
        return Ok(Until::Position(position));
    }
    let time = at
        .parse()
        .with_context(|| format!("{at} is neither a position nor a time"))?;
    Ok(Until::Time(time))
}
