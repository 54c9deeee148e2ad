//! Step 4: the stream: a copy of the log's recent part, whose sequence is the log's position.

use std::{collections::HashMap, time::Duration};

use async_nats::jetstream::{self, stream};
use chrono::{DateTime, Utc};
use eventlog::{Source, fresh};

use crate::{
    Error, Wire,
    envelope::{event_id, rfc3339},
    subject::{STREAM, events_of},
};

/// How long the stream keeps events. Older ones are read from the log.
pub const RETENTION: Duration = Duration::from_hours(7 * 24);

/// No event is larger, its personal data opened.
const MESSAGE_BYTES: i32 = 512 * 1024;

/// What the stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first position in it, or the one it waits for.
    pub first: i64,
    /// The last position in it.
    pub last: i64,
}

/// The stream, known to be a copy of this log.
pub struct Stream {
    stream: stream::Stream,
    /// What it held when it was looked at.
    pub place: Place,
}

impl Stream {
    /// Opens it, or makes it. Refuses one that is not a copy of this log.
    pub async fn open(wire: &Wire, log: &impl Source) -> Result<Self, Error> {
        wire.assert_recent()?;
        match wire.jetstream.get_stream(STREAM).await {
            Ok(stream) => {
                let place = place_of(stream.cached_info());
                let stream = Self { stream, place };
                if stream.is_of_an_earlier_epoch(wire) {
                    tracing::info!("the stream is from before a restore, and is made anew");
                    return Self::rebuild(wire, log).await;
                }
                stream.assert_ours(wire, log).await?;
                Ok(stream)
            }
            Err(error) if is_missing(&error) => Self::make(wire, log).await,
            Err(error) => Err(Error::away(error)),
        }
    }

    /// Throws the stream away and makes it anew. The relay fills it from the log under the same numbers.
    pub async fn rebuild(wire: &Wire, log: &impl Source) -> Result<Self, Error> {
        wire.assert_recent()?;
        match wire.jetstream.delete_stream(STREAM).await {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the old stream could not be deleted"),
        }
        Self::make(wire, log).await
    }

    /// Deletes events for good, bytes and all. Those which are not in the stream are gone already.
    pub async fn erase(&self, positions: &[i64]) -> Result<(), Error> {
        for position in positions
            .iter()
            .filter(|position| **position >= self.place.first)
        {
            match self.stream.delete_message(position.unsigned_abs()).await {
                Ok(_) => {}
                Err(error) if is_no_message(&error) => {}
                Err(error) => return Err(Error::away(error)),
            }
        }
        Ok(())
    }

    /// When an event was published; `None` where the stream does not have it (any more).
    pub async fn published_at(wire: &Wire, position: i64) -> Result<Option<DateTime<Utc>>, Error> {
        let stream = wire
            .jetstream
            .get_stream_no_info(STREAM)
            .await
            .map_err(Error::away)?;
        match stream.get_raw_message(position.unsigned_abs()).await {
            Ok(message) => Ok(DateTime::from_timestamp(
                message.time.unix_timestamp(),
                message.time.nanosecond(),
            )),
            Err(error) if error.kind() == stream::RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(Error::away(error)),
        }
    }

    /// How many bytes and events the stream holds.
    pub async fn size(wire: &Wire) -> Result<(u64, u64), Error> {
        let stream = wire
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(Error::away)?;
        let state = &stream.cached_info().state;
        Ok((state.bytes, state.messages))
    }

