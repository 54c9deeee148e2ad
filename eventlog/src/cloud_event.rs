//! Events as they are told outside of the house: CloudEvents 1.0, the same on the wire and over HTTP.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Identity, Missing, Recorded};

/// Structured JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloudEvent<'a> {
    /// `1.0`.
    pub specversion: Cow<'a, str>,
    /// The event's own id.
    pub id: Uuid,
    /// Which log ([`source_of`]).
    pub source: Cow<'a, str>,
    /// `tidings.<name>.v<version>`.
    #[serde(rename = "type")]
    pub kind: Cow<'a, str>,
    /// The aggregate's id.
    pub subject: Cow<'a, str>,
    /// When it was appended.
    pub time: DateTime<Utc>,
    /// Of `data`.
    pub datacontenttype: Cow<'a, str>,
    /// Its place in the log.
    pub position: Cow<'a, str>,
    /// What was in it is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// What is in it could not be opened when it was written here. That is damage, and may be mended in the log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unopened: bool,
    /// Its fields, opened; `null` when something in it was erased, or not opened.
    pub data: Option<Box<RawValue>>,
}

/// How a log is called as a source of events.
#[must_use]
pub fn source_of(identity: Identity) -> String {
    format!("/tidings/{}", identity.log_id)
}

impl<'a> CloudEvent<'a> {
    /// An event of a source. What was erased, or cannot be opened, does not travel at all.
    #[must_use]
    pub fn of(event: &'a Recorded, source: &'a str) -> Self {
        Self {
            specversion: "1.0".into(),
            id: event.event_id,
            source: source.into(),
            kind: format!("tidings.{}.v{}", event.name, event.version).into(),
            subject: event.aggregate_id.as_str().into(),
            time: event.recorded_at,
            datacontenttype: "application/json".into(),
            position: event.position.to_string().into(),
            erased: event.is_erased(),
            unopened: event.missing == Some(Missing::Unopened),
            data: event.missing.is_none().then(|| event.data.clone()),
        }
    }
}
