//! A request's span, from which those of its events go on.

use eventlog::trace::Request;
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanBuilder, SpanKind, Status},
};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use super::errands;

/// A request that is being answered. Dropped without an answer, it ends where its client went away.
pub struct Answering {
    span: Span,
    traceparent: String,
}

impl Answering {
    pub fn begin(tracer: &SdkTracer, parent: Option<&str>) -> Self {
        let parent = parent.and_then(errands::read);
        let parent = parent.map_or_else(Context::new, |parent| errands::within(&parent));
        let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Server);
        let span = builder.start_with_context(tracer, &parent);
        Self {
            traceparent: errands::write(span.span_context()),
            span,
        }
    }
}

impl Request for Answering {
    fn traceparent(&self) -> String {
        self.traceparent.clone()
    }

    fn end(mut self: Box<Self>, method: &str, route: Option<&str>, status: u16) {
        let name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
        self.span.update_name(name);
        let method = KeyValue::new("http.request.method", method.to_owned());
        let code = KeyValue::new("http.response.status_code", i64::from(status));
        self.span.set_attributes([method, code]);
        if let Some(route) = route {
            self.span
                .set_attribute(KeyValue::new("http.route", route.to_owned()));
        }
        if status >= 500 {
            self.span.set_status(Status::error(""));
        }
        self.span.end();
    }
}
