//! A text that only the holder of its key can read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Personal data as it stands in the log: AES-256-GCM under a key of its own, which can be destroyed while the log stays
/// as it is. The domain never sees what is inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The row that holds the key. Its own id, never the message's: two writers of one message id would overwrite each
    /// other's key.
    pub key: Uuid,
    /// Nonce, ciphertext and tag, in base64.
    #[serde(rename = "box")]
    pub sealed: String,
}
