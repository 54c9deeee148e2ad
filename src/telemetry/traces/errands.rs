//! On whose errand an event is: the W3C trace context in its metadata.

use std::collections::{HashMap, VecDeque};

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

/// How many events are remembered: what is pushed was mostly appended a moment ago.
const KNOWN: usize = 8_192;

/// Those of the last events.
#[derive(Default)]
pub struct Errands {
    known: HashMap<i64, SpanContext>,
    order: VecDeque<i64>,
}

impl Errands {
    pub fn note(&mut self, position: i64, errand: &SpanContext) {
        if self.known.insert(position, errand.clone()).is_none() {
            self.order.push_back(position);
        }
        while self.order.len() > KNOWN {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    pub fn of(&self, position: i64) -> Option<SpanContext> {
        self.known.get(&position).cloned()
    }
}

/// A `traceparent`, of which the front has made sure that it is one.
pub fn read(traceparent: &str) -> Option<SpanContext> {
    let mut fields = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(fields.next()?).ok()?;
    let span = SpanId::from_hex(fields.next()?).ok()?;
    let flags = u8::from_str_radix(fields.next()?, 16).ok()?;
    let context = SpanContext::new(
        trace,
        span,
        TraceFlags::new(flags),
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// The other way.
pub fn write(context: &SpanContext) -> String {
    let (trace, span) = (context.trace_id(), context.span_id());
    format!("00-{trace}-{span}-{:02x}", context.trace_flags().to_u8())
}

/// What a span is made in, to be a child of this one.
pub fn within(errand: &SpanContext) -> Context {
    Context::new().with_remote_span_context(errand.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_parent_is_written_as_it_was_read() {
        assert_eq!(
            read(PARENT).map(|parent| write(&parent)).as_deref(),
            Some(PARENT)
        );
        assert_eq!(read("00-0-0-00"), None);
    }

    #[test]
    fn what_lies_far_behind_is_forgotten() {
        let (parent, mut errands) = (read(PARENT).unwrap(), Errands::default());
        for position in 0..10_000 {
            errands.note(position, &parent);
            errands.note(position, &parent);
        }
        assert_eq!(errands.known.len(), KNOWN);
        assert!(errands.of(9_999).is_some() && errands.of(0).is_none());
    }
}
