//! Spans to a collector, in OpenTelemetry's form: off, unless the environment names one.

mod errands;
mod request;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use eventlog::trace::{self, Request, Span, Stage};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, SpanContext, SpanKind, TracerProvider as _},
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use sqlx::PgPool;
use tokio::sync::Semaphore;

use self::{errands::Errands, request::Answering};

/// Any of them turns it on, as the standard says.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];
/// How many pushes at once may ask the log on whose errand they are. More of them have no span.
const ASKING: usize = 8;

/// The log, for a notifier that has not seen an event's way here.
static LOG: OnceLock<PgPool> = OnceLock::new();

/// What is sent to the collector. When this is dropped, what still waits is.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Within the runtime; nothing if the environment names no collector.
    pub fn start() -> anyhow::Result<Option<Self>> {
        let is_off = variable("OTEL_SDK_DISABLED").is_some_and(|off| off == "true");
        if is_off || ENDPOINTS.into_iter().all(|name| variable(name).is_none()) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_tonic().build();
        let exporter = exporter.context("the collector that OTEL_EXPORTER_OTLP_ENDPOINT names")?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(exporter)
            .build();
        trace::listen(Box::new(Listener(Arc::new(Inner {
            tracer: provider.tracer("tidings"),
            errands: Mutex::default(),
            asking: Semaphore::new(ASKING),
        }))));
        Ok(Some(Self(provider)))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Lets pushes find out on whose errand they are, also where the event was appended elsewhere.
pub fn know(log: &PgPool) {
    let _ = LOG.set(log.clone());
}

fn resource() -> Resource {
    let resource = Resource::builder();
    let resource = if variable("OTEL_SERVICE_NAME").is_none() {
        resource.with_service_name("tidings")
    } else {
        resource
    };
    resource
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}

#[expect(
    clippy::disallowed_methods,
    reason = "OpenTelemetry's own variables, which its library reads as well"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

struct Listener(Arc<Inner>);

struct Inner {
    tracer: SdkTracer,
    errands: Mutex<Errands>,
    asking: Semaphore,
}

impl trace::Tracer for Listener {
    fn begin(&self, parent: Option<&str>) -> Box<dyn Request> {
        Box::new(Answering::begin(&self.0.tracer, parent))
    }

    fn tell(&self, span: Span<'_>) {
        if let Some(parent) = span.parent {
            if let Some(parent) = errands::read(parent) {
                self.0.note(span.position, &parent);
                self.0.send(span, &parent);
            }
        } else if let Some(parent) = self.0.known(span.position) {
            self.0.send(span, &parent);
        } else {
            let (own, span) = (
                Arc::clone(&self.0),
                Span {
                    parent: None,
                    ..span
                },
            );
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { own.ask(span).await });
            }
        }
    }
}

impl Inner {
    fn send(&self, span: Span<'_>, parent: &SpanContext) {
        let (name, kind, stage) = words(span.stage);
        let position = KeyValue::new("tidings.position", span.position);
        let attributes = stage
            .iter()
            .map(|(name, value)| KeyValue::new(*name, *value));
        let builder = opentelemetry::trace::SpanBuilder::from_name(name)
            .with_kind(kind)
            .with_start_time(span.began)
            .with_attributes(attributes.chain([position]));
        let mut sent = builder.start_with_context(&self.tracer, &errands::within(parent));
        sent.end_with_timestamp(span.ended.into());
    }

    fn note(&self, position: i64, parent: &SpanContext) {
        let mut errands = self.errands.lock().unwrap_or_else(PoisonError::into_inner);
        errands.note(position, parent);
    }

    fn known(&self, position: i64) -> Option<SpanContext> {
        let errands = self.errands.lock().unwrap_or_else(PoisonError::into_inner);
        errands.of(position)
    }

    /// A span whose event came another way: its metadata tells.
    async fn ask(&self, span: Span<'static>) {
        let (Ok(_seat), Some(log)) = (self.asking.try_acquire(), LOG.get()) else {
            return;
        };
        let parent = sqlx::query_scalar!(
            "select metadata->>'traceparent' from log.events where position = $1",
            span.position
        );
        let parent = parent.fetch_optional(log).await.ok().flatten().flatten();
        if let Some(parent) = parent.as_deref().and_then(errands::read) {
            self.note(span.position, &parent);
            self.send(span, &parent);
        }
    }
}

type Attributes = &'static [(&'static str, &'static str)];

/// A stage in OpenTelemetry's names.
fn words(stage: Stage) -> (&'static str, SpanKind, Attributes) {
    match stage {
        Stage::Append => (
            "append",
            SpanKind::Client,
            &[
                ("db.system.name", "postgresql"),
                ("db.operation.name", "append"),
            ],
        ),
        Stage::Publish => (
            "publish",
            SpanKind::Producer,
            &[
                ("messaging.system", "nats"),
                ("messaging.operation.type", "send"),
                ("messaging.destination.name", nats::STREAM),
            ],
        ),
        Stage::Project => (
            "project",
            SpanKind::Consumer,
            &[("messaging.operation.type", "process")],
        ),
        Stage::Push => ("push", SpanKind::Internal, &[]),
    }
}
