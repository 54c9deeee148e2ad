//! An event as it is stored, and the line that tells it to auditors.

use std::{borrow::Cow, io::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    merkle::{Hash, leaf},
    record_hash,
};

/// The version of what is hashed into a leaf.
const VERSION: u8 = 1;
/// Its length.
const BYTES: usize = 57;

/// A row of `log.events`, nothing opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/log-format.md describes the columns")]
pub struct Entry {
    pub position: i64,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub event_id: Uuid,
    pub recorded_at: DateTime<Utc>,
    /// JSON, byte for byte.
    pub payload: String,
    /// JSON, byte for byte.
    pub metadata: String,
    pub leaf_hash: Hash,
}

/// Not a line as [`Entry::write`] writes it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("this is not a line of the log")]
pub struct NotAnEntry;

/// A line, read and not yet believed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    position: i64,
    #[serde(borrow)]
    aggregate_type: Cow<'a, str>,
    #[serde(borrow)]
    aggregate_id: Cow<'a, str>,
    sequence: i64,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    event_version: Cow<'a, str>,
    event_id: Uuid,
    recorded_at: DateTime<Utc>,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow)]
    metadata: &'a RawValue,
    #[serde(borrow)]
    leaf_hash: Cow<'a, str>,
}

impl Entry {
    /// What the leaf is the hash of: version, position, sequence, time and record hash.
    #[must_use]
    pub fn bytes(&self) -> [u8; BYTES] {
        let record = record_hash(
            &self.aggregate_type,
            &self.aggregate_id,
            &self.event_type,
            &self.event_version,
            self.event_id,
            &self.payload,
            &self.metadata,
        );
        let mut bytes = [VERSION; BYTES];
        bytes[1..9].copy_from_slice(&self.position.to_be_bytes());
        bytes[9..17].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[17..25].copy_from_slice(&self.recorded_at.timestamp_micros().to_be_bytes());
        bytes[25..].copy_from_slice(&record);
        bytes
    }

    /// Whether everything in it is what its leaf hash was made of.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        leaf(&self.bytes()) == self.leaf_hash
    }

    /// Writes its line, with the line's end: one JSON object without spaces, its members in this order, `payload` and
    /// `metadata` byte for byte as stored. There is no other way to write it.
    pub fn write(&self, line: &mut Vec<u8>) {
        let time = self
            .recorded_at
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        let text = |text: &str| serde_json::Value::from(text).to_string();
        // Writing into memory does not fail.
        let _ = writeln!(
            line,
            r#"{{"position":{},"aggregate_type":{},"aggregate_id":{},"sequence":{},"event_type":{},"event_version":{},"event_id":"{}","recorded_at":"{time}","payload":{},"metadata":{},"leaf_hash":"{}"}}"#,
            self.position,
            text(&self.aggregate_type),
            text(&self.aggregate_id),
            self.sequence,
            text(&self.event_type),
            text(&self.event_version),
            self.event_id,
            self.payload,
            self.metadata,
            STANDARD.encode(self.leaf_hash),
        );
    }

    /// Reads a line, without its end. One that says the same in another way is refused: every byte counts.
    pub fn read(line: &[u8]) -> Result<Self, NotAnEntry> {
        let read: Line<'_> = serde_json::from_slice(line).map_err(|_| NotAnEntry)?;
        let hash = STANDARD.decode(&*read.leaf_hash).map_err(|_| NotAnEntry)?;
        let entry = Self {
            position: read.position,
            aggregate_type: read.aggregate_type.into_owned(),
            aggregate_id: read.aggregate_id.into_owned(),
            sequence: read.sequence,
            event_type: read.event_type.into_owned(),
            event_version: read.event_version.into_owned(),
            event_id: read.event_id,
            recorded_at: read.recorded_at,
            payload: read.payload.get().to_owned(),
            metadata: read.metadata.get().to_owned(),
            leaf_hash: hash.try_into().map_err(|_| NotAnEntry)?,
        };
        let mut again = Vec::with_capacity(line.len() + 1);
        entry.write(&mut again);
        (again.strip_suffix(b"\n") == Some(line))
            .then_some(entry)
            .ok_or(NotAnEntry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of docs/log-format.md.
    fn documented() -> Entry {
        Entry {
            position: 12,
            aggregate_type: "box".into(),
            aggregate_id: "01a205cc-6b31-7724-aad0-c07a5e3b4ae4:20261123".into(),
            sequence: 1,
            event_type: "box.deleted".into(),
            event_version: "1".into(),
            event_id: "01a205cc-d9bf-7351-8cc5-5162f2dcba13".parse().unwrap(),
            recorded_at: DateTime::from_timestamp_micros(1_795_393_640_900_542).unwrap(),
            payload: r#"{"box":"sent","positions":[11]}"#.into(),
            metadata: r#"{"actor":"01a205cc-6b31-7724-aad0-c07a5e3b4ae4","session":"01a205cc-d6dd-7742-a5b5-5dd2748ca575","command":"01a205cc-d9bf-7351-8cc5-516156c87384"}"#.into(),
            leaf_hash: [0; 32],
        }
    }

    #[test]
    fn the_documented_example_has_the_documented_hash() {
        let hash = leaf(&documented().bytes());
        assert_eq!(
            STANDARD.encode(hash),
            "2Y/kPDr+z23x4ZDwz6CGsC3/SC2I85VblodQMM+moX8="
        );
    }

    #[test]
    fn a_line_comes_back_as_it_went_and_every_byte_of_it_counts() {
        let entry = Entry {
            leaf_hash: leaf(&documented().bytes()),
            ..documented()
        };
        assert!(entry.is_whole());
        let mut line = Vec::new();
        entry.write(&mut line);
        insta::assert_snapshot!(String::from_utf8(line.clone()).unwrap());
        line.pop();
        assert_eq!(Entry::read(&line), Ok(entry));
        for place in 0..line.len() {
            for bit in 0..8 {
                let mut wrong = line.clone();
                wrong[place] ^= 1 << bit;
                let is_found = Entry::read(&wrong).is_ok_and(|entry| entry.is_whole());
                assert!(!is_found, "{}", String::from_utf8_lossy(&wrong));
            }
        }
    }
}
