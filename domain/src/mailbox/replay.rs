//! A mailbox made again from the log's events alone, up to any of them: for auditors, and independent of the read models that
//! it can be held against.

mod letter;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::{
    AccountId, ConversationId, Event, Sealed, account, audit,
    boxes::{self, Messages, Which},
    group::{self, Members},
    marks,
    message::{self, Edited, Recipients, Sent, Unsent},
};

pub use letter::{Dispatched, Letter, Received};

/// A mailbox as it was. Events are given in the log's order; those that do not concern its owner are passed over.
#[derive(Clone, Debug)]
pub struct Replay {
    owner: AccountId,
    inbox: BTreeMap<i64, Received>,
    sent: BTreeMap<i64, Dispatched>,
    groups: HashMap<ConversationId, Members>,
    blocked: BTreeSet<AccountId>,
    is_erased: bool,
}

/// Where an event stands, and of which stream it is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its position.
    pub position: i64,
    /// When it was appended.
    pub time: DateTime<Utc>,
    /// The stream.
    pub aggregate_id: &'a str,
}

impl Replay {
    /// An empty mailbox.
    #[must_use]
    pub fn of(owner: AccountId) -> Self {
        Self {
            owner,
            inbox: BTreeMap::new(),
            sent: BTreeMap::new(),
            groups: HashMap::new(),
            blocked: BTreeSet::new(),
            is_erased: false,
        }
    }

    /// Received messages, the newest first: deleted ones too.
    pub fn inbox(&self) -> impl Iterator<Item = &Received> {
        self.inbox.values().rev()
    }

    /// Sent messages, the newest first: deleted ones too.
    pub fn sent(&self) -> impl Iterator<Item = &Dispatched> {
        self.sent.values().rev()
    }

    /// How many are neither read nor deleted.
    #[must_use]
    pub fn unread(&self) -> usize {
        let unread =
            |received: &&Received| received.read_at.is_none() && received.deleted_at.is_none();
        self.inbox.values().filter(unread).count()
    }

    /// Applies the next event.
    pub fn apply(&mut self, at: Place<'_>, event: &Event) {
        match event {
            Event::Message(event) => self.message(at, event),
            Event::Account(event) => self.account(at, event),
            Event::Group(event) => self.group(at, event),
            Event::Box(event) => self.own_box(at, event),
            Event::Marks(event) => self.marks(at, event),
            // In nobody's mailbox.
            Event::Audit(audit::Event::Read(_)) => {}
        }
    }

    fn message(&mut self, at: Place<'_>, event: &message::Event) {
        match event {
            message::Event::Sent(sent) => self.letter(at, sent),
            message::Event::Edited(edited) => self.edit(at, edited),
            message::Event::Unsent(Unsent { position, .. }) => {
                for letter in self.letters(*position) {
                    letter.take_back(at.time);
                }
            }
        }
    }

    /// The message of a position, in whichever box it is.
    fn letters(&mut self, position: i64) -> impl Iterator<Item = &mut Letter> {
        let received = self
            .inbox
            .get_mut(&position)
            .map(|received| &mut received.letter);
        let sent = self.sent.get_mut(&position).map(|sent| &mut sent.letter);
        received.into_iter().chain(sent)
    }

    fn letter(&mut self, at: Place<'_>, sent: &Sent) {
        let Ok(message) = at.aggregate_id.parse() else {
            return;
        };
        if self.is_erased {
            return;
        }
        let letter = Letter {
            position: at.position,
            message,
            conversation: sent.conversation,
            sender: sent.sender,
            reply_to: sent.reply_to,
            sent_at: at.time,
            edited_at: None,
            unsent_at: None,
            first: Some(sent.content.clone()),
            edited: None,
        };
        let (recipients, is_received) = self.recipients(sent);
        if sent.sender == self.owner {
            let dispatched = Dispatched {
                letter,
                recipients,
                delivered_to: BTreeSet::new(),
                read_by: BTreeSet::new(),
                deleted_at: None,
            };
            self.sent.insert(at.position, dispatched);
        } else if is_received {
            let received = Received {
                letter,
                read_at: None,
                delivered_at: None,
                deleted_at: None,
            };
            self.inbox.insert(at.position, received);
        }
    }

    /// To how many a message is sent, and whether the owner receives it.
    fn recipients(&self, sent: &Sent) -> (usize, bool) {
        match &sent.recipients {
            Recipients::People(people) => {
                // Whom one has blocked is kept out directly, and not in groups.
                let is_blocked = people.len() < 2 && self.blocked.contains(&sent.sender);
                (people.len(), people.contains(&self.owner) && !is_blocked)
            }
            // The log takes a message to a group only at the length of the stream that it names.
            Recipients::Group { .. } => match self.groups.get(&sent.conversation) {
                Some(members) => (
                    members.others(sent.sender).count(),
                    members.role(self.owner).is_some(),
                ),
                None => (0, false),
            },
        }
    }

