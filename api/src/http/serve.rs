//! Step 1: the accept loop. `axum::serve` has no time-out for a request's head, none for a reader that stalls and no caps, and
//! takes twice the memory for an idle stream.

mod guard;
mod raw;
mod seats;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use self::{guard::Guarded, seats::Seats};
use super::{client::TrustedProxies, problem::Problem};
use crate::meters::{self, Connection};

/// What a socket may cost.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// For the head of a request, and for how long a connection may rest between two.
    pub head_within: Duration,
    /// For how long the other end may refuse to take what is written to it.
    pub write_stall: Duration,
    /// The longest head of a request, in bytes (at least 8 KiB).
    pub head_bytes: usize,
    /// The most headers of a request.
    pub headers: usize,
    /// The most connections.
    pub connections: usize,
    /// The most connections from one address.
    pub connections_per_address: usize,
    /// Whose connections carry many people, and so count for the total only.
    pub proxies: TrustedProxies,
    /// For what is under way when the service stops.
    pub farewell: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            head_within: Duration::from_secs(10),
            write_stall: Duration::from_secs(30),
            head_bytes: 16 * 1024,
            headers: 64,
            connections: 20_000,
            connections_per_address: 256,
            proxies: TrustedProxies::default(),
            farewell: Duration::from_secs(10),
        }
    }
}

/// Left in each request: cancelled when its connection is to end at once, in whatever it is. Whoever answers may cancel it
/// too, for a reader who stands still: an answer that nobody takes is not asked for its end. An upgraded connection has to
/// listen to it, since it is out of this loop's hands.
#[derive(Clone, Debug)]
pub struct Hangup(pub CancellationToken);

/// Serves `app` on `listener` until `shutdown`, then lets what is under way finish, for [`ServeLimits::farewell`] at most.
///
/// Each request carries `ConnectInfo<SocketAddr>` and a [`Hangup`]. An error is one of the listener's that no waiting mends.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    shutdown: CancellationToken,
    limits: ServeLimits,
) -> io::Result<()> {
    listener.local_addr()?;
    let door = Door {
        // Once, so that not every request turns the router's handlers into services.
        app: app.with_state(()),
        http: protocol(&limits),
        seats: Seats::new(limits.connections, limits.connections_per_address),
        open: TaskTracker::new(),
        closing: shutdown.child_token(),
        closed: CancellationToken::new(),
        limits,
    };
    let door = Arc::new(door);
    let mut pause = Duration::ZERO;
    while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                pause = Duration::ZERO;
                door.enter(stream, peer);
            }
            Err(error) if is_the_callers_fault(&error) => {}
            Err(error) => {
                // Out of descriptors, most likely. Only connections that end can mend it, so they get time to.
                pause = (pause * 2).clamp(Duration::from_millis(10), Duration::from_secs(1));
                tracing::warn!(%error, ?pause, "cannot accept connections");
                let _ = timeout(pause, shutdown.cancelled()).await;
            }
        }
    }
    drop(listener);
    door.close().await;
    Ok(())
}

struct Door {
    app: Router,
    http: http1::Builder,
    seats: Seats,
    /// Every socket, those of `WebSocket`s too.
    open: TaskTracker,
    /// Finish what is under way.
    closing: CancellationToken,
    /// Finish at once.
    closed: CancellationToken,
    limits: ServeLimits,
}

impl Door {
    fn enter(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let counts_alone = self.limits.proxies.contains(peer.ip().to_canonical());
        let Some(seat) = self.seats.take(peer.ip(), counts_alone) else {
            meters::refused(1);
            refuse(&stream);
            return;
        };
        tune(&stream, self.limits.write_stall);
        let socket = Guarded::new(
            stream,
            self.limits.write_stall,
            (seat, self.open.token(), Connection::open()),
        );
        tokio::spawn(Arc::clone(self).converse(socket, peer));
    }

    async fn converse<K: Send + Unpin + 'static>(
        self: Arc<Self>,
        socket: Guarded<TcpStream, K>,
        peer: SocketAddr,
    ) {
        let app = self.app.clone();
        let hangup = Hangup(self.closed.child_token());
        let hung_up = hangup.0.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(hangup.clone());
            app.clone().call(request)
        });
        let connection = self
            .http
            .serve_connection(TokioIo::new(raw::Spelt::new(socket)), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        // How a connection ends is the other end's business: nothing here can be done about it, so nothing is logged.
        let rest = async {
            if self
                .closing
                .run_until_cancelled(connection.as_mut())
                .await
                .is_none()
            {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        };
        hung_up.run_until_cancelled(rest).await;
    }

    async fn close(&self) {
        self.open.close();
        if timeout(self.limits.farewell, self.open.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = self.open.len(),
                "closing connections that would not end"
            );
            self.closed.cancel();
        }
    }
}

fn protocol(limits: &ServeLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Without a timer hyper's time-outs do nothing.
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes.max(8 * 1024));
    http
}

/// Small answers go out at once, and a peer that vanished without a word is noticed: otherwise its stream would live, and
/// count as delivered, for the quarter of an hour that TCP goes on trying.
fn tune(stream: &TcpStream, patience: Duration) {
    // A socket that refuses these is about to fail anyway.
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience));
    #[cfg(not(target_os = "linux"))]
    let _ = patience;
}

/// One word for the client before the socket closes. Nobody waits for it to arrive.
fn refuse(stream: &TcpStream) {
    let detail = "There are too many connections. Close some, or wait.";
    let _ = stream.try_write(&raw::answer(&Problem::unavailable(
        detail,
        Duration::from_secs(5),
    )));
}

/// A connection that broke before it was accepted says nothing about the listener.
fn is_the_callers_fault(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

#[cfg(test)]
mod tests;
