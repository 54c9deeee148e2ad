//! The request's body under watch: how fast it comes, and what a handler left of it.
//!
//! A server that answers while the client still writes, and then closes, resets the connection, and the client loses the
//! answer. So what a handler did not read (a body over the limit, an upload without a token) is read and thrown away
//! before the answer goes out.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

/// How much time a request gets.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// For the first byte of the answer, counted from the end of the body. Streams may then go on for ever.
    pub patience: Duration,
    /// What a body has to bring each second, on top of `patience`. Uploads may take long, but not hang.
    pub bytes_per_second: u32,
    /// How much of an unread body is read and thrown away before an error is answered.
    pub drain: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(30),
            bytes_per_second: 8 * 1024,
            drain: 64 * 1024 * 1024,
        }
    }
}

/// What became of a request's body, seen from outside of the handler.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    received: AtomicU64,
    /// When it was read to its end or given up by the handler.
    ended: OnceLock<Instant>,
    left: Mutex<Option<Body>>,
}

/// Puts the body under watch. A request without one costs nothing more.
pub(super) fn watch(request: Request) -> (Request, Arc<Progress>) {
    let progress = Arc::new(Progress {
        began: Instant::now(),
        received: AtomicU64::new(0),
        ended: OnceLock::new(),
        left: Mutex::new(None),
    });
    let (parts, body) = request.into_parts();
    let body = if body.is_end_stream() {
        progress.end();
        body
    } else {
        Body::new(Watched {
            inner: body,
            progress: Arc::clone(&progress),
        })
    };
    (Request::from_parts(parts, body), progress)
}

impl Progress {
    /// When patience ends, as things stand now.
    pub(super) fn deadline(&self, pace: &Pace) -> Instant {
        let rate = u64::from(pace.bytes_per_second.max(1));
        match self.ended.get() {
            Some(ended) => *ended + pace.patience,
            None => {
                self.began + pace.patience + Duration::from_secs(self.received.load(Relaxed) / rate)
            }
        }
    }

    /// Whether nothing more is to be read.
    pub(super) fn is_over(&self) -> bool {
        self.ended.get().is_some()
    }

    /// Whether the handler took nothing of it. A client that sent `Expect: 100-continue` has then sent nothing either.
    pub(super) fn is_untouched(&self) -> bool {
        self.received.load(Relaxed) == 0
    }

    /// Throws away what the handler left, as long as it comes at the pace. `false`: there is more of it.
    pub(super) async fn drain(&self, pace: &Pace) -> bool {
        let Some(mut body) = self.take_left() else {
            return true;
        };
        let mut budget = pace.drain;
        let rate = u64::from(pace.bytes_per_second.max(1));
        let began = Instant::now();
        loop {
            let deadline =
                began + pace.patience + Duration::from_secs((pace.drain - budget) / rate);
            let Ok(next) = timeout_at(deadline, body.frame()).await else {
                return false;
            };
            let Some(Ok(frame)) = next else { return true };
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            match budget.checked_sub(length) {
                Some(rest) => budget = rest,
                None => return false,
            }
        }
    }

    fn take_left(&self) -> Option<Body> {
        self.left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn end(&self) {
        self.ended.get_or_init(Instant::now);
    }
}

struct Watched {
    inner: Body,
    progress: Arc<Progress>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.progress.received.fetch_add(length, Relaxed);
                if self.inner.is_end_stream() {
                    self.progress.end();
                }
            }
            Poll::Ready(_) => self.progress.end(),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.progress.is_over() {
            let rest = std::mem::take(&mut self.inner);
            *self
                .progress
                .left
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(rest);
            self.progress.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn chunks(count: usize) -> Request {
        let frames = stream::iter(
            (0..count).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1000]))),
        );
        Request::new(Body::from_stream(frames))
    }

    #[tokio::test]
    async fn what_the_handler_left_is_drained() {
        let (request, progress) = watch(chunks(10));
        let mut body = request.into_body();
        let _ = body.frame().await;
        drop(body);
        assert!(progress.drain(&Pace::default()).await);
    }

    #[tokio::test]
    async fn a_drain_gives_up_at_its_limit() {
        let (request, progress) = watch(chunks(10));
        drop(request);
        assert!(
            !progress
                .drain(&Pace {
                    drain: 5000,
                    ..Pace::default()
                })
                .await
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_gives_up_on_a_client_that_stops_sending() {
        let stuck = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let (request, progress) = watch(Request::new(stuck));
        drop(request);
        assert!(!progress.drain(&Pace::default()).await);
    }

    #[tokio::test(start_paused = true)]
    async fn each_byte_buys_time_and_the_end_starts_the_clock_anew() {
        let pace = Pace {
            patience: Duration::from_secs(30),
            bytes_per_second: 100,
            drain: 0,
        };
        let (request, progress) = watch(chunks(1));
        let start = Instant::now();
        assert_eq!(progress.deadline(&pace), start + Duration::from_secs(30));
        let mut body = request.into_body();
        let _ = body.frame().await;
        assert_eq!(progress.deadline(&pace), start + Duration::from_secs(40));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(body.frame().await.is_none());
        assert_eq!(progress.deadline(&pace), start + Duration::from_secs(50));
    }
}
