//! What events say, opened, as JSON Schema: for the description of the wire.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    account::{self, Profile},
    audit, boxes, group, marks,
    message::{self, Content},
};

/// Schemas by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// The `data` of each event by its stored name, and what these refer to below `#/components/schemas/`.
#[must_use]
pub fn events() -> (Schemas, Schemas) {
    let mut own = Described::default();
    // What stands in for a parameter of a type is not among what the type refers to.
    own.add_other::<Content>();
    own.add_other::<Profile>();
    own.add_other::<String>();
    own.add::<message::Sent<Content>>(message::SENT);
    own.add::<message::Edited<Content>>(message::EDITED);
    own.add::<message::Unsent>(message::UNSENT);
    own.add::<account::Registered<Profile>>(account::REGISTERED);
    own.add::<account::ProfileChanged<Profile>>(account::PROFILE_CHANGED);
    own.add::<account::PasswordChanged>(account::PASSWORD_CHANGED);
    own.add::<account::RoleGranted>(account::ROLE_GRANTED);
    own.add::<account::RoleRevoked>(account::ROLE_REVOKED);
    own.add::<account::Disabled>(account::DISABLED);
    own.add::<account::Enabled>(account::ENABLED);
    own.add::<account::Erased>(account::ERASED);
    own.add::<group::Started<String>>(group::STARTED);
    own.add::<group::Renamed<String>>(group::RENAMED);
    own.add::<group::MemberAdded>(group::MEMBER_ADDED);
    own.add::<group::MemberRemoved>(group::MEMBER_REMOVED);
    own.add::<group::RoleChanged>(group::ROLE_CHANGED);
    own.add::<boxes::Messages>(boxes::DELETED);
    own.add::<boxes::Messages>(boxes::RESTORED);
    own.add::<boxes::Conversation>(boxes::ARCHIVED);
    own.add::<boxes::Conversation>(boxes::UNARCHIVED);
    own.add::<boxes::Conversation>(boxes::MUTED);
    own.add::<boxes::Conversation>(boxes::UNMUTED);
    own.add::<boxes::Person>(boxes::BLOCKED);
    own.add::<boxes::Person>(boxes::UNBLOCKED);
    own.add::<marks::Received>(marks::READ);
    own.add::<marks::Own>(marks::UNREAD);
    own.add::<marks::Received>(marks::DELIVERED);
    own.add::<audit::Read>(audit::READ);
    (own.events, own.others)
}

#[derive(Default)]
struct Described {
    events: Schemas,
    others: Schemas,
}

impl Described {
    fn add<T: ToSchema>(&mut self, name: &str) {
        self.events.insert(name.to_owned(), T::schema());
        self.add_referred::<T>();
    }

    fn add_other<T: ToSchema>(&mut self) {
        self.others.insert(T::name().into_owned(), T::schema());
        self.add_referred::<T>();
    }

    fn add_referred<T: ToSchema>(&mut self) {
        let mut others = Vec::new();
        T::schemas(&mut others);
        self.others.extend(others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NAMES;

    #[test]
    fn every_event_is_described() {
        let (events, _) = events();
        let described: Vec<&str> = events.keys().map(String::as_str).collect();
        let mut names = NAMES;
        names.sort_unstable();
        assert_eq!(described, names);
    }
}
