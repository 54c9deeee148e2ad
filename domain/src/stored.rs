//! How events stand in the log: name, version, and a payload of the event's own fields.

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde::Serialize;
use serde_json::Value;

/// An event's stored form. Names are frozen, forms are versioned, old forms are readable for ever.
pub trait StoredForm {
    /// The stored name, such as `message.sent`.
    fn name(&self) -> &'static str;

    /// The version of the payload's form.
    fn version(&self) -> &'static str {
        "1"
    }

    /// The payload as JSON.
    fn payload(&self) -> serde_json::Result<String>;
}

/// A payload as JSON.
pub(crate) fn json(payload: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(payload)
}

/// Tells the event store's deserializer which event a payload is: the name stands beside it in the log, not inside. Later
/// versions of a form are brought up to date here.
#[derive(Debug)]
pub struct Upcaster;

impl EventUpcaster for Upcaster {
    fn can_upcast(&self, _event_type: &str, _event_version: &str) -> bool {
        true
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let fields = std::mem::take(&mut event.payload);
        event.payload = Value::Object([(event.event_type.clone(), fields)].into_iter().collect());
        event
    }
}
