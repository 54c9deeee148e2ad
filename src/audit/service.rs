//! A service, asked as any auditor asks it.

use anyhow::{Context, bail, ensure};
use eventlog::merkle::{Frontier, Hash, Level, TILE, Tile};
use reqwest::{Client, Response};

use super::lines::Lines;

/// How often an answer that breaks off is continued without getting any further.
const TRIES: usize = 5;

/// A service and an auditor's token.
pub struct Service {
    http: Client,
    base: String,
    token: String,
}

impl Service {
    pub fn at(url: &str, token: &str) -> anyhow::Result<Self> {
        Ok(Self {
            http: Client::builder().build()?,
            base: format!("{}/api/v1/audit", url.trim_end_matches('/')),
            token: token.to_owned(),
        })
    }

    /// A short text.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.get(path).await?.text().await?)
    }

    pub async fn heads(
        &self,
        after: u64,
        mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut answer = self.get(&format!("checkpoints?after={after}")).await?;
        let mut lines = Lines::default();
        while let Some(piece) = answer.chunk().await.context("the heads broke off")? {
            lines.take(&piece, &mut take)?;
        }
        ensure!(lines.rest().is_empty(), "the heads broke off");
        Ok(())
    }

    /// An answer that breaks off is asked for again from where it ended.
    pub async fn events(
        &self,
        after: u64,
        until: u64,
        mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (mut reached, mut tries) = (after, 0);
        while reached < until {
            let before = reached;
            let mut answer = self
                .get(&format!("events?after={reached}&until={until}"))
                .await?;
            let mut lines = Lines::default();
            while let Ok(Some(piece)) = answer.chunk().await {
                lines.take(&piece, |line| {
                    reached += 1;
                    take(line)
                })?;
            }
            tries = if reached == before { tries + 1 } else { 0 };
            ensure!(
                tries < TRIES,
                "the service does not tell what is behind position {reached}"
            );
        }
        Ok(())
    }

    /// From the rightmost tile of each level.
    pub async fn frontier(&self, size: u64) -> anyhow::Result<Frontier> {
        let (mut tiles, mut rest) = (Vec::new(), size);
        for level in 0_u8.. {
            if rest == 0 {
                break;
            }
            tiles.push(match rest % TILE {
                0 => Vec::new(),
                width => {
                    let (level, index) = (Level::Hashes(level), rest / TILE);
                    self.tile(Tile {
                        level,
                        index,
                        width,
                    })
                    .await?
                }
            });
            rest /= TILE;
        }
        Frontier::of_tiles(size, &tiles).context("the service's tiles do not make a tree")
    }

    async fn tile(&self, tile: Tile) -> anyhow::Result<Vec<Hash>> {
        let bytes = self.get(&format!("tile/{tile}")).await?.bytes().await?;
        let (hashes, rest) = bytes.as_chunks();
        ensure!(rest.is_empty(), "the tile {tile} is no tile");
        Ok(hashes.to_vec())
    }

    /// An answer with 200.
    pub async fn get(&self, path: &str) -> anyhow::Result<Response> {
        let url = format!("{}/{path}", self.base);
        let request = self.http.get(&url).bearer_auth(&self.token);
        let answer = request
            .send()
            .await
            .with_context(|| format!("cannot ask {url}"))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let problem: serde_json::Value = answer.json().await.unwrap_or_default();
        bail!(
            "{url}: {status}: {}",
            problem["detail"].as_str().unwrap_or_default()
        )
    }
}
