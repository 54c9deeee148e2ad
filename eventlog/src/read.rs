//! Step 3: reading the log by position.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Metadata, Sealed};
use serde_json::value::RawValue;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Error, Identity, Keyring, Missing, Purpose, Recorded, STATEMENT, Text, answered, audit::Entry,
    sealed_field,
};

/// Reads events in their one order, opened. A reader needs nothing but the position it has come to: positions have no
/// gaps, and none appears behind one that was seen.
#[derive(Clone)]
pub struct Reader {
    pool: PgPool,
    keyring: Keyring,
}

/// The log, to whoever copies it or follows it.
pub trait Source: Clone + Send + Sync + 'static {
    /// The last position given; 0 for an empty log.
    fn head(&self) -> impl Future<Output = Result<i64, Error>> + Send;

    /// The first position appended at or after a time; the one behind the head when there is none yet.
    fn first_since(&self, time: DateTime<Utc>) -> impl Future<Output = Result<i64, Error>> + Send;

    /// Up to `limit` events behind a position.
    fn after(
        &self,
        position: i64,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Recorded>, Error>> + Send;

    /// Up to which position the copies of what was erased are gone from the stream, as far as anybody has noted.
    fn copies_erased_until(&self) -> impl Future<Output = Result<i64, Error>> + Send;

    /// The positions behind one and up to another of which nobody may keep a copy.
    fn erased_between(
        &self,
        after: i64,
        until: i64,
    ) -> impl Future<Output = Result<Vec<i64>, Error>> + Send;
}

/// An event as it stands in the log.
struct Row {
    position: i64,
    aggregate_type: String,
    aggregate_id: String,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
    event_id: Uuid,
    recorded_at: DateTime<Utc>,
}

impl Reader {
    /// Over a database.
    #[must_use]
    pub fn new(pool: PgPool, keyring: Keyring) -> Self {
        Self { pool, keyring }
    }

    /// Which log this is.
    pub async fn identity(&self) -> Result<Identity, Error> {
        Identity::of(&self.pool).await
    }

    /// The last position given; 0 for an empty log.
    pub async fn head(&self) -> Result<i64, Error> {
        let head =
            sqlx::query_scalar!(r#"select coalesce(max(position), 0) as "head!" from log.events"#);
        Ok(answered(STATEMENT, head.fetch_one(&self.pool)).await??)
    }

    /// The first position appended at or after a time; the one behind the head when there is none yet. Time never runs
    /// backwards in the log, so halving finds it.
    pub async fn first_since(&self, time: DateTime<Utc>) -> Result<i64, Error> {
        let (mut low, mut high) = (1, self.head().await? + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let recorded_at = sqlx::query_scalar!(
                "select recorded_at from log.events where position = $1",
                middle
            );
            if recorded_at.fetch_one(&self.pool).await? < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Up to which position the copies of what was erased are known to be gone from the stream.
    pub async fn copies_erased_until(&self) -> Result<i64, Error> {
        let place = sqlx::query_scalar!("select position from log.erasures where what = 'stream'");
        Ok(answered(STATEMENT, place.fetch_one(&self.pool)).await??)
    }

    /// Events behind a position, up to another one, of which nobody may keep a copy: texts that were taken back, and what an
    /// erased account has said of itself and to others.
    pub async fn erased_between(&self, after: i64, until: i64) -> Result<Vec<i64>, Error> {
        let erased = sqlx::query_scalar!(
            r#"select position from log.events e
               where position > $1 and position <= $2 and (
                 (aggregate_type = 'message' and event_type <> 'message.unsent' and (
                   exists (select from log.events u where u.aggregate_type = 'message'
                     and u.aggregate_id = e.aggregate_id and u.event_type = 'message.unsent')
                   or exists (select from log.claims c
                     where c.kind = 'username' and c.key = 'erased:' || (e.payload->>'sender'))))
                 or (event_type in ('account.registered', 'account.profile_changed')
                   and exists (select from log.claims c where c.kind = 'username' and c.key = 'erased:' || e.aggregate_id))
                 or (event_type in ('conversation.started', 'conversation.renamed')
                   and e.payload->'title'->>'key' is not null
                   and not exists (select from log.keys k where k.key_id = (e.payload->'title'->>'key')::uuid)))
               order by position"#,
            after,
            until
        );
        Ok(answered(STATEMENT, erased.fetch_all(&self.pool)).await??)
    }

    /// Up to `limit` events behind a position.
    pub async fn after(&self, position: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select position, aggregate_type, aggregate_id, event_type, event_version,
                 payload::text as "payload!", metadata::text as "metadata!", event_id, recorded_at
               from log.events where position > $1 order by position limit $2"#,
            position,
            limit
        );
        let read = async { self.open(rows.fetch_all(&self.pool).await?).await };
        answered(STATEMENT, read).await?
    }

    /// The first event of a stream: of a message, its `message.sent`.
    pub async fn first_of(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
    ) -> Result<Option<Recorded>, Error> {
        let row = sqlx::query_as!(
            Row,
            r#"select position, aggregate_type, aggregate_id, event_type, event_version,
                 payload::text as "payload!", metadata::text as "metadata!", event_id, recorded_at
               from log.events where aggregate_type = $1 and aggregate_id = $2 and sequence = 1"#,
            aggregate_type,
            aggregate_id
        );
        let row = row.fetch_optional(&self.pool).await?;
        Ok(self.open(row.into_iter().collect()).await?.pop())
    }

    /// All events of a stream, in order.
    pub async fn stream(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
    ) -> Result<Vec<Recorded>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select position, aggregate_type, aggregate_id, event_type, event_version,
                 payload::text as "payload!", metadata::text as "metadata!", event_id, recorded_at
               from log.events where aggregate_type = $1 and aggregate_id = $2 order by sequence"#,
            aggregate_type,
            aggregate_id
        );
        self.open(rows.fetch_all(&self.pool).await?).await
    }

