//! Who caused an event, and on whose errand.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountId, ConversationId, SessionId};

/// Stands beside each event. Opaque ids only, since metadata can never be erased. A flat map of strings once stored, which
/// is what the event store's envelope holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// In which log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// The conversation it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The command: shared by all of its events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Uuid>,
    /// W3C trace context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}
