//! Events with their place, and their personal data opened.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::Error;

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
    /// Its fields, opened. Where the personal data is [`Recorded::missing`] its field is `null`.
    pub data: Box<RawValue>,
    /// Why it is without its personal data, if it is.
    pub missing: Option<Missing>,
}

/// Why an event is without its personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It was erased for good: its key was destroyed.
    Erased,
    /// It is there, and its key does not open it: one of the two is damaged, or the master key is not there.
    Unopened,
}

impl Recorded {
    /// Something in it was erased for good.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.missing == Some(Missing::Erased)
    }

    /// Fails where damage keeps its personal data from being read: what looks erased then was not.
    pub fn assert_opened(&self) -> Result<(), Error> {
        match self.missing {
            Some(Missing::Unopened) => Err(Error::Unopened {
                position: self.position,
            }),
            Some(Missing::Erased) | None => Ok(()),
        }
    }
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
