//! Where things are placed: fixed functions, the same on every machine and for ever.

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use crate::AccountId;

/// How many buckets mailboxes are placed by.
pub const MAILBOX_BUCKETS: u16 = 4096;

/// How many buckets the subjects on the wire end in.
pub const SUBJECT_BUCKETS: u16 = 64;

/// The bucket of an owner's mailbox, below [`MAILBOX_BUCKETS`].
#[must_use]
pub fn mailbox_bucket(owner: AccountId) -> u16 {
    of_bytes(Uuid::from(owner).as_bytes(), MAILBOX_BUCKETS)
}

/// The bucket in which an aggregate's subject ends, below [`SUBJECT_BUCKETS`].
#[must_use]
pub fn subject_bucket(aggregate_id: &str) -> u16 {
    of_bytes(aggregate_id.as_bytes(), SUBJECT_BUCKETS)
}

fn of_bytes(bytes: &[u8], buckets: u16) -> u16 {
    let bucket = xxh3_64(bytes) % u64::from(buckets);
    u16::try_from(bucket).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_the_same_for_ever() {
        let owner = |n: u128| AccountId(Uuid::from_u128(n));
        let golden = [
            mailbox_bucket(owner(0)),
            mailbox_bucket(owner(1)),
            mailbox_bucket(owner(0x0190_0000_0000_7000_8000_0000_0000_0001)),
            subject_bucket("message"),
            subject_bucket("01900000-0000-7000-8000-000000000001"),
        ];
        insta::assert_compact_json_snapshot!(golden);
    }
}
