//! Events with their place, and their personal data opened.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

/// An event of the log, as readers of the log and of the wire meet it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its place in the one order.
    pub position: i64,
    /// With [`Recorded::aggregate_id`], its stream.
    pub aggregate_type: String,
    /// With [`Recorded::aggregate_type`], its stream.
    pub aggregate_id: String,
    /// Its stored name.
    pub name: String,
    /// The version of its form.
    pub version: String,
    /// Its own id.
    pub event_id: Uuid,
    /// When it was appended.
    pub recorded_at: DateTime<Utc>,
    /// W3C trace context of its command.
    pub traceparent: Option<String>,
    /// Its fields, opened. Where a key was destroyed the field is `null`, and [`Recorded::erased`] is set.
    pub data: Box<RawValue>,
    /// Something in it was erased for good.
    pub erased: bool,
}

/// The field of an event which is sealed, if one is.
#[must_use]
pub fn sealed_field(name: &str) -> Option<&'static str> {
    match name {
        domain::message::SENT | domain::message::EDITED => Some("content"),
        domain::account::REGISTERED | domain::account::PROFILE_CHANGED => Some("profile"),
        domain::group::STARTED | domain::group::RENAMED => Some("title"),
        _ => None,
    }
}
