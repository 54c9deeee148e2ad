//! The tree in tiles. Those of the leaves are ranges of the log; those above are made of the roots of subtrees, which
//! the sealer has kept.

use sqlx::PgPool;

use super::{
    Entries,
    heads::{signed, unsigned},
};
use crate::{
    Error,
    merkle::{Frontier, Hash, Level, TILE, Tile},
};

/// Reads tiles.
#[derive(Clone)]
pub struct Tiles {
    pool: PgPool,
}

impl Tiles {
    /// Over a database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// What stands in a tile, whose events are there: hashes of 32 bytes each, or entries, each behind its length in two bytes.
    pub async fn read(&self, tile: &Tile) -> Result<Vec<u8>, Error> {
        Ok(match tile.level {
            Level::Entries => self.entries(tile).await?,
            Level::Hashes(level) => self.hashes(level, tile.range()).await?.concat(),
        })
    }

    /// The right edge of the tree over the first events.
    pub async fn frontier(&self, size: i64) -> Result<Frontier, Error> {
        let size = unsigned(size);
        let (mut tiles, mut rest) = (Vec::new(), size);
        for level in 0.. {
            if rest == 0 {
                break;
            }
            tiles.push(self.hashes(level, (rest - rest % TILE, rest)).await?);
            rest /= TILE;
        }
        Frontier::of_tiles(size, &tiles).ok_or(Error::Rewritten { size })
    }

    /// Some neighbouring hashes of a level.
    async fn hashes(&self, level: u8, (from, to): (u64, u64)) -> Result<Vec<Hash>, Error> {
        let (from, to) = (signed(from), signed(to));
        let hashes = if level == 0 {
            sqlx::query_scalar!(
                "select leaf_hash from log.events where position > $1 and position <= $2 order by position",
                from,
                to
            )
            .fetch_all(&self.pool)
            .await?
        } else {
            sqlx::query_scalar!(
                "select hash from log.subtrees where level = $1 and number >= $2 and number < $3 order by number",
                i16::from(level),
                from,
                to
            )
            .fetch_all(&self.pool)
            .await?
        };
        // The tables' own checks: 32 bytes.
        let hashes = hashes
            .into_iter()
            .map(|hash| hash.try_into().unwrap_or_default());
        Ok(hashes.collect())
    }

    async fn entries(&self, tile: &Tile) -> Result<Vec<u8>, Error> {
        let (from, to) = tile.range();
        let entries = Entries::new(self.pool.clone());
        let page = entries.page(signed(from), signed(to), None).await?;
        let mut bundle = Vec::new();
        for entry in page.entries {
            let bytes = entry.bytes();
            bundle.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
            bundle.extend(bytes);
        }
        Ok(bundle)
    }
}
