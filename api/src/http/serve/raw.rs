//! Answers that no router has seen.
//!
//! hyper refuses a request that it cannot parse by itself, before any handler is asked and without a body. Here such a
//! refusal gets the document and the headers that every error has.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::Response;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::{
    headers::{self, Part},
    problem::{Kind, Problem},
};

/// A problem as bytes for a socket that is closed afterwards.
pub(super) fn answer(problem: &Problem) -> Vec<u8> {
    let mut response = Response::default();
    problem.write(&mut response, None);
    headers::secure(response.headers_mut(), Part::Data);
    let body = problem.to_json(None);
    let length = body.len();
    let start = format!(
        "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: {length}\r\n",
        problem.status()
    );
    let mut bytes = start.into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend([b"\r\n", body.as_slice()].concat());
    bytes
}

/// A socket on which hyper's own refusals are spelt out.
pub(super) struct Spelt<S> {
    socket: S,
    refusal: Option<Refusal>,
}

struct Refusal {
    bytes: Vec<u8>,
    written: usize,
    /// How much of hyper's own words it stands for.
    instead_of: usize,
}

impl<S> Spelt<S> {
    pub(super) fn new(socket: S) -> Self {
        Self {
            socket,
            refusal: None,
        }
    }
}

impl Refusal {
    /// The better words for `written`, if that is a refusal of hyper's. A handler's never is: it has a body.
    fn of(written: &[u8]) -> Option<Self> {
        let status = written.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        let status = StatusCode::from_bytes(status)
            .ok()
            .filter(StatusCode::is_client_error)?;
        let head = std::str::from_utf8(written).ok()?;
        let is_bare = head.ends_with("\r\n\r\n") && head.contains("\r\ncontent-length: 0\r\n");
        let bytes = is_bare.then(|| answer(&Problem::plain(Kind::of(status))))?;
        Some(Self {
            bytes,
            written: 0,
            instead_of: written.len(),
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spelt<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spelt<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { socket, refusal } = &mut *self;
        if refusal.is_none() {
            *refusal = Refusal::of(buf);
        }
        let Some(better) = refusal else {
            return Pin::new(socket).poll_write(cx, buf);
        };
        while better.written < better.bytes.len() {
            match ready!(Pin::new(&mut *socket).poll_write(cx, &better.bytes[better.written..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                length => better.written += length,
            }
        }
        let instead_of = better.instead_of;
        *refusal = None;
        Poll::Ready(Ok(instead_of))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match bufs {
            [only] => self.poll_write(cx, only),
            _ => Pin::new(&mut self.socket).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
