//! A collector of spans, as small as one can be.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::Span,
};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

/// What it was sent.
#[derive(Clone, Default)]
pub struct Collector(Arc<Mutex<Vec<Span>>>);

impl Collector {
    /// Opens one; with its address.
    pub async fn open() -> Result<(Self, String)> {
        let (own, listener) = (Self::default(), TcpListener::bind("127.0.0.1:0").await?);
        let url = format!("http://{}", listener.local_addr()?);
        let server = Server::builder().add_service(TraceServiceServer::new(own.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Ok((own, url))
    }

    /// The spans of a trace, by its id in hexadecimal digits.
    pub fn of(&self, trace: &str) -> Vec<Span> {
        let spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_trace = spans.iter().filter(|span| hex(&span.trace_id) == trace);
        of_trace.cloned().collect()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// An id, as a `traceparent` writes it.
pub fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
