//! Hints between nodes: which mailboxes changed. A bell, not a courier: who missed it asks the tables.

use domain::AccountId;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Error, Wire, subject::MAILBOX};

/// Mailboxes that changed between two checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The checkpoint before.
    pub from: i64,
    /// The checkpoint now.
    pub to: i64,
    /// Whose mailboxes.
    pub owners: Vec<AccountId>,
}

/// Rings on core NATS, and hears the others ring.
#[derive(Clone)]
pub struct Bell {
    wire: Wire,
    node: String,
}

impl Bell {
    /// As one of the nodes. `node` is a name of letters, digits and hyphens that no other node has.
    #[must_use]
    pub fn new(wire: Wire, node: String) -> Self {
        Self { wire, node }
    }

    /// Tells the others. A hint that does not arrive is made good by their own tick.
    pub async fn ring(&self, hint: &Hint) {
        if !self.wire.is_connected() {
            return;
        }
        let Ok(payload) = serde_json::to_vec(hint) else {
            return;
        };
        if let Err(error) = self
            .wire
            .client
            .publish(format!("{MAILBOX}.{}", self.node), payload.into())
            .await
        {
            tracing::debug!(%error, "a hint was not sent");
        }
    }

    /// Hears the other nodes until shutdown. Hints that find the channel full are dropped.
    pub async fn listen(
        &self,
        hints: mpsc::Sender<Hint>,
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let own = format!("{MAILBOX}.{}", self.node);
        let mut ringing = self
            .wire
            .client
            .subscribe(format!("{MAILBOX}.*"))
            .await
            .map_err(Error::away)?;
        loop {
            let message = tokio::select! {
                message = ringing.next() => message,
                () = shutdown.cancelled() => return Ok(()),
            };
            let Some(message) = message else {
                return Err(Error::away("the subscription ended"));
            };
            if message.subject.as_str() == own {
                continue;
            }
            if let Ok(hint) = serde_json::from_slice(&message.payload) {
                let _ = hints.try_send(hint);
            }
        }
    }
}
