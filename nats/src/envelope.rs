//! Step 4: events as they travel: CloudEvents 1.0 in structured JSON, signed.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use eventlog::{CloudEvent, Identity, Recorded, Secret, source_of};
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

/// Writes and reads what is on the wire.
#[derive(Clone)]
pub struct Envelope {
    identity: Identity,
    source: String,
    key: Secret,
}

/// Not an event that this service put on the wire, or not whole any more. The log has the event.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the message on the wire is not to be believed")]
pub struct Unbelievable;

impl Envelope {
    /// For the events of a log.
    #[must_use]
    pub fn new(identity: Identity, key: Secret) -> Self {
        Self {
            identity,
            source: source_of(identity),
            key,
        }
    }

    /// Which log.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// An event as it travels, and its signature. What was erased, or does not open, does not travel at all.
    pub fn write(&self, event: &Recorded) -> serde_json::Result<(Bytes, String)> {
        // Most events fit, and need not be moved as they grow.
        let mut json = Vec::with_capacity(1_024);
        serde_json::to_writer(&mut json, &CloudEvent::of(event, &self.source))?;
        let mac = self.mac(event.position, &json);
        Ok((json.into(), mac))
    }

    /// Reads an event back, if this service signed it for this position and nothing in it is missing.
    pub fn read(&self, position: i64, payload: &[u8], mac: &str) -> Result<Recorded, Unbelievable> {
        let claimed = STANDARD.decode(mac).map_err(|_| Unbelievable)?;
        if !self
            .key
            .verify(&[&position.to_be_bytes(), payload], &claimed)
        {
            return Err(Unbelievable);
        }
        let event: CloudEvent<'_> = serde_json::from_slice(payload).map_err(|_| Unbelievable)?;
        let kind = event.kind.strip_prefix("tidings.").ok_or(Unbelievable)?;
        let (name, version) = kind.rsplit_once(".v").ok_or(Unbelievable)?;
        let (aggregate_type, _) = name.split_once('.').ok_or(Unbelievable)?;
        Ok(Recorded {
            position,
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: event.subject.into_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            event_id: event.id,
            recorded_at: event.time,
            traceparent: None,
            data: event.data.ok_or(Unbelievable)?,
            missing: None,
        })
    }

    fn mac(&self, position: i64, payload: &[u8]) -> String {
        STANDARD.encode(self.key.mac(&[&position.to_be_bytes(), payload]))
    }
}

/// The id of an event on the wire, whoever wrote it: for telling one history from another.
pub(crate) fn event_id(payload: &[u8]) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Id {
        id: Uuid,
    }
    serde_json::from_slice::<Id>(payload)
        .ok()
        .map(|event| event.id)
}

/// A time as headers and metadata carry it.
pub(crate) fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use eventlog::Missing;

    use super::*;

    fn envelope() -> Envelope {
        Envelope::new(
            Identity {
                log_id: Uuid::from_u128(1),
                epoch: 1,
            },
            Secret::new([1; 32]),
        )
    }

    fn event(missing: Option<Missing>) -> Recorded {
        Recorded {
            position: 17,
            aggregate_type: "message".into(),
            aggregate_id: "01900000-0000-7000-8000-000000000001".into(),
            name: "message.sent".into(),
            version: "1".into(),
            event_id: Uuid::from_u128(5),
            recorded_at: DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap(),
            traceparent: None,
            data: RawValue::from_string(r#"{"content":{"body":"hello"}}"#.into()).unwrap(),
            missing,
        }
    }

    #[test]
    fn an_event_comes_back_as_it_went() {
        let (payload, mac) = envelope().write(&event(None)).unwrap();
        let back = envelope().read(17, &payload, &mac).unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", event(None)));
    }

    #[test]
    fn an_event_is_not_believed_at_another_place_or_with_another_text() {
        let (payload, mac) = envelope().write(&event(None)).unwrap();
        assert_eq!(
            envelope().read(18, &payload, &mac).unwrap_err(),
            Unbelievable
        );
        let forged = String::from_utf8(payload.to_vec())
            .unwrap()
            .replace("hello", "hallo");
        assert_eq!(
            envelope().read(17, forged.as_bytes(), &mac).unwrap_err(),
            Unbelievable
        );
        assert_eq!(envelope().read(17, &payload, "").unwrap_err(), Unbelievable);
    }

    #[test]
    fn what_was_erased_or_does_not_open_does_not_travel_and_the_two_are_told_apart() {
        let [erased, unopened] = [Missing::Erased, Missing::Unopened].map(|missing| {
            let (payload, mac) = envelope().write(&event(Some(missing))).unwrap();
            assert!(!String::from_utf8_lossy(&payload).contains("hello"));
            assert_eq!(
                envelope().read(17, &payload, &mac).unwrap_err(),
                Unbelievable
            );
            let json: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            assert!(json["data"].is_null());
            (json["erased"] == true, json["unopened"] == true)
        });
        assert_eq!((erased, unopened), ((true, false), (false, true)));
    }
}
