//! Reading events as they are stored, in their one order.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::Entry;
use crate::Error;

/// How many rows are read at once: an event may have 192 KiB.
const ROWS: i64 = 256;
/// How many positions are looked through at once for events of a rare kind.
const WINDOW: i64 = 16_384;

/// Reads entries in short pages, so that nobody holds a snapshot for long.
#[derive(Clone)]
pub struct Entries {
    pool: PgPool,
}

/// Some neighbouring entries.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Those that were asked for.
    pub entries: Vec<Entry>,
    /// How far the log was looked through: the next page begins behind it.
    pub reached: i64,
}

struct Row {
    position: i64,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
    event_id: Uuid,
    recorded_at: DateTime<Utc>,
    leaf_hash: Vec<u8>,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        Self {
            position: row.position,
            aggregate_type: row.aggregate_type,
            aggregate_id: row.aggregate_id,
            sequence: row.sequence,
            event_type: row.event_type,
            event_version: row.event_version,
            event_id: row.event_id,
            recorded_at: row.recorded_at,
            payload: row.payload,
            metadata: row.metadata,
            // The table's own check: 32 bytes.
            leaf_hash: row.leaf_hash.try_into().unwrap_or_default(),
        }
    }
}

impl Page {
    /// Of what was found up to `end`, or up to as many rows as one page takes.
    fn of(rows: Vec<Row>, end: i64) -> Self {
        let is_cut = i64::try_from(rows.len()).unwrap_or(i64::MAX) == ROWS;
        let last = rows.last().filter(|_| is_cut);
        Self {
            reached: last.map_or(end, |row| row.position),
            entries: rows.into_iter().map(Entry::from).collect(),
        }
    }
}

impl Entries {
    /// Over a database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Entries behind a position, up to another one and including it; of one kind, if one is named. There are more unless
    /// `reached` is `until`.
    pub async fn page(
        &self,
        after: i64,
        until: i64,
        event_type: Option<&str>,
    ) -> Result<Page, Error> {
        let end = until.min(after.saturating_add(WINDOW));
        let rows = sqlx::query_as!(
            Row,
            r#"select position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                 payload::text as "payload!", metadata::text as "metadata!", event_id, recorded_at, leaf_hash
               from log.events
               where position > $1 and position <= $2 and ($3::text is null or event_type = $3)
               order by position limit $4"#,
            after,
            end,
            event_type,
            ROWS
        );
        Ok(Page::of(rows.fetch_all(&self.pool).await?, end))
    }

    /// What may touch the mailbox of an account, behind a position and up to another one: everything that names it, every
    /// message to a named group, all that happens to groups, and every erasure.
    pub async fn concerning(&self, account: Uuid, after: i64, until: i64) -> Result<Page, Error> {
        let end = until.min(after.saturating_add(WINDOW));
        let name = account.to_string();
        let rows = sqlx::query_as!(
            Row,
            r#"select position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                 payload::text as "payload!", metadata::text as "metadata!", event_id, recorded_at, leaf_hash
               from log.events
               where position > $1 and position <= $2 and (
                 aggregate_type = 'conversation' or event_type = 'account.erased'
                 or starts_with(aggregate_id, $3) or strpos(payload::text, $3) > 0
                 or (aggregate_type = 'message' and strpos(payload::text, '"membership":') > 0))
               order by position limit $4"#,
            after,
            end,
            name,
            ROWS
        );
        Ok(Page::of(rows.fetch_all(&self.pool).await?, end))
    }
}
