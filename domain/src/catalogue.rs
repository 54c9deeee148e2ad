//! Every event there is, as a reader of the whole log meets them.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{
    Sealed, account,
    account::Profile,
    audit, boxes, group, marks,
    message::{self, Content},
};

/// An event of any stream: its personal data sealed, as in the log, unless it is [`Opened`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<M = Sealed, P = Sealed, T = Sealed> {
    /// Of a `message` stream.
    Message(message::Event<M>),
    /// Of an `account` stream.
    Account(account::Event<P>),
    /// Of a `conversation` stream.
    Group(group::Event<T>),
    /// Of a `box` stream.
    Box(boxes::Event),
    /// Of a `marks` stream.
    Marks(marks::Event),
    /// Of an `audit` stream.
    Audit(audit::Event),
}

/// An event with its personal data opened, or gone.
pub type Opened = Event<Option<Content>, Option<Profile>, Option<String>>;

/// The stored name of every event there is.
pub const NAMES: [&str; 28] = [
    message::SENT,
    message::EDITED,
    message::UNSENT,
    account::REGISTERED,
    account::PROFILE_CHANGED,
    account::PASSWORD_CHANGED,
    account::ROLE_GRANTED,
    account::ROLE_REVOKED,
    account::DISABLED,
    account::ENABLED,
    account::ERASED,
    group::STARTED,
    group::RENAMED,
    group::MEMBER_ADDED,
    group::MEMBER_REMOVED,
    group::ROLE_CHANGED,
    boxes::DELETED,
    boxes::RESTORED,
    boxes::ARCHIVED,
    boxes::UNARCHIVED,
    boxes::MUTED,
    boxes::UNMUTED,
    boxes::BLOCKED,
    boxes::UNBLOCKED,
    marks::READ,
    marks::UNREAD,
    marks::DELIVERED,
    audit::READ,
];

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

impl<M: DeserializeOwned, P: DeserializeOwned, T: DeserializeOwned> Event<M, P, T> {
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
            (account::ENABLED, "1") => Self::Account(account::Event::Enabled(form.read()?)),
            (account::ERASED, "1") => Self::Account(account::Event::Erased(form.read()?)),
            (group::STARTED, "1") => Self::Group(group::Event::Started(form.read()?)),
            (group::RENAMED, "1") => Self::Group(group::Event::Renamed(form.read()?)),
            (group::MEMBER_ADDED, "1") => Self::Group(group::Event::MemberAdded(form.read()?)),
            (group::MEMBER_REMOVED, "1") => Self::Group(group::Event::MemberRemoved(form.read()?)),
            (group::ROLE_CHANGED, "1") => Self::Group(group::Event::RoleChanged(form.read()?)),
            (boxes::ARCHIVED, "1") => Self::Box(boxes::Event::Archived(form.read()?)),
            (boxes::UNARCHIVED, "1") => Self::Box(boxes::Event::Unarchived(form.read()?)),
            (boxes::MUTED, "1") => Self::Box(boxes::Event::Muted(form.read()?)),
            (boxes::UNMUTED, "1") => Self::Box(boxes::Event::Unmuted(form.read()?)),
            (boxes::BLOCKED, "1") => Self::Box(boxes::Event::Blocked(form.read()?)),
            (boxes::UNBLOCKED, "1") => Self::Box(boxes::Event::Unblocked(form.read()?)),
            (boxes::DELETED, "1") => Self::Box(boxes::Event::Deleted(form.read()?)),
            (boxes::RESTORED, "1") => Self::Box(boxes::Event::Restored(form.read()?)),
            (marks::READ, "1") => Self::Marks(marks::Event::Read(form.read()?)),
            (marks::UNREAD, "1") => Self::Marks(marks::Event::Unread(form.read()?)),
            (marks::DELIVERED, "1") => Self::Marks(marks::Event::Delivered(form.read()?)),
            (audit::READ, "1") => Self::Audit(audit::Event::Read(form.read()?)),
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

    #[test]
    fn every_name_is_read() {
        for name in NAMES {
            let read = Event::<Sealed, Sealed, Sealed>::read(name, "1", "[");
            assert!(matches!(read, Err(UnknownEvent::Form { .. })), "{name}");
        }
    }

    #[test]
    fn an_event_of_a_newer_version_is_not_read_as_something_else() {
        let read = Event::<Sealed, Sealed, Sealed>::read("message.sent", "2", "{}");
        assert!(matches!(read, Err(UnknownEvent::Name { .. })));
        let read = Event::<Sealed, Sealed, Sealed>::read("message.shouted", "1", "{}");
        assert!(matches!(read, Err(UnknownEvent::Name { .. })));
    }
}