    async fn make(wire: &Wire, log: &impl Source) -> Result<Self, Error> {
        let identity = wire.envelope.identity();
        let first = log.first_since(fresh::now() - RETENTION).await?;
        let config = stream::Config {
            name: STREAM.to_owned(),
            description: Some("every event of the tidings log; sequence = position".to_owned()),
            subjects: vec![events_of(identity.epoch)],
            storage: stream::StorageType::File,
            max_age: RETENTION,
            discard: stream::DiscardPolicy::Old,
            max_message_size: MESSAGE_BYTES,
            first_sequence: Some(first.unsigned_abs()),
            // Single events are deleted when they are erased; nobody may purge.
            deny_purge: true,
            compression: Some(stream::Compression::S2),
            metadata: HashMap::from([
                ("tidings-log".to_owned(), identity.log_id.to_string()),
                ("tidings-epoch".to_owned(), identity.epoch.to_string()),
                ("tidings-made".to_owned(), rfc3339(fresh::now())),
            ]),
            ..stream::Config::default()
        };
        wire.jetstream
            .create_stream(config)
            .await
            .map_err(Error::away)?;
        let stream = wire
            .jetstream
            .get_stream(STREAM)
            .await
            .map_err(Error::away)?;
        let place = place_of(stream.cached_info());
        tracing::info!(first = place.first, "the stream was made");
        Ok(Self { stream, place })
    }

    /// A copy of this log as it was before a restore: what it has behind the restored position never happened.
    fn is_of_an_earlier_epoch(&self, wire: &Wire) -> bool {
        let identity = wire.envelope.identity();
        let metadata = &self.stream.cached_info().config.metadata;
        let epoch = metadata
            .get("tidings-epoch")
            .and_then(|epoch| epoch.parse::<u16>().ok());
        metadata.get("tidings-log") == Some(&identity.log_id.to_string())
            && epoch.is_some_and(|epoch| epoch < identity.epoch)
    }

    async fn assert_ours(&self, wire: &Wire, log: &impl Source) -> Result<(), Error> {
        let identity = wire.envelope.identity();
        let metadata = &self.stream.cached_info().config.metadata;
        let foreign = |reason: String| {
            Err(Error::Foreign {
                stream: STREAM,
                reason,
            })
        };
        if metadata.get("tidings-log").map(String::as_str)
            != Some(identity.log_id.to_string().as_str())
        {
            return foreign("belongs to another log".to_owned());
        }
        if metadata.get("tidings-epoch").map(String::as_str)
            != Some(identity.epoch.to_string().as_str())
        {
            return foreign("belongs to another epoch of this log".to_owned());
        }
        let head = log.head().await?;
        if self.place.last > head {
            return foreign(format!(
                "is ahead of the log ({} after {head})",
                self.place.last
            ));
        }
        self.assert_same_history(log).await
    }

    /// The last event in the stream is the one which the log has there.
    async fn assert_same_history(&self, log: &impl Source) -> Result<(), Error> {
        let Place { first, last } = self.place;
        if last < first {
            return Ok(());
        }
        let ours = log.after(last - 1, 1).await?;
        let theirs = match self.stream.get_raw_message(last.unsigned_abs()).await {
            Ok(message) => event_id(&message.payload),
            // It was erased: there is nothing to compare.
            Err(error) if error.kind() == stream::RawMessageErrorKind::NoMessageFound => {
                return Ok(());
            }
            Err(error) => return Err(Error::away(error)),
        };
        if ours.first().map(|event| event.event_id) == theirs {
            return Ok(());
        }
        let reason = format!("has another event than the log at position {last}");
        Err(Error::Foreign {
            stream: STREAM,
            reason,
        })
    }
}

fn place_of(info: &stream::Info) -> Place {
    let signed = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
    // An empty stream made with a first sequence of n says that its last one is n - 1.
    Place {
        first: signed(info.state.first_sequence).max(1),
        last: signed(info.state.last_sequence),
    }
}

fn is_missing(error: &jetstream::context::GetStreamError) -> bool {
    use jetstream::{ErrorCode, context::GetStreamErrorKind};
    matches!(error.kind(), GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn is_no_message(error: &stream::DeleteMessageError) -> bool {
    use jetstream::{ErrorCode, stream::DeleteMessageErrorKind};
    matches!(error.kind(), DeleteMessageErrorKind::JetStream(error)
        if matches!(error.error_code(), ErrorCode::NO_MESSAGE_FOUND | ErrorCode::STREAM_MESSAGE_DELETE_FAILED | ErrorCode::SEQUENCE_NOT_FOUND))
}
