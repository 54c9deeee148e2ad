//! Every event as it is stored, looked at once more: in the bytes in which Postgres sends it, since nothing but its hash is wanted.
//! Reading rows as [`super::Entries`] does costs several times as much, and this is done for each event there is.

use chrono::DateTime;
use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool};

use crate::{
    Error, STATEMENT, answered,
    leaf::{hash_of_fields, leaf_hash},
    merkle::Hash,
};

/// How many rows one statement gives at most, so that nobody holds a snapshot for long.
const ROWS: i64 = 4_096;
/// Before the first row: a signature of 11 bytes, flags, and the length of an extension that there is not.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// From 1970, where chrono counts from, to 2000, where Postgres does.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// Looks through the log.
pub(super) struct Scan {
    pool: PgPool,
    /// None of the pool's any more: what is left of a copy that was broken off would be taken for the next answer.
    connection: Option<PgConnection>,
}

impl Scan {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            connection: None,
        }
    }

    /// The leaf hashes of the events behind a position, up to another one or as many as one page takes: each is what its
    /// event, as it is stored, has to have.
    pub(super) async fn leaves(&mut self, after: i64, until: i64) -> Result<Vec<Hash>, Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => answered(STATEMENT, self.pool.acquire()).await??.detach(),
        };
        let leaves = answered(STATEMENT, leaves(&mut connection, after, until)).await??;
        self.connection = Some(connection);
        Ok(leaves)
    }
}

async fn leaves(connection: &mut PgConnection, after: i64, until: i64) -> Result<Vec<Hash>, Error> {
    let until = until.min(after + ROWS);
    // COPY takes no parameters.
    let statement = format!(
        "copy (
           select position, sequence, recorded_at, leaf_hash, aggregate_type, aggregate_id, event_type, event_version, event_id,
             payload::text, metadata::text
           from log.events where position > {after} and position <= {until} order by position
         ) to stdout (format binary)"
    );
    let mut copied = connection.copy_out_raw(&statement).await?;
    let mut leaves = Vec::with_capacity(usize::try_from(until - after).unwrap_or_default());
    let mut position = after;
    // One row each, the first behind the header.
    while let Some(bytes) = copied.try_next().await? {
        let row = bytes.strip_prefix(HEADER).unwrap_or(&bytes);
        if is_end(row) {
            continue;
        }
        position += 1;
        let leaf = Row::read(row).and_then(|row| row.leaf_at(position));
        leaves.push(leaf.ok_or(Error::Altered { position })?);
    }
    if position < until {
        return Err(Error::Altered {
            position: position + 1,
        });
    }
    Ok(leaves)
}

/// Minus one field.
fn is_end(row: &[u8]) -> bool {
    row.is_empty() || row == [0xff, 0xff]
}

/// A row's columns, as Postgres sends them.
struct Row<'a> {
    position: i64,
    sequence: i64,
    recorded_at: i64,
    leaf_hash: &'a [u8],
    /// In the order in which they are hashed.
    record: [&'a [u8]; 7],
}

impl<'a> Row<'a> {
    fn read(row: &'a [u8]) -> Option<Self> {
        let (count, mut rest) = row.split_first_chunk::<2>()?;
        if *count != 11_i16.to_be_bytes() {
            return None;
        }
        let mut columns = [&[][..]; 11];
        for column in &mut columns {
            let (length, value) = rest.split_first_chunk::<4>()?;
            // Minus one is null: no column is.
            let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
            (*column, rest) = value.split_at_checked(length)?;
        }
        let number = |column: &[u8]| Some(i64::from_be_bytes(column.try_into().ok()?));
        let [position, sequence, recorded_at, leaf_hash, record @ ..] = columns;
        Some(Self {
            position: number(position)?,
            sequence: number(sequence)?,
            recorded_at: number(recorded_at)? + POSTGRES_EPOCH,
            leaf_hash,
            record,
        })
    }

    /// Its leaf hash, if it stands at this position and everything in it is what that was made of.
    fn leaf_at(&self, position: i64) -> Option<Hash> {
        let recorded_at = DateTime::from_timestamp_micros(self.recorded_at)?;
        let record_hash = hash_of_fields(self.record);
        let leaf = leaf_hash(position, self.sequence, recorded_at, &record_hash);
        (self.position == position && leaf == self.leaf_hash).then_some(leaf)
    }
}
