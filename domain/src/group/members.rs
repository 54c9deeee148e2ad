//! Who is in a group.

use serde::{Deserialize, Serialize};

use super::{Event, MemberAdded, MemberRemoved, Rejection, RoleChanged};
use crate::AccountId;

/// What a member may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Adds, removes, renames, and gives roles.
    Owner,
    /// Writes.
    #[default]
    Member,
}

impl Role {
    /// Its name on the wire and in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }

    /// The role of a name in the tables.
    #[must_use]
    pub fn named(name: &str) -> Self {
        if name == Self::Owner.name() {
            Self::Owner
        } else {
            Self::Member
        }
    }
}

/// Somebody in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = GroupMember))]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: Role,
}

/// Everybody in a group, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Members(Vec<Member>);

impl FromIterator<Member> for Members {
    fn from_iter<T: IntoIterator<Item = Member>>(members: T) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Members {
    /// A group's maker alone.
    #[must_use]
    pub fn of(maker: AccountId) -> Self {
        Self(vec![Member {
            account: maker,
            role: Role::Owner,
        }])
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether everybody has gone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// Everybody but one.
    pub fn others(&self, than: AccountId) -> impl Iterator<Item = AccountId> {
        self.0
            .iter()
            .map(|member| member.account)
            .filter(move |account| *account != than)
    }

    /// What somebody is in it, if anything.
    #[must_use]
    pub fn role(&self, of: AccountId) -> Option<Role> {
        self.0
            .iter()
            .find(|member| member.account == of)
            .map(|member| member.role)
    }

    /// How many own it.
    #[must_use]
    pub fn owners(&self) -> usize {
        let owners = self.0.iter().filter(|member| member.role == Role::Owner);
        owners.count()
    }

    /// Refuses whoever does not own it. To somebody outside it is not there at all.
    pub(super) fn assert_owner(&self, by: AccountId) -> Result<(), Rejection> {
        match self.role(by) {
            Some(Role::Owner) => Ok(()),
            Some(Role::Member) => Err(Rejection::NotAnOwner),
            None => Err(Rejection::NotAMember),
        }
    }

    /// Somebody comes, unless they are there.
    pub(super) fn add(&mut self, account: AccountId, role: Role) {
        if self.role(account).is_none() {
            self.0.push(Member { account, role });
        }
    }

    /// What an event makes of them.
    pub fn apply<T>(&mut self, event: &Event<T>) {
        match event {
            Event::Started(started) => self.clone_from(&started.members),
            Event::Renamed(_) => {}
            Event::MemberAdded(MemberAdded { member, role }) => self.add(*member, *role),
            Event::MemberRemoved(MemberRemoved { member }) => {
                self.0.retain(|other| other.account != *member);
            }
            Event::RoleChanged(RoleChanged { member, role }) => {
                let who = self.0.iter_mut().find(|other| other.account == *member);
                if let Some(who) = who {
                    who.role = *role;
                }
            }
        }
    }
}
