//! What each stage did for an event, for whoever follows a request through the service.
//!
//! An event's metadata says on whose errand it is, so a stage needs nobody to hand it a span: it tells what it did once it is
//! done. While nobody listens that costs one look at whether somebody does: no clock is read and nothing is allocated. The
//! listener is the root's; no other room knows where spans go.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use crate::{Recorded, fresh};

static TRACER: OnceLock<Box<dyn Tracer>> = OnceLock::new();

/// Hears what was done.
pub trait Tracer: Send + Sync {
    /// A request begins, on the errand of `parent` (a W3C `traceparent`) if it names one.
    fn begin(&self, parent: Option<&str>) -> Box<dyn Request>;

    /// A stage has done its part for an event.
    fn tell(&self, span: Span<'_>);
}

/// A request that is being answered.
pub trait Request: Send {
    /// What its events carry on.
    fn traceparent(&self) -> String;

    /// It was answered. `route` is the pattern, never the path.
    fn end(self: Box<Self>, method: &str, route: Option<&str>, status: u16);
}

/// A part of an event's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Into the log: waiting for a batch, and the batch.
    Append,
    /// Into the stream, until that has acknowledged it.
    Publish,
    /// Into the read models, with its batch.
    Project,
    /// Onto a stream of somebody's, until the bytes are taken.
    Push,
}

/// What a stage did for one event.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// Which.
    pub stage: Stage,
    /// The event.
    pub position: i64,
    /// On whose errand, where the stage knows it: the event's own `traceparent`.
    pub parent: Option<&'a str>,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it was done.
    pub ended: DateTime<Utc>,
}

/// Has everything told from now on. Only the first one is heard.
pub fn listen(tracer: Box<dyn Tracer>) {
    let _ = TRACER.set(tracer);
}

/// A request begins; nothing while nobody listens.
#[must_use]
pub fn begin(parent: Option<&str>) -> Option<Box<dyn Request>> {
    Some(TRACER.get()?.begin(parent))
}

/// What time it is; nothing while nobody listens.
#[must_use]
pub fn now() -> Option<DateTime<Utc>> {
    TRACER.get().map(|_| fresh::now())
}

/// A stage that began at a time that [`now`] told is done with an event.
pub fn tell(stage: Stage, position: i64, parent: Option<&str>, began: Option<DateTime<Utc>>) {
    if let (Some(tracer), Some(began)) = (TRACER.get(), began) {
        tracer.tell(Span {
            stage,
            position,
            parent,
            began,
            ended: fresh::now(),
        });
    }
}

/// As [`tell`], for those of a batch that are on somebody's errand.
pub fn tell_of<'a>(
    stage: Stage,
    events: impl IntoIterator<Item = &'a Recorded>,
    began: Option<DateTime<Utc>>,
) {
    if began.is_none() {
        return;
    }
    for event in events {
        if let Some(parent) = &event.traceparent {
            tell(stage, event.position, Some(parent), began);
        }
    }
}
