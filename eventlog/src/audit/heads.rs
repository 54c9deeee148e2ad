//! The heads that were signed, and who signed them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    Error,
    merkle::{Hash, Subtree},
};

/// A signed head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events it covers: the position of the last one.
    pub size: i64,
    /// The root over them.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

/// A head as auditors get it: one JSON object, with the line's end.
#[must_use]
pub fn head_line(size: i64, note: &str) -> String {
    format!(
        "{{\"size\":{size},\"note\":{}}}\n",
        serde_json::Value::from(note)
    )
}

/// The note in such a line, without its end. One that says the same in another way is refused: every byte counts.
#[must_use]
pub fn note_in(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Line {
        size: i64,
        note: String,
    }
    let Line { size, note } = serde_json::from_str(line).ok()?;
    let is_meant = note.split('\n').nth(1) == Some(&size.to_string());
    (is_meant && head_line(size, &note).strip_suffix('\n') == Some(line)).then_some(note)
}

/// Reads them.
#[derive(Clone)]
pub struct Heads {
    pool: PgPool,
}

struct Row {
    size: i64,
    root: Vec<u8>,
    note: String,
    signed_at: DateTime<Utc>,
}

impl From<Row> for Head {
    fn from(row: Row) -> Self {
        Self {
            size: row.size,
            // The table's own check: 32 bytes.
            root: row.root.try_into().unwrap_or_default(),
            note: row.note,
            signed_at: row.signed_at,
        }
    }
}

impl Heads {
    /// Over a database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The newest; `None` before the first.
    pub async fn latest(&self) -> Result<Option<Head>, Error> {
        let row = sqlx::query_as!(
            Row,
            "select size, root, note, signed_at from log.heads order by size desc limit 1"
        );
        Ok(row.fetch_optional(&self.pool).await?.map(Head::from))
    }

    /// Up to `limit` heads larger than a size, the smallest first.
    pub async fn after(&self, size: i64, limit: i64) -> Result<Vec<Head>, Error> {
        let rows = sqlx::query_as!(
            Row,
            "select size, root, note, signed_at from log.heads where size > $1 order by size limit $2",
            size,
            limit
        );
        let rows = rows.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(Head::from).collect())
    }

    /// The public keys that signed, the first first, as [`crate::merkle::VerifyingKey`] is written.
    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        let keys = sqlx::query_scalar!("select key from log.audit_keys order by since");
        Ok(keys.fetch_all(&self.pool).await?)
    }

    /// Adds a head behind the one of `from` events. `false` if another sealer was faster.
    pub(super) async fn add(
        &self,
        from: i64,
        head: &Head,
        signed_by: &str,
        completed: &[Subtree],
    ) -> Result<bool, Error> {
        let levels: Vec<i16> = completed
            .iter()
            .map(|subtree| subtree.level.into())
            .collect();
        let numbers = completed.iter().map(|subtree| signed(subtree.number));
        let hashes = completed.iter().map(|subtree| subtree.hash.to_vec());
        let added = sqlx::query_scalar!(
            r#"select log.seal($1, $2, $3, $4, $5, $6, $7, $8) as "added!""#,
            from,
            head.size,
            &head.root[..],
            head.note,
            signed_by,
            &levels,
            &numbers.collect::<Vec<_>>(),
            &hashes.collect::<Vec<_>>()
        );
        Ok(added.fetch_one(&self.pool).await?)
    }
}

/// A number of events as Postgres has it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of events as the tree has it.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
