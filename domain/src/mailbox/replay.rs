//! A mailbox made again from the log's events alone, up to any of them: for auditors, and independent of the read models that
//! it can be held against.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::{
    AccountId, ConversationId, Event, MessageId, Sealed, account, audit,
    boxes::{self, Messages, Which},
    group::{self, Members},
    marks,
    message::{self, Edited, Recipients, Sent, Unsent},
};

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

/// A message in it, its texts sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Of its `message.sent`.
    pub position: i64,
    /// Its own id.
    pub message: MessageId,
    /// Where it stands.
    pub conversation: ConversationId,
    /// Who wrote it.
    pub sender: AccountId,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When its text changed last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back, or its sender was erased.
    pub unsent_at: Option<DateTime<Utc>>,
    /// What it said at first, files and all; nothing once it was taken back.
    pub first: Option<Sealed>,
    /// What it says instead since it was edited.
    pub edited: Option<Sealed>,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The message.
    pub letter: Letter,
    /// When its owner read it.
    pub read_at: Option<DateTime<Utc>>,
    /// When it reached one of its owner's devices.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its owner deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A sent message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// The message.
    pub letter: Letter,
    /// To how many it was sent.
    pub recipients: usize,
    /// Whom it reached.
    pub delivered_to: BTreeSet<AccountId>,
    /// Who read it.
    pub read_by: BTreeSet<AccountId>,
    /// When its owner deleted it.
    pub deleted_at: Option<DateTime<Utc>>,
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

impl Letter {
    fn take_back(&mut self, at: DateTime<Utc>) {
        self.first = None;
        self.edited = None;
        self.unsent_at = Some(at);
    }

    fn edit(&mut self, content: &Sealed, at: DateTime<Utc>) {
        if self.unsent_at.is_none() {
            self.edited = Some(content.clone());
            self.edited_at = Some(at);
        }
    }
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
            | account::Event::Disabled(_) => {}
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn text(n: u128) -> Sealed {
        Sealed {
            key: Uuid::from_u128(n),
            sealed: String::new(),
        }
    }

    /// Account 1 looks; 2 and 3 write.
    struct Story(Replay, i64);

    impl Story {
        fn new() -> Self {
            Self(Replay::of(account(1)), 0)
        }

        fn happens(&mut self, aggregate_id: &str, event: Event) -> i64 {
            self.1 += 1;
            let place = Place {
                position: self.1,
                time: DateTime::from_timestamp(self.1, 0).unwrap(),
                aggregate_id,
            };
            self.0.apply(place, &event);
            self.1
        }

        fn sends(&mut self, sender: u128, people: &[u128]) -> i64 {
            let sent = Sent {
                sender: account(sender),
                conversation: ConversationId(Uuid::nil()),
                recipients: Recipients::People(people.iter().map(|n| account(*n)).collect()),
                reply_to: None,
                content: text(sender),
            };
            let id = Uuid::from_u128(100).to_string();
            self.happens(&id, Event::Message(message::Event::Sent(sent)))
        }

        fn blocks(&mut self, who: u128) {
            let person = boxes::Person {
                account: account(who),
            };
            let stream = format!("{}:20260101", account(1));
            self.happens(&stream, Event::Box(boxes::Event::Blocked(person)));
        }

        fn erases(&mut self, who: u128) {
            let gone = account::Event::Erased(account::Erased {});
            self.happens(&account(who).to_string(), Event::Account(gone));
        }

        fn received(&self) -> Vec<i64> {
            let inbox = self.0.inbox();
            inbox.map(|received| received.letter.position).collect()
        }
    }

    #[test]
    fn whom_one_has_blocked_is_kept_out_directly_and_not_among_others() {
        let mut story = Story::new();
        let before = story.sends(2, &[1]);
        story.blocks(2);
        story.sends(2, &[1]);
        let among_others = story.sends(2, &[1, 3]);
        let of_another = story.sends(3, &[1]);
        assert_eq!(story.received(), [of_another, among_others, before]);
    }

    #[test]
    fn of_an_erased_sender_a_tombstone_stays() {
        let mut story = Story::new();
        story.sends(2, &[1]);
        story.erases(2);
        let received: Vec<_> = story.0.inbox().collect();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].letter.first, None);
        assert!(received[0].letter.unsent_at.is_some());
    }

    #[test]
    fn an_erased_owner_has_no_mailbox_ever_after() {
        let mut story = Story::new();
        story.sends(2, &[1]);
        story.sends(1, &[2]);
        story.erases(1);
        story.sends(2, &[1]);
        assert_eq!((story.0.inbox().count(), story.0.sent().count()), (0, 0));
    }

    #[test]
    fn each_reader_counts_once() {
        let mut story = Story::new();
        let position = story.sends(1, &[2, 3]);
        let marked = || marks::Received {
            from: vec![marks::From {
                sender: account(1),
                positions: vec![position],
            }],
        };
        let stream = format!("{}:20260101", account(2));
        story.happens(&stream, Event::Marks(marks::Event::Delivered(marked())));
        story.happens(&stream, Event::Marks(marks::Event::Read(marked())));
        story.happens(&stream, Event::Marks(marks::Event::Read(marked())));
        let sent: Vec<_> = story.0.sent().collect();
        let counts = (sent[0].delivered_to.len(), sent[0].read_by.len());
        assert_eq!((sent[0].recipients, counts), (2, (1, 1)));
    }
}
