//! A request gets its time and no more.

use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, timeout_at};

use super::{
    body::{Pace, Progress},
    problem::{Problem, kind},
};

/// Runs `handler` until it answers or patience ends. A body that came too slowly is a 408, an answer that did a 503; a
/// body that goes on afterwards (a stream, a download) has all the time it wants.
pub(super) async fn within(
    pace: &Pace,
    progress: &Progress,
    handler: impl Future<Output = Response>,
) -> Response {
    let mut handler = std::pin::pin!(handler);
    loop {
        // The deadline moves while the body comes in, so it is asked for again after each wait.
        let deadline = progress.deadline(pace);
        if let Ok(response) = timeout_at(deadline, handler.as_mut()).await {
            return response;
        }
        if progress.deadline(pace) <= Instant::now() {
            return too_late(progress);
        }
    }
}

fn too_late(progress: &Progress) -> Response {
    if progress.is_over() {
        let detail = "No answer was ready in time. Send the request again, a command with the same Idempotency-Key.";
        return Problem::unavailable(detail, std::time::Duration::from_secs(1)).into_response();
    }
    Problem::plain(&kind::REQUEST_TIMEOUT).into_response()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use axum::{
        body::{Body, Bytes},
        extract::Request,
    };
    use futures::{StreamExt, stream};

    use super::*;
    use crate::http::body;

    static CHUNK: [u8; 100_000] = [0; 100_000];

    async fn read(request: Request) -> Response {
        match axum::body::to_bytes(request.into_body(), usize::MAX).await {
            Ok(_) => Response::default(),
            Err(_) => Problem::bad_request("").into_response(),
        }
    }

    fn trickle(every: Duration, length: usize) -> Request {
        let bytes = stream::iter(0..length).then(move |_| async move {
            let _ = tokio::time::timeout(every, std::future::pending::<()>()).await;
            Ok::<_, Infallible>(Bytes::from_static(&CHUNK))
        });
        Request::new(Body::from_stream(bytes))
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_hangs_is_a_503() {
        let (_request, progress) = body::watch(Request::new(Body::empty()));
        let response = within(&Pace::default(), &progress, std::future::pending()).await;
        assert_eq!(response.status(), 503);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_hangs_is_a_408() {
        let (request, progress) = body::watch(trickle(Duration::from_hours(1), 1));
        let response = within(&Pace::default(), &progress, read(request)).await;
        assert_eq!(response.status(), 408);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_upload_that_keeps_coming_may_take_longer_than_patience() {
        let (request, progress) = body::watch(trickle(Duration::from_secs(10), 12));
        let start = Instant::now();
        let response = within(&Pace::default(), &progress, read(request)).await;
        assert_eq!(response.status(), 200);
        assert!(start.elapsed() > Duration::from_secs(100));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_a_408() {
        let bytes = stream::iter(0..1000).then(|_| async {
            let _ =
                tokio::time::timeout(Duration::from_secs(1), std::future::pending::<()>()).await;
            Ok::<_, Infallible>(Bytes::from_static(b"."))
        });
        let (request, progress) = body::watch(Request::new(Body::from_stream(bytes)));
        let response = within(&Pace::default(), &progress, read(request)).await;
        assert_eq!(response.status(), 408);
    }
}
