//! Step 2: a named group: who is in it, and who may change that. Its messages have streams of their own.
//!
//! A message to a group names the length of this stream at which its sender saw it, and is refused once that is no longer
//! true: so everybody who replays the log knows who received it.

mod event;
mod members;
#[cfg(test)]
mod tests;

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use thiserror::Error;

pub use event::{
    Event, MEMBER_ADDED, MEMBER_REMOVED, MemberAdded, MemberRemoved, RENAMED, ROLE_CHANGED,
    Renamed, RoleChanged, STARTED, Started,
};
pub use members::{Member, Members, Role};

use crate::{AccountId, Sealed, StoredForm};

/// How many people a group may have.
pub const MOST: usize = 1_000;

/// A group as its own events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// `None` until it is started.
    members: Option<Members>,
}

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make the group.
    Start {
        /// Its owner.
        by: AccountId,
        /// What it is called.
        title: Sealed,
        /// Who else is in it.
        others: Vec<AccountId>,
    },
    /// Call it something else.
    Rename {
        /// Who asks.
        by: AccountId,
        /// What it is called from now on.
        title: Sealed,
    },
    /// Have somebody in it, in a role: the one they have, or that of a member, if none is named.
    Put {
        /// Who asks.
        by: AccountId,
        /// Who shall be in it.
        member: AccountId,
        /// As what.
        role: Option<Role>,
    },
    /// Have somebody out of it.
    Remove {
        /// Who asks: an owner, or the one who leaves.
        by: AccountId,
        /// Who shall be out.
        member: AccountId,
    },
}

/// Why it does not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// The id is taken.
    #[error("this group exists already")]
    AlreadyStarted,
    /// There is no such group, as far as this account can see.
    #[error("there is no such group")]
    NotAMember,
    /// Only an owner may.
    #[error("only an owner of the group can do this")]
    NotAnOwner,
    /// One person is no group.
    #[error("a group has at least two people")]
    TooFew,
    /// It holds no more.
    #[error("a group has at most {MOST} people")]
    Full,
    /// Somebody has to own it.
    #[error("a group needs an owner: make somebody else one first")]
    LastOwner,
}

impl Group {
    /// Who is in it, if it was started.
    #[must_use]
    pub fn members(&self) -> Option<&Members> {
        self.members.as_ref()
    }

    /// Decides what happens, from what has happened.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Rejection> {
        match (&self.members, command) {
            (None, Command::Start { by, title, others }) => start(by, title, &others),
            (Some(_), Command::Start { .. }) => Err(Rejection::AlreadyStarted),
            (None, _) => Err(Rejection::NotAMember),
            (Some(members), Command::Rename { by, title }) => {
                members.assert_owner(by)?;
                Ok(vec![Event::Renamed(Renamed { by, title })])
            }
            (Some(members), Command::Put { by, member, role }) => {
                members.assert_owner(by)?;
                put(members, member, role)
            }
            (Some(members), Command::Remove { by, member }) => remove(members, by, member),
        }
    }
}

fn start(by: AccountId, title: Sealed, others: &[AccountId]) -> Result<Vec<Event>, Rejection> {
    let mut members = Members::of(by);
    for other in others {
        members.add(*other, Role::Member);
    }
    match members.len() {
        ..2 => Err(Rejection::TooFew),
        2..=MOST => Ok(vec![Event::Started(Started { title, members })]),
        _ => Err(Rejection::Full),
    }
}

fn put(members: &Members, member: AccountId, role: Option<Role>) -> Result<Vec<Event>, Rejection> {
    let is_last_owner = members.owners() == 1 && members.role(member) == Some(Role::Owner);
    match (members.role(member), role) {
        (None, _) if members.len() >= MOST => Err(Rejection::Full),
        (None, role) => Ok(vec![Event::MemberAdded(MemberAdded {
            member,
            role: role.unwrap_or_default(),
        })]),
        (Some(Role::Owner), Some(Role::Member)) if is_last_owner => Err(Rejection::LastOwner),
        (Some(now), Some(role)) if now != role => {
            Ok(vec![Event::RoleChanged(RoleChanged { member, role })])
        }
        // What is so already needs no event.
        (Some(_), _) => Ok(Vec::new()),
    }
}

/// Where the last owner leaves, who has been there longest owns the group from then on.
fn remove(members: &Members, by: AccountId, member: AccountId) -> Result<Vec<Event>, Rejection> {
    if by != member {
        members.assert_owner(by)?;
    }
    let role = match members.role(member) {
        Some(role) => role,
        None if by == member => return Err(Rejection::NotAMember),
        // Removing twice is removing once.
        None => return Ok(Vec::new()),
    };
    let mut events = vec![Event::MemberRemoved(MemberRemoved { member })];
    if role == Role::Owner && members.owners() == 1 {
        let heir = members.others(member).next();
        events.extend(heir.map(|member| {
            let role = Role::Owner;
            Event::RoleChanged(RoleChanged { member, role })
        }));
    }
    Ok(events)
}

impl Aggregate for Group {
    const TYPE: &'static str = "conversation";
    type Command = Command;
    type Event = Event;
    type Error = Rejection;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Rejection> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        if let Event::Started(Started { members, .. }) = event {
            self.members = Some(members);
        } else if let Some(members) = &mut self.members {
            members.apply(&event);
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}