    /// Whoever has left the group meanwhile keeps what they were sent.
    fn edit(&mut self, at: Place<'_>, edited: &Edited) {
        let is_still_there = !edited.recipients.is_group()
            || self
                .groups
                .get(&edited.conversation)
                .is_some_and(|members| members.role(self.owner).is_some());
        let is_own = edited.sender == self.owner;
        if is_own || is_still_there {
            for letter in self.letters(edited.position) {
                letter.edit(&edited.content, at.time);
            }
        }
    }

    fn account(&mut self, at: Place<'_>, event: &account::Event) {
        match event {
            account::Event::Erased(_) => {
                if let Ok(account) = at.aggregate_id.parse() {
                    self.erase(account, at.time);
                }
            }
            account::Event::Registered(_)
            | account::Event::ProfileChanged(_)
            | account::Event::PasswordChanged(_)
            | account::Event::RoleGranted(_)
            | account::Event::RoleRevoked(_)
            | account::Event::Disabled(_)
            | account::Event::Enabled(_) => {}
        }
    }

    /// The owner's mailbox goes; of somebody else goes what they wrote.
    fn erase(&mut self, account: AccountId, at: DateTime<Utc>) {
        if account == self.owner {
            *self = Self {
                is_erased: true,
                ..Self::of(self.owner)
            };
            return;
        }
        self.blocked.remove(&account);
        for members in self.groups.values_mut() {
            let gone = group::MemberRemoved { member: account };
            members.apply(&group::Event::<Sealed>::MemberRemoved(gone));
        }
        let written = self.inbox.values_mut().map(|received| &mut received.letter);
        for letter in written.filter(|letter| letter.sender == account) {
            letter.take_back(letter.unsent_at.unwrap_or(at));
        }
    }

    fn group(&mut self, at: Place<'_>, event: &group::Event) {
        if let Ok(group) = at.aggregate_id.parse() {
            self.groups.entry(group).or_default().apply(event);
        }
    }

    fn own_box(&mut self, at: Place<'_>, event: &boxes::Event) {
        if owner_of(at.aggregate_id) != Some(self.owner) {
            return;
        }
        match event {
            boxes::Event::Deleted(messages) => self.put(messages, Some(at.time)),
            boxes::Event::Restored(messages) => self.put(messages, None),
            boxes::Event::Blocked(person) => drop(self.blocked.insert(person.account)),
            boxes::Event::Unblocked(person) => drop(self.blocked.remove(&person.account)),
            // Conversations, not messages.
            boxes::Event::Archived(_)
            | boxes::Event::Unarchived(_)
            | boxes::Event::Muted(_)
            | boxes::Event::Unmuted(_) => {}
        }
    }

    /// Out of sight at a time, unless they are; or back.
    fn put(&mut self, Messages { which, positions }: &Messages, deleted: Option<DateTime<Utc>>) {
        for position in positions {
            let deleted_at = match which {
                Which::Inbox => self.inbox.get_mut(position).map(|it| &mut it.deleted_at),
                Which::Sent => self.sent.get_mut(position).map(|it| &mut it.deleted_at),
            };
            if let Some(deleted_at) = deleted_at {
                *deleted_at = deleted.map(|now| deleted_at.unwrap_or(now));
            }
        }
    }

    fn marks(&mut self, at: Place<'_>, event: &marks::Event) {
        let Some(reader) = owner_of(at.aggregate_id) else {
            return;
        };
        match event {
            marks::Event::Read(received) => self.arrived(reader, received, at.time, true),
            marks::Event::Delivered(received) => self.arrived(reader, received, at.time, false),
            marks::Event::Unread(own) if reader == self.owner => {
                for position in &own.positions {
                    if let Some(received) = self.inbox.get_mut(position) {
                        received.read_at = None;
                    }
                }
            }
            // Takes no receipt back.
            marks::Event::Unread(_) => {}
        }
    }

    /// Reading is also having arrived.
    fn arrived(
        &mut self,
        reader: AccountId,
        marked: &marks::Received,
        at: DateTime<Utc>,
        is_read: bool,
    ) {
        for from in &marked.from {
            for position in &from.positions {
                if reader == self.owner
                    && let Some(received) = self.inbox.get_mut(position)
                {
                    received.delivered_at.get_or_insert(at);
                    if is_read {
                        received.read_at.get_or_insert(at);
                    }
                }
                if from.sender == self.owner
                    && let Some(sent) = self.sent.get_mut(position)
                {
                    sent.delivered_to.insert(reader);
                    if is_read {
                        sent.read_by.insert(reader);
                    }
                }
            }
        }
    }
}

/// The owner in the id of a day stream.
fn owner_of(aggregate_id: &str) -> Option<AccountId> {
    aggregate_id.split_once(':')?.0.parse().ok()
}
