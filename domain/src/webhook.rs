//! Where events may be sent to: into the world, and into the service's own network only as far as its operator says.
//!
//! Whoever may name an address could otherwise have the service call what only it can reach: databases, machines' metadata,
//! other services' consoles.

mod networks;
mod reach;

pub use reach::{Destination, Reach, Refused};
use uuid::Uuid;

/// What the secret of a webhook is wrapped for: it does not open under another id.
#[must_use]
pub fn secret_purpose(id: Uuid) -> String {
    format!("webhook {id}")
}
