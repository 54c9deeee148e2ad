//! Who asks.

use std::sync::Arc;

use crate::{AccountId, SessionId, account::Role};

/// An account that has shown a valid token. Left in a request by the room that checked it, for every room that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// Its username, which never changes.
    pub username: Arc<str>,
    /// The log-in.
    pub session: SessionId,
    /// What it may do beyond writing messages.
    pub roles: Arc<[Role]>,
}
