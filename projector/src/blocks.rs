//! Step 5: whose direct messages an owner does not want. They are in the log and in their sender's box, as ever.

use std::{collections::HashMap, sync::Arc};

use domain::AccountId;
use moka::sync::Cache;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{PARTITION, checkpoint::Checkpoint, touched::At};

/// By owner, whom they have blocked.
pub(crate) struct Blocks {
    known: Cache<Uuid, Arc<[Uuid]>>,
}

impl Blocks {
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(100_000),
        }
    }

    pub(crate) fn forget(&self) {
        self.known.invalidate_all();
    }

    /// Whom some owners have blocked.
    pub(crate) async fn of(
        &self,
        pool: &PgPool,
        at: Checkpoint,
        owners: impl Iterator<Item = Uuid>,
    ) -> sqlx::Result<HashMap<Uuid, Arc<[Uuid]>>> {
        let mut blocks: HashMap<Uuid, Arc<[Uuid]>> = HashMap::new();
        let mut missing: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for owner in owners {
            match self.known.get(&owner) {
                Some(blocked) => drop(blocks.insert(owner, blocked)),
                None => drop(missing.insert(owner, Vec::new())),
            }
        }
        if missing.is_empty() {
            return Ok(blocks);
        }
        let owners: Vec<Uuid> = missing.keys().copied().collect();
        let found = sqlx::query!(
            "select owner_id, account_id from blocks where owner_id = any($1) and projection.assert_at($2, $3, $4)",
            &owners,
            PARTITION,
            at.generation,
            at.position
        );
        for row in found.fetch_all(pool).await? {
            missing
                .entry(row.owner_id)
                .or_default()
                .push(row.account_id);
        }
        for (owner, blocked) in missing {
            let blocked: Arc<[Uuid]> = blocked.into();
            self.known.insert(owner, Arc::clone(&blocked));
            blocks.insert(owner, blocked);
        }
        Ok(blocks)
    }

    /// Somebody is kept out.
    pub(crate) async fn block(
        &self,
        tx: &mut PgConnection,
        at: At,
        owner: AccountId,
        account: AccountId,
    ) -> sqlx::Result<()> {
        self.known.invalidate(&owner.0);
        sqlx::query!(
            "insert into blocks (owner_id, account_id, since) values ($1, $2, $3) on conflict do nothing",
            owner.0,
            account.0,
            at.position
        )
        .execute(tx)
        .await?;
        Ok(())
    }

    /// Somebody may come in again.
    pub(crate) async fn unblock(
        &self,
        tx: &mut PgConnection,
        owner: AccountId,
        account: AccountId,
    ) -> sqlx::Result<()> {
        self.known.invalidate(&owner.0);
        sqlx::query!(
            "delete from blocks where owner_id = $1 and account_id = $2",
            owner.0,
            account.0
        )
        .execute(tx)
        .await?;
        Ok(())
    }
}
