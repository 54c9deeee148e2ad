//! Where the log is read from: an export, a service, or its database. All three give the same lines.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use eventlog::merkle::{Frontier, VerifyingKey};

use super::{database::Database, export::Export, service::Service};
use crate::cli::WhereArgs;

/// Where the log is.
#[derive(Args)]
pub struct SourceArgs {
    /// A service that answers auditors, such as `https://messages.example.com`.
    #[arg(long, env = "TIDINGS_AUDIT_URL", requires = "token")]
    url: Option<String>,
    /// An auditor's access token.
    #[arg(long, env = "TIDINGS_AUDIT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    pub place: WhereArgs,
}

/// A log that can be read.
pub enum Source {
    Export(Export),
    Service(Service),
    Database(Database),
}

impl Source {
    /// What is named: an export, a service, or else a database.
    pub fn of(export: Option<PathBuf>, args: &SourceArgs) -> anyhow::Result<Self> {
        Ok(match (export, &args.url) {
            (Some(directory), _) => Self::Export(Export::at(directory)),
            (None, Some(url)) => {
                let token = args.token.as_deref().context("--token is missing")?;
                Self::Service(Service::at(url, token)?)
            }
            (None, None) => Self::Database(Database::of(&args.place)?),
        })
    }

    /// The public keys that it names itself.
    pub async fn keys(&self) -> anyhow::Result<String> {
        match self {
            Self::Export(export) => export.keys(),
            Self::Service(service) => service.text("key").await,
            Self::Database(database) => database.keys().await,
        }
    }

    /// The lines of all heads larger than a size, in order.
    pub async fn heads(
        &self,
        after: u64,
        take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Export(export) => export.heads(take),
            Self::Service(service) => service.heads(after, take).await,
            Self::Database(database) => database.heads(after, take).await,
        }
    }

    /// The lines of the events behind a position up to another one, in order. Of an export: all lines that it has.
    pub async fn events(
        &self,
        after: u64,
        until: u64,
        take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Export(export) => export.events(take),
            Self::Service(service) => service.events(after, until, take).await,
            Self::Database(database) => database.events(after, until, take).await,
        }
    }

    /// The right edge of the tree over the first events; `None` where there are no tiles.
    pub async fn frontier(&self, size: u64) -> anyhow::Result<Option<Frontier>> {
        match self {
            Self::Export(_) => Ok(None),
            Self::Service(service) => service.frontier(size).await.map(Some),
            Self::Database(database) => database.frontier(size).await.map(Some),
        }
    }
}

/// Keys as they are written, one a line.
pub fn keys(text: &str) -> anyhow::Result<Vec<VerifyingKey>> {
    let keys = text.lines().map(|line| {
        line.parse()
            .with_context(|| format!("{line:?} does not help"))
    });
    let keys: Vec<VerifyingKey> = keys.collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!keys.is_empty(), "there is no public key");
    Ok(keys)
}
