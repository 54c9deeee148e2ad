//! The log, event by event.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::Response};
use domain::audit::What;
use eventlog::{CloudEvent, source_of};
use http::{HeaderMap, header};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    admit::admit,
    stream::{NDJSON, pages},
};
use crate::{
    Api,
    http::{Params, Problem},
    identity,
};

/// Events as the wire carries them, in one array.
const BATCH: &str = "application/cloudevents-batch+json";

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Events behind this position: the position of the last line that was read, to go on from there.
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
    /// Up to this position, and including it; without it, up to the log's head when the request came.
    #[param(minimum = 0)]
    until: Option<i64>,
    /// Of this type alone, such as `message.sent`.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// How many at most; without it, all.
    #[param(minimum = 1)]
    limit: Option<i64>,
}

impl Part {
    fn check(&self) -> Result<(), Problem> {
        if self.after < 0 || self.until.is_some_and(|until| until < 0) {
            let detail = "`after` and `until` are positions, from 0.";
            return Err(Problem::bad_request(detail));
        }
        if self.limit.is_some_and(|limit| limit < 1) {
            return Err(Problem::bad_request("`limit` is a number from 1."));
        }
        Ok(())
    }
}

/// The log as stored, in its order, one event a line.
///
/// A line is one JSON object without spaces, `{position, aggregate_type, aggregate_id, sequence, event_type, event_version,
/// event_id, recorded_at, payload, metadata, leaf_hash}`, its members in this order. `payload` and `metadata` stand in it byte
/// for byte as stored, since these bytes are hashed; `leaf_hash` is in base64. Texts are sealed. An answer that breaks off is
/// continued by `after`.
///
/// With `Accept: application/cloudevents-batch+json` the same events come opened, as the wire carries them: an array of
/// CloudEvents. This needs the role `bodies` as well. What was erased has `data: null` and `erased: true`;
/// what does not open with its key, which is damage, `data: null` and `unopened: true`.
#[utoipa::path(
    get, path = "/audit/events", tag = "audit", params(Part),
    responses(
        (status = 200, description = "Events", content(
            (String = "application/x-ndjson"), (Vec<serde_json::Value> = "application/cloudevents-batch+json"))),
        (status = 400, description = "A position or limit that is none"),
        (status = 403, description = "The role `auditor` is needed, and `bodies` for opened events"),
    )
)]
pub(crate) async fn events(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    headers: HeaderMap,
    Params(part): Params<Part>,
) -> Result<Response, Problem> {
    let opened = wants_opened(&headers);
    let what = if opened { What::Bodies } else { What::Events };
    admit(&api, &caller, what).await?;
    part.check()?;
    let head = api.reader.head().await?;
    let place = Place {
        after: part.after,
        until: part.until.map_or(head, |until| until.min(head)),
        left: part.limit.unwrap_or(i64::MAX),
        event_type: part.event_type,
        api,
    };
    if !opened {
        return Ok(pages(NDJSON, place, Place::lines));
    }
    let source = source_of(place.api.reader.identity().await?);
    let batch = Batch {
        place: Some(place),
        source,
        is_first: true,
    };
    Ok(pages(BATCH, batch, Batch::step))
}

fn wants_opened(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let accepted = accepted.filter_map(|line| line.to_str().ok());
    accepted
        .flat_map(|line| line.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim() == BATCH)
}

/// How far an answer has come.
struct Place {
    api: Arc<Api>,
    after: i64,
    until: i64,
    left: i64,
    event_type: Option<String>,
}

impl Place {
    /// The next events, if there are more to come.
    async fn next(&mut self) -> Result<Option<Vec<eventlog::audit::Entry>>, Problem> {
        while self.after < self.until && self.left > 0 {
            let kind = self.event_type.as_deref();
            let page = self.api.audits.entries.page(self.after, self.until, kind);
            let mut page = page.await?;
            self.after = page.reached;
            page.entries
                .truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= i64::try_from(page.entries.len()).unwrap_or(i64::MAX);
            if !page.entries.is_empty() {
                return Ok(Some(page.entries));
            }
        }
        Ok(None)
    }

    async fn lines(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let Some(entries) = self.next().await? else {
            return Ok(None);
        };
        let mut lines = Vec::new();
        for entry in entries {
            entry.write(&mut lines);
        }
        Ok(Some((lines.into(), self)))
    }
}

/// An array that is written as it grows.
struct Batch {
    /// Nowhere, once its end is written.
    place: Option<Place>,
    source: String,
    is_first: bool,
}

impl Batch {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let Some(place) = &mut self.place else {
            return Ok(None);
        };
        let mut text = Vec::new();
        if let Some(entries) = place.next().await? {
            for recorded in place.api.reader.opened(entries).await? {
                text.push(if self.is_first { b'[' } else { b',' });
                self.is_first = false;
                let event = CloudEvent::of(&recorded, &self.source);
                serde_json::to_writer(&mut text, &event).map_err(Problem::internal)?;
            }
        } else {
            text.extend_from_slice(if self.is_first { b"[]" } else { b"]" });
            self.place = None;
        }
        Ok(Some((text.into(), self)))
    }
}
