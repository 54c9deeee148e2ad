//! The connection to NATS.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, ServerAddr, connection, jetstream};
use eventlog::Identity;
use percent_encoding::percent_decode_str;

use crate::{Envelope, Error};

/// How long a request waits. Recovery after a lost server is made of a few of these.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where NATS is.
#[derive(Clone)]
pub struct Address {
    /// `nats://user:password@host:port`, or several with commas between them and the same user.
    pub url: String,
    /// For a server that asks for one.
    pub token: Option<String>,
}

/// A connection which mends itself.
#[derive(Clone)]
pub struct Wire {
    pub(crate) client: Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) envelope: Envelope,
}

impl Wire {
    /// Connects, now or as soon as NATS is there.
    pub async fn connect(address: &Address, envelope: Envelope) -> Result<Self, Error> {
        let mut options = ConnectOptions::new()
            .name("tidings")
            .retry_on_initial_connect()
            .request_timeout(Some(TIMEOUT))
            .ping_interval(Duration::from_secs(5))
            .reconnect_delay_callback(|attempts| Duration::from_millis(50 << attempts.min(4)))
            .event_callback(|event| async move { tracing::info!(%event, "NATS") });
        let servers: Vec<ServerAddr> = (address.url.split(','))
            .map(|server| server.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(Error::away)?;
        if let Some(token) = &address.token {
            options = options.token(token.clone());
        } else if let Some((user, password)) = servers.iter().find_map(credentials) {
            options = options.user_and_password(user, password);
        }
        let client = options.connect(servers).await.map_err(Error::away)?;
        let mut jetstream = jetstream::new(client.clone());
        jetstream.set_timeout(TIMEOUT);
        Ok(Self {
            client,
            jetstream,
            envelope,
        })
    }

    /// Which log's events travel on it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.envelope.identity()
    }

    /// Whether NATS answers just now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == connection::State::Connected
    }

    /// The server's version, once connected.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        self.is_connected()
            .then(|| self.client.server_info().version)
    }

    /// Refuses a server that would silently ignore what the stream needs.
    pub(crate) fn assert_recent(&self) -> Result<(), Error> {
        let Some(version) = self.version() else {
            return Err(Error::away("not connected"));
        };
        if is_recent(&version) {
            Ok(())
        } else {
            Err(Error::TooOld(version))
        }
    }
}

/// Who connects. The library takes an address for a place alone.
fn credentials(server: &ServerAddr) -> Option<(String, String)> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decoded(server.username()?), decoded(server.password()?)))
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split(['.', '-'])
        .map_while(|part| part.parse::<u32>().ok());
    let version = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    version >= (2, 10, 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_told_from_recent_ones() {
        for old in ["2.9.10", "2.10.22", "1.99.99", "", "nonsense"] {
            assert!(!is_recent(old), "{old}");
        }
        for recent in ["2.10.23", "2.11.0-preview.1", "2.15.1", "3.0.0"] {
            assert!(is_recent(recent), "{recent}");
        }
    }

    #[test]
    fn an_address_says_who_connects() {
        let of = |url: &str| credentials(&url.parse().unwrap());
        let expected = Some(("tidings".to_owned(), "p@ss:word".to_owned()));
        assert_eq!(of("nats://tidings:p%40ss%3Aword@db:4222"), expected);
        assert_eq!(of("nats://db:4222"), None);
    }
}
