//! The names of things: UUIDs which cannot be mistaken for each other.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// A person or service that can log in. `UUIDv7`.
    AccountId
}
id! {
    /// One log-in on one device. `UUIDv7`.
    SessionId
}
id! {
    /// A message. `UUIDv7`, possibly made by the sender's client.
    MessageId
}
id! {
    /// A conversation: `UUIDv7` for a named group, else `UUIDv5` of who takes part ([`crate::conversation::id_of`]).
    ConversationId
}

/// The day, in UTC, by which an account's boxes and marks are cut into streams, so that none grows long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(DateTime<Utc>);

impl Day {
    /// The day of a time.
    #[must_use]
    pub fn of(time: DateTime<Utc>) -> Self {
        Self(time)
    }

    /// The id of the owner's stream of this day: `<owner>:<yyyymmdd>`.
    #[must_use]
    pub fn stream_of(self, owner: AccountId) -> String {
        format!("{owner}:{}", self.0.format("%Y%m%d"))
    }
}
