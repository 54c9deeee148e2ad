//! Who types, from node to node: on core NATS, which keeps nothing. Whoever does not hear it has missed nothing.

use domain::Typing;
use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::{Error, Wire, subject::TYPING};

/// Whispers to the other nodes, and hears them.
#[derive(Clone)]
pub struct Whisper {
    wire: Wire,
    own: String,
}

impl Whisper {
    /// As one of the nodes. `node` is a name of letters, digits and hyphens that no other node has.
    #[must_use]
    pub fn new(wire: Wire, node: &str) -> Self {
        Self {
            wire,
            own: format!("{TYPING}.{node}"),
        }
    }

    /// Tells the others, if NATS is there.
    pub async fn tell(&self, typing: &Typing) {
        if !self.wire.is_connected() {
            return;
        }
        let Ok(payload) = serde_json::to_vec(typing) else {
            return;
        };
        let told = self.wire.client.publish(self.own.clone(), payload.into());
        if let Err(error) = told.await {
            tracing::debug!(%error, "nobody elsewhere hears who types");
        }
    }

    /// Hears the other nodes until shutdown.
    pub async fn listen(
        &self,
        mut hear: impl FnMut(Typing) + Send,
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let whispers = self.wire.client.subscribe(format!("{TYPING}.*"));
        let mut whispers = whispers.await.map_err(Error::away)?;
        while let Some(message) = shutdown.run_until_cancelled(whispers.next()).await {
            let message = message.ok_or_else(|| Error::away("the subscription ended"))?;
            if message.subject.as_str() == self.own {
                continue;
            }
            if let Ok(typing) = serde_json::from_slice(&message.payload) {
                hear(typing);
            }
        }
        Ok(())
    }
}
