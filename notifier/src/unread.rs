//! The unread counts, coalesced: however many messages come, a stream is told a few times a second.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::AccountId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Event, frame, registry::Registry, tables::Tables};

/// Tells those whose count may have changed.
pub(crate) async fn tell(
    tables: &impl Tables,
    registry: &Registry,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let owners = registry.take_uncounted();
    let owners = registry.connected(&owners, |owner| *owner);
    if owners.is_empty() {
        return Ok(());
    }
    let totals = tables
        .unread(&owners)
        .await
        .inspect_err(|_| owners.iter().for_each(|owner| registry.uncount(*owner)))?;
    for owner in owners {
        let total = totals.get(&owner).copied().unwrap_or_default();
        let event = frame::alone(
            None,
            &Event::Unread {
                occurred_at: now,
                total,
            },
        );
        registry.each_of(owner, |line| line.count(total, &event));
    }
    Ok(())
}

pub(crate) async fn totals(
    pool: &PgPool,
    owners: &[AccountId],
) -> Result<HashMap<AccountId, i64>, sqlx::Error> {
    let owners: Vec<Uuid> = owners.iter().copied().map(Uuid::from).collect();
    let rows = sqlx::query!(
        r#"select owner_id, sum(unread) as "total!" from readmodel.last_conversation
           where owner_id = any($1) group by owner_id"#,
        &owners
    );
    Ok(rows
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(|row| (AccountId(row.owner_id), row.total))
        .collect())
}
