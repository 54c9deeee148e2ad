//! Step 1: whether a client may give a message this id.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::http::{FieldError, text};

/// How far ahead of the service's clock a client's id may be, and how far back.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
const BACK: TimeDelta = TimeDelta::days(30);

/// An id is a recent `UUIDv7`: it keeps messages near each other in every index.
pub(super) fn check_id(id: Uuid, now: DateTime<Utc>) -> text::Checked {
    let wrong = |detail| Err(FieldError::new("/id", detail));
    let Some((seconds, nanos)) = id
        .get_timestamp()
        .filter(|_| id.get_version_num() == 7)
        .map(|time| time.to_unix())
    else {
        return wrong("An id is a UUIDv7.");
    };
    let made = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, nanos));
    match made {
        Some(made) if made <= now + AHEAD && made >= now - BACK => Ok(()),
        _ => wrong("The time in the id is more than 5 minutes ahead, or more than 30 days back."),
    }
}

#[cfg(test)]
mod tests {
    use uuid::{NoContext, Timestamp};

    use super::*;

    fn made_at(time: DateTime<Utc>) -> Uuid {
        Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            time.timestamp().unsigned_abs(),
            0,
        ))
    }

    #[test]
    fn an_id_is_a_recent_uuid_of_version_seven() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        for fine in [now, now + TimeDelta::minutes(4), now - TimeDelta::days(29)] {
            assert_eq!(check_id(made_at(fine), now), Ok(()));
        }
        for wrong in [now + TimeDelta::minutes(6), now - TimeDelta::days(31)] {
            assert!(check_id(made_at(wrong), now).is_err());
        }
        assert!(check_id(Uuid::from_u128(4), now).is_err());
    }
}
