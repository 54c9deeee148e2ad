//! A socket that gives up on a reader who takes nothing.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// Fails a write that has waited for too long. It holds `K` (the connection's seat) for as long as the socket is open,
/// also after an upgrade has taken the socket away from hyper.
pub(super) struct Guarded<S, K> {
    socket: S,
    patience: Duration,
    /// Only there while a write waits: an idle stream should be small.
    stall: Option<Pin<Box<Sleep>>>,
    _seat: K,
}

impl<S, K> Guarded<S, K> {
    pub(super) fn new(socket: S, patience: Duration, seat: K) -> Self {
        Self {
            socket,
            patience,
            stall: None,
            _seat: seat,
        }
    }

    /// Passes on what a write came to, and keeps the time while it comes to nothing.
    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let patience = self.patience;
        let stall = self
            .stall
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        ready!(stall.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the other end has stopped reading",
        )))
    }
}

impl<S: AsyncRead + Unpin, K: Unpin> AsyncRead for Guarded<S, K> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin, K: Unpin> AsyncWrite for Guarded<S, K> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(cx);
        // A TCP socket always has flushed: that is no progress, and must not start the time anew.
        if flushed.is_ready() {
            flushed
        } else {
            self.judge(cx, flushed)
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.judge(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_takes_nothing_is_given_up_in_time() {
        let (near, _far) = duplex(10);
        let start = Instant::now();
        let error = Guarded::new(near, PATIENCE, ())
            .write_all(&[0; 100])
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_who_goes_on_taking_is_not_given_up() {
        let (near, mut far) = duplex(10);
        let mut near = Guarded::new(near, PATIENCE, ());
        let slow = async {
            let mut ticks = tokio::time::interval(Duration::from_secs(20));
            for _ in 0..10 {
                ticks.tick().await;
                far.read_exact(&mut [0; 10]).await.unwrap();
            }
        };
        let (written, ()) = tokio::join!(near.write_all(&[0; 100]), slow);
        written.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_may_rest_for_as_long_as_it_likes() {
        let (near, mut far) = duplex(10);
        let mut near = Guarded::new(near, PATIENCE, ());
        for _ in 0..3 {
            near.write_all(b"a").await.unwrap();
            far.read_exact(&mut [0]).await.unwrap();
            tokio::time::advance(Duration::from_hours(1)).await;
        }
    }
}
