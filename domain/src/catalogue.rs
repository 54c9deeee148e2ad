//! Every event there is, as a reader of the whole log meets them.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{account, boxes, marks, message};

/// An event of any stream. `C` is what its personal data is: [`crate::Sealed`] in the log, opened on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<M, P> {
    /// Of a `message` stream.
    Message(message::Event<M>),
    /// Of an `account` stream.
    Account(account::Event<P>),
    /// Of a `box` stream.
    Box(boxes::Event),
    /// Of a `marks` stream.
    Marks(marks::Event),
}

/// An event that this version of the house cannot read. A reader stops at it rather than skip it.
#[derive(Debug, Error)]
pub enum UnknownEvent {
    /// Written by a newer version.
    #[error("no event is called {name} in version {version}")]
    Name {
        /// The stored name.
        name: String,
        /// The stored version.
        version: String,
    },
    /// Not of the form its name promises.
    #[error("a {name} does not have the form it should have")]
    Form {
        /// The stored name.
        name: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl<M: DeserializeOwned, P: DeserializeOwned> Event<M, P> {
    /// Reads an event from its stored name, version and payload, or from the same fields with the personal data opened.
    pub fn read(name: &str, version: &str, payload: &str) -> Result<Self, UnknownEvent> {
        let form = Form { name, payload };
        Ok(match (name, version) {
            (message::SENT, "1") => Self::Message(message::Event::Sent(form.read()?)),
            (message::EDITED, "1") => Self::Message(message::Event::Edited(form.read()?)),
            (message::UNSENT, "1") => Self::Message(message::Event::Unsent(form.read()?)),
            (account::REGISTERED, "1") => Self::Account(account::Event::Registered(form.read()?)),
            (account::PROFILE_CHANGED, "1") => {
                Self::Account(account::Event::ProfileChanged(form.read()?))
            }
            (account::PASSWORD_CHANGED, "1") => {
                Self::Account(account::Event::PasswordChanged(form.read()?))
            }
            (account::ROLE_GRANTED, "1") => {
                Self::Account(account::Event::RoleGranted(form.read()?))
            }
            (account::ROLE_REVOKED, "1") => {
                Self::Account(account::Event::RoleRevoked(form.read()?))
            }
            (account::DISABLED, "1") => Self::Account(account::Event::Disabled(form.read()?)),
            (boxes::DELETED, "1") => Self::Box(boxes::Event::Deleted(form.read()?)),
            (boxes::RESTORED, "1") => Self::Box(boxes::Event::Restored(form.read()?)),
            (marks::READ, "1") => Self::Marks(marks::Event::Read(form.read()?)),
            (marks::UNREAD, "1") => Self::Marks(marks::Event::Unread(form.read()?)),
            (marks::DELIVERED, "1") => Self::Marks(marks::Event::Delivered(form.read()?)),
            _ => {
                return Err(UnknownEvent::Name {
                    name: name.to_owned(),
                    version: version.to_owned(),
                });
            }
        })
    }
}

/// A payload, and the name that promises its form.
struct Form<'a> {
    name: &'a str,
    payload: &'a str,
}

impl Form<'_> {
    fn read<T: DeserializeOwned>(&self) -> Result<T, UnknownEvent> {
        serde_json::from_str(self.payload).map_err(|source| UnknownEvent::Form {
            name: self.name.to_owned(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sealed;

    #[test]
    fn an_event_of_a_newer_version_is_not_read_as_something_else() {
        let read = Event::<Sealed, Sealed>::read("message.sent", "2", "{}");
        assert!(matches!(read, Err(UnknownEvent::Name { .. })));
        let read = Event::<Sealed, Sealed>::read("message.shouted", "1", "{}");
        assert!(matches!(read, Err(UnknownEvent::Name { .. })));
    }
}
