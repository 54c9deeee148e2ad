//! Step 3: the hash of a record: what is known of an event before it has its place. `log.leaf_hash` adds the place under the lock
//! (docs/log-format.md).

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// SHA-256 over the fields in order, each behind its length in bytes as eight bytes, big end first.
#[must_use]
pub fn record_hash(
    aggregate_type: &str,
    aggregate_id: &str,
    event_type: &str,
    event_version: &str,
    event_id: Uuid,
    payload: &str,
    metadata: &str,
) -> [u8; 32] {
    hash_of_fields([
        aggregate_type.as_bytes(),
        aggregate_id.as_bytes(),
        event_type.as_bytes(),
        event_version.as_bytes(),
        event_id.as_bytes(),
        payload.as_bytes(),
        metadata.as_bytes(),
    ])
}

/// The same, of the fields' bytes in this order.
pub(crate) fn hash_of_fields(fields: [&[u8]; 7]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for field in fields {
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The RFC 6962 leaf of a record at its place, as `log.leaf_hash` makes it.
#[must_use]
pub fn leaf_hash(
    position: i64,
    sequence: i64,
    recorded_at: DateTime<Utc>,
    record_hash: &[u8; 32],
) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(&[0, 1]);
    for number in [position, sequence, recorded_at.timestamp_micros()] {
        context.update(&number.to_be_bytes());
    }
    context.update(record_hash);
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