    /// The same events, opened.
    pub async fn opened(&self, entries: Vec<Entry>) -> Result<Vec<Recorded>, Error> {
        self.open(entries.into_iter().map(Row::from).collect())
            .await
    }

    async fn open(&self, rows: Vec<Row>) -> Result<Vec<Recorded>, Error> {
        let mut sealed = Vec::new();
        let mut places = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            if let Some(found) = row.sealed() {
                sealed.push(found);
                places.push(place);
            }
        }
        let texts = self.keyring.open_all(&sealed).await?;
        let mut texts: HashMap<usize, Text> = places.into_iter().zip(texts).collect();
        let texts: Vec<Option<Text>> = (0..rows.len()).map(|place| texts.remove(&place)).collect();
        rows.into_iter()
            .zip(texts)
            .map(|(row, text)| row.opened(text))
            .collect()
    }
}

impl Source for Reader {
    async fn head(&self) -> Result<i64, Error> {
        Self::head(self).await
    }

    async fn first_since(&self, time: DateTime<Utc>) -> Result<i64, Error> {
        Self::first_since(self, time).await
    }

    async fn after(&self, position: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        Self::after(self, position, limit).await
    }

    async fn copies_erased_until(&self) -> Result<i64, Error> {
        Self::copies_erased_until(self).await
    }

    async fn erased_between(&self, after: i64, until: i64) -> Result<Vec<i64>, Error> {
        Self::erased_between(self, after, until).await
    }
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        Self {
            position: entry.position,
            aggregate_type: entry.aggregate_type,
            aggregate_id: entry.aggregate_id,
            event_type: entry.event_type,
            event_version: entry.event_version,
            payload: entry.payload,
            metadata: entry.metadata,
            event_id: entry.event_id,
            recorded_at: entry.recorded_at,
        }
    }
}

impl Row {
    /// What is sealed in it, if something is, and it is as it should be.
    fn sealed(&self) -> Option<(Purpose<'_>, Sealed)> {
        let field = field_of(&self.payload, sealed_field(&self.event_type)?)?;
        let purpose = Purpose {
            name: &self.event_type,
            aggregate_id: &self.aggregate_id,
        };
        Some((purpose, serde_json::from_str(field).ok()?))
    }

    /// With what was found of its text; without one, nothing was sealed in it, or something else than should be.
    fn opened(self, text: Option<Text>) -> Result<Recorded, Error> {
        let (data, missing) = match (sealed_field(&self.event_type), text) {
            (None, _) => (RawValue::from_string(self.payload)?, None),
            (Some(field), text) => with_text(&self.payload, field, text)?,
        };
        // It is about the trace alone, and no reason to do without the event.
        let metadata: Metadata = serde_json::from_str(&self.metadata).unwrap_or_default();
        Ok(Recorded {
            position: self.position,
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            name: self.event_type,
            version: self.event_version,
            event_id: self.event_id,
            recorded_at: self.recorded_at,
            traceparent: metadata.traceparent,
            data,
            missing,
        })
    }
}

/// A field's text within a payload.
fn field_of<'a>(payload: &'a str, field: &str) -> Option<&'a str> {
    let mut fields: HashMap<&str, &'a RawValue> = serde_json::from_str(payload).ok()?;
    Some(fields.remove(field)?.get())
}

/// The payload with what was found in the place of its sealed field, and what is missing then.
fn with_text(
    payload: &str,
    field: &str,
    text: Option<Text>,
) -> Result<(Box<RawValue>, Option<Missing>), Error> {
    let (text, missing) = match text {
        Some(Text::Opened(text)) => match String::from_utf8(text) {
            Ok(text) => (text, None),
            Err(_) => ("null".to_owned(), Some(Missing::Unopened)),
        },
        Some(Text::Erased) => ("null".to_owned(), Some(Missing::Erased)),
        Some(Text::Unopened) | None => ("null".to_owned(), Some(Missing::Unopened)),
    };
    let Some(sealed) = field_of(payload, field) else {
        return Ok((RawValue::from_string("null".to_owned())?, missing));
    };
    Ok((with_opened(payload, sealed, &text)?, missing))
}

/// The payload with the opened text in the place of its sealed field: byte for byte what the hot tail shows.
fn with_opened(payload: &str, sealed: &str, text: &str) -> Result<Box<RawValue>, Error> {
    let start = sealed.as_ptr().addr() - payload.as_ptr().addr();
    let (before, after) = (&payload[..start], &payload[start + sealed.len()..]);
    Ok(RawValue::from_string([before, text, after].concat())?)
}
