//! The log's own database, for an operator.

use anyhow::Context;
use eventlog::{
    Role,
    audit::{Entries, Heads, Tiles, head_line},
    merkle::Frontier,
};

use crate::{cli::WhereArgs, data::DataDir};

/// How many heads are read at once.
const HEADS: i64 = 500;

/// A database that is read as the service reads it.
pub struct Database {
    entries: Entries,
    heads: Heads,
    tiles: Tiles,
}

impl Database {
    /// As the command line says, or of the `up` that runs on a data directory.
    pub fn of(args: &WhereArgs) -> anyhow::Result<Self> {
        let pool = eventlog::connect(&url(args)?, Role::Service, 2)
            .context("the database's address cannot be read")?;
        Ok(Self {
            entries: Entries::new(pool.clone()),
            heads: Heads::new(pool.clone()),
            tiles: Tiles::new(pool),
        })
    }

    pub async fn keys(&self) -> anyhow::Result<String> {
        let keys = self.heads.keys().await?.into_iter();
        Ok(keys.map(|key| key + "\n").collect())
    }

    pub async fn heads(
        &self,
        after: u64,
        mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut after = i64::try_from(after)?;
        loop {
            let heads = self.heads.after(after, HEADS).await?;
            let Some(last) = heads.last() else {
                return Ok(());
            };
            after = last.size;
            for head in &heads {
                take(head_line(head.size, &head.note).trim_end().as_bytes())?;
            }
        }
    }

    pub async fn events(
        &self,
        after: u64,
        until: u64,
        mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (mut after, until) = (i64::try_from(after)?, i64::try_from(until)?);
        let mut line = Vec::new();
        while after < until {
            let page = self.entries.page(after, until, None).await?;
            for entry in page.entries {
                line.clear();
                entry.write(&mut line);
                take(line.strip_suffix(b"\n").unwrap_or(&line))?;
            }
            after = page.reached;
        }
        Ok(())
    }

    pub async fn frontier(&self, size: u64) -> anyhow::Result<Frontier> {
        Ok(self.tiles.frontier(i64::try_from(size)?).await?)
    }
}

/// Where it is.
pub fn url(args: &WhereArgs) -> anyhow::Result<String> {
    if let Some(url) = &args.database_url {
        return Ok(url.clone());
    }
    let data = DataDir::open(&args.data_path())?;
    let run = data.running()?.with_context(|| {
        format!(
            "no `tidings up` is running on {}; otherwise give --url or --database-url",
            data.path().display()
        )
    })?;
    Ok(run.database_url)
}
