//! The one place where ids and the time of day come from. Everything else has them handed in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A new `UUIDv7`.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that hands them out"
)]
pub fn id() -> Uuid {
    Uuid::now_v7()
}

/// What time it is.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that hands it out"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Waits. For back-off and to let work gather only: everything else waits for something.
#[expect(clippy::disallowed_methods, reason = "this is the place that waits")]
pub async fn pause(duration: std::time::Duration) {
    tokio::time::sleep(duration).await;
}
