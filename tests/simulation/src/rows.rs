//! A double of the read models' rows: what the projector's SQL makes of events, in memory. `tests/doubles.rs` holds it against
//! the real tables, and `checks` against mailboxes made again by `domain::mailbox::Replay`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event, Opened, boxes,
    boxes::{Messages, Which},
    group,
    group::Role,
    mailbox::{Change, ConversationRow, GroupRow, InboxRow, MessageRow, People, Row, SentRow},
    marks,
    message::{self, Content, Edited, Recipients, Sent},
};
use eventlog::Recorded;
use uuid::Uuid;

/// Whose mailboxes changed.
pub(crate) type Dirty = BTreeSet<AccountId>;

/// Everybody's rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(crate) inbox: BTreeMap<(AccountId, i64), InboxRow>,
    pub(crate) sent: BTreeMap<(AccountId, i64), SentRow>,
    pub(crate) conversations: BTreeMap<(AccountId, Uuid), ConversationRow>,
    memberships: BTreeMap<Uuid, Vec<Membership>>,
    receipts: BTreeSet<(i64, AccountId, Mark)>,
    blocks: BTreeSet<(AccountId, AccountId)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Delivered,
    Read,
}

#[derive(Clone, Debug)]
struct Membership {
    account: AccountId,
    role: Role,
    since: i64,
    until: Option<i64>,
}

/// An event's place.
#[derive(Clone, Copy)]
struct At {
    position: i64,
    time: DateTime<Utc>,
}

/// What an event does to one owner's box: rows, and in which conversations by how much the unread count moves.
#[derive(Default)]
struct Touched {
    rows: i32,
    conversations: BTreeMap<Uuid, i32>,
}

impl Rows {
    /// Who is in a group now; nothing, if there is no such group.
    #[must_use]
    pub fn members(&self, group: Uuid) -> Option<Vec<AccountId>> {
        let members = self.memberships.get(&group)?.iter();
        let now = members.filter(|member| member.until.is_none());
        Some(now.map(|member| member.account).collect())
    }

    /// How many messages are unread, by the conversations.
    #[must_use]
    pub fn unread(&self, owner: AccountId) -> i64 {
        let own = self.conversations_of(owner);
        own.map(|row| i64::from(row.unread)).sum()
    }

    /// How many messages of a conversation are unread, by the messages.
    #[must_use]
    pub fn recounted(&self, owner: AccountId, conversation: Uuid) -> i32 {
        let unread = self.inbox_of(owner).filter(|row| {
            row.message.conversation_id == conversation
                && row.read_at.is_none()
                && row.deleted_at.is_none()
        });
        i32::try_from(unread.count()).unwrap_or(i32::MAX)
    }

    /// What somebody received, in order.
    pub fn inbox_of(&self, owner: AccountId) -> impl Iterator<Item = &InboxRow> {
        self.inbox
            .range((owner, i64::MIN)..=(owner, i64::MAX))
            .map(|(_, row)| row)
    }

    /// What somebody sent, in order.
    pub fn sent_of(&self, owner: AccountId) -> impl Iterator<Item = &SentRow> {
        self.sent
            .range((owner, i64::MIN)..=(owner, i64::MAX))
            .map(|(_, row)| row)
    }

    /// Somebody's conversations.
    pub fn conversations_of(&self, owner: AccountId) -> impl Iterator<Item = &ConversationRow> {
        self.conversations
            .range((owner, Uuid::nil())..=(owner, Uuid::max()))
            .map(|(_, row)| row)
    }

    /// Everybody's conversations.
    pub fn all_conversations(&self) -> impl Iterator<Item = (AccountId, &ConversationRow)> {
        self.conversations
            .iter()
            .map(|((owner, _), row)| (*owner, row))
    }

    /// All rows of somebody, in the order in which they changed.
    #[must_use]
    pub fn of(&self, owner: AccountId) -> Vec<Row> {
        let inbox = self.inbox_of(owner).cloned().map(Row::Inbox);
        let sent = self.sent_of(owner).cloned().map(Row::Sent);
        let conversations = self.conversations_of(owner).cloned();
        let mut rows: Vec<Row> = inbox
            .chain(sent)
            .chain(conversations.map(Row::Conversation))
            .collect();
        rows.sort_by_key(Row::changed);
        rows
    }

    /// A run of messages; `members` knows the groups.
    pub(crate) fn send(
        &mut self,
        run: &[(Recorded, Opened)],
        members: &BTreeMap<Uuid, Vec<AccountId>>,
    ) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for (recorded, event) in run {
            let Event::Message(message::Event::Sent(sent)) = event else {
                continue;
            };
            self.letter(recorded, sent, members, &mut changes);
        }
        // A conversation is told once a run, with its last message.
        let mut last: BTreeMap<(AccountId, Uuid), usize> = BTreeMap::new();
        for (place, change) in changes.iter().enumerate() {
            if let Row::Conversation(row) = &change.row {
                last.insert((change.owner, row.conversation_id), place);
            }
        }
        let is_last = |place: usize, change: &Change| match &change.row {
            Row::Conversation(row) => {
                last.get(&(change.owner, row.conversation_id)) == Some(&place)
            }
            Row::Inbox(_) | Row::Sent(_) => true,
        };
        let told = changes.into_iter().enumerate();
        told.filter(|(place, change)| is_last(*place, change))
            .map(|(_, change)| change)
            .collect()
    }

    fn letter(
        &mut self,
        recorded: &Recorded,
        sent: &Sent<Option<Content>>,
        members: &BTreeMap<Uuid, Vec<AccountId>>,
        changes: &mut Vec<Change>,
    ) {
        let conversation = sent.conversation.0;
        let receivers: Vec<AccountId> = match &sent.recipients {
            Recipients::People(people) => people
                .iter()
                .filter(|person| !self.blocks.contains(&(**person, sent.sender)))
                .copied()
                .collect(),
            Recipients::Group { .. } => {
                let members = members.get(&conversation).into_iter().flatten();
                members
                    .filter(|other| **other != sent.sender)
                    .copied()
                    .collect()
            }
        };
        let recipients = match &sent.recipients {
            Recipients::People(people) => people.len(),
            Recipients::Group { .. } => receivers.len(),
        };
        let people = match &sent.recipients {
            Recipients::People(people) => People::Direct(direct(sent.sender, people)),
            Recipients::Group { .. } => self.group(conversation),
        };
        let message = Arc::new(message_row(recorded, sent));
        let position = recorded.position;
        let row = SentRow {
            changed: position,
            changed_n: 0,
            message: Arc::clone(&message),
            deleted_at: None,
            recipients: i32::try_from(recipients).unwrap_or(i32::MAX),
            delivered_to: 0,
            read_by: 0,
        };
        self.sent.insert((sent.sender, position), row.clone());
        changes.push(Change {
            owner: sent.sender,
            row: Row::Sent(row),
        });
        for receiver in &receivers {
            let row = InboxRow {
                changed: position,
                changed_n: 0,
                message: Arc::clone(&message),
                read_at: None,
                delivered_at: None,
                deleted_at: None,
            };
            // As the real table would refuse it: nothing is received twice.
            self.inbox
                .entry((*receiver, position))
                .or_insert_with(|| row.clone());
            changes.push(Change {
                owner: *receiver,
                row: Row::Inbox(row),
            });
        }
        let everybody = receivers.iter().map(|receiver| (*receiver, 1));
        for (owner, unread) in std::iter::once((sent.sender, 0)).chain(everybody) {
            let row = self.talk(owner, &message, unread, &people);
            changes.push(Change {
                owner,
                row: Row::Conversation(row),
            });
        }
    }

    fn talk(
        &mut self,
        owner: AccountId,
        message: &Arc<MessageRow>,
        unread: i32,
        people: &People,
    ) -> ConversationRow {
        let row = self
            .conversations
            .entry((owner, message.conversation_id))
            .or_insert_with(|| {
                new_conversation(message.conversation_id, people.clone(), message.sent_at)
            });
        row.changed = message.position;
        row.changed_n = 1;
        row.unread += unread;
        row.archived = false;
        row.last = Some(Arc::clone(message));
        row.updated_at = message.sent_at;
        row.clone()
    }

    /// An event that is not a message being sent.
    pub(crate) fn apply(&mut self, recorded: &Recorded, event: &Opened, dirty: &mut Dirty) {
        let at = At {
            position: recorded.position,
            time: recorded.recorded_at,
        };
        let owner = || {
            let (owner, _) = recorded.aggregate_id.split_once(':')?;
            owner.parse::<AccountId>().ok()
        };
        match event {
            Event::Message(message::Event::Edited(edited)) => self.edit(at, edited, dirty),
            Event::Message(message::Event::Unsent(unsent)) => self.unsend(at, unsent, dirty),
            Event::Group(event) => {
                if let Ok(group) = recorded.aggregate_id.parse() {
                    self.change_group(at, group, event, dirty);
                }
            }
            Event::Box(event) => {
                if let Some(owner) = owner() {
                    self.change_box(at, owner, event);
                    dirty.insert(owner);
                }
            }
            Event::Marks(event) => {
                if let Some(owner) = owner() {
                    self.mark(at, owner, event, dirty);
                }
            }
            Event::Message(message::Event::Sent(_)) | Event::Account(_) | Event::Audit(_) => {}
        }
    }

    fn edit(&mut self, at: At, edited: &Edited<Option<Content>>, dirty: &mut Dirty) {
        let receivers = self.receivers(&edited.recipients, edited.conversation.0, edited.position);
        let now = self.members(edited.conversation.0).unwrap_or_default();
        let is_group = edited.recipients.is_group();
        let still_there = receivers
            .into_iter()
            .filter(|receiver| !is_group || now.contains(receiver));
        let change = |message: &mut MessageRow| {
            let content = edited.content.clone().unwrap_or_default();
            message.subject = Some(content.subject);
            message.body = Some(content.body);
            message.edited_at = Some(at.time);
        };
        let owners: Vec<AccountId> = still_there.chain([edited.sender]).collect();
        self.rewrite(
            at,
            edited.position,
            edited.conversation.0,
            &owners,
            dirty,
            change,
        );
    }

    fn unsend(&mut self, at: At, unsent: &message::Unsent, dirty: &mut Dirty) {
        let receivers = self.receivers(&unsent.recipients, unsent.conversation.0, unsent.position);
        let change = |message: &mut MessageRow| {
            message.subject = None;
            message.body = None;
            message.attachments = None;
            message.unsent_at = Some(at.time);
        };
        let owners: Vec<AccountId> = receivers.into_iter().chain([unsent.sender]).collect();
        self.rewrite(
            at,
            unsent.position,
            unsent.conversation.0,
            &owners,
            dirty,
            change,
        );
    }

    /// Changes a message in some mailboxes, unless it was taken back.
    fn rewrite(
        &mut self,
        at: At,
        position: i64,
        conversation: Uuid,
        owners: &[AccountId],
        dirty: &mut Dirty,
        change: impl Fn(&mut MessageRow),
    ) {
        for owner in owners {
            let key = (*owner, position);
            let inbox = self.inbox.get_mut(&key);
            let inbox = inbox.map(|row| (&mut row.changed, &mut row.changed_n, &mut row.message));
            let sent = self.sent.get_mut(&key);
            let sent = sent.map(|row| (&mut row.changed, &mut row.changed_n, &mut row.message));
            for (changed, changed_n, message) in inbox.into_iter().chain(sent) {
                if message.unsent_at.is_none() {
                    change(Arc::make_mut(message));
                    (*changed, *changed_n) = (at.position, 0);
                    dirty.insert(*owner);
                }
            }
            if let Some(row) = self.conversations.get_mut(&(*owner, conversation))
                && let Some(last) = &mut row.last
                && last.position == position
                && last.unsent_at.is_none()
            {
                change(Arc::make_mut(last));
                (row.changed, row.changed_n) = (at.position, 1);
            }
        }
    }

    fn receivers(&self, recipients: &Recipients, group: Uuid, position: i64) -> Vec<AccountId> {
        match recipients {
            Recipients::People(people) => people.clone(),
            Recipients::Group { .. } => {
                let members = self.memberships.get(&group).into_iter().flatten();
                members
                    .filter(|member| {
                        member.since < position && member.until.is_none_or(|until| until > position)
                    })
                    .map(|member| member.account)
                    .collect()
            }
        }
    }

    fn change_group(
        &mut self,
        at: At,
        group: Uuid,
        event: &group::Event<Option<String>>,
        dirty: &mut Dirty,
    ) {
        match event {
            group::Event::Started(started) => {
                self.memberships.insert(group, Vec::new());
                for member in started.members.iter() {
                    self.come(at, group, member.account, member.role);
                }
            }
            group::Event::MemberAdded(added) => self.come(at, group, added.member, added.role),
            group::Event::MemberRemoved(removed) => {
                self.go(at, group, removed.member);
                dirty.insert(removed.member);
            }
            group::Event::Renamed(_) | group::Event::RoleChanged(_) => {}
        }
        let people = self.group(group);
        for member in self.members(group).unwrap_or_default() {
            if let Some(row) = self.conversations.get_mut(&(member, group)) {
                (row.changed, row.changed_n, row.updated_at) = (at.position, 0, at.time);
                dirty.insert(member);
            }
        }
        // The real rows look at one group.
        for ((_, conversation), row) in &mut self.conversations {
            if *conversation == group {
                row.people = people.clone();
            }
        }
    }

    fn come(&mut self, at: At, group: Uuid, account: AccountId, role: Role) {
        self.memberships.entry(group).or_default().push(Membership {
            account,
            role,
            since: at.position,
            until: None,
        });
        let people = self.group(group);
        let row = self
            .conversations
            .entry((account, group))
            .or_insert_with(|| {
                let mut row = new_conversation(group, people, at.time);
                row.changed = at.position;
                row
            });
        row.left_at = None;
    }

    fn go(&mut self, at: At, group: Uuid, account: AccountId) {
        let memberships = self.memberships.get_mut(&group).into_iter().flatten();
        for membership in memberships.filter(|it| it.account == account && it.until.is_none()) {
            membership.until = Some(at.position);
        }
        if let Some(row) = self.conversations.get_mut(&(account, group)) {
            (row.changed, row.changed_n) = (at.position, 0);
            (row.left_at, row.updated_at) = (Some(at.time), at.time);
        }
    }

    fn group(&self, group: Uuid) -> People {
        let members = self.memberships.get(&group).into_iter().flatten();
        let now: Vec<serde_json::Value> = members
            .filter(|member| member.until.is_none())
            .map(|member| {
                serde_json::json!({
                    "id": member.account, "username": "", "role": member.role.name()
                })
            })
            .collect();
        People::Group(Arc::new(GroupRow {
            title: Some(String::new()),
            member_count: i32::try_from(now.len()).unwrap_or(i32::MAX),
            members: serde_json::Value::Array(now).to_string(),
        }))
    }

    fn change_box(&mut self, at: At, owner: AccountId, event: &boxes::Event) {
        match event {
            boxes::Event::Deleted(messages) => self.put(at, owner, messages, Some(at.time)),
            boxes::Event::Restored(messages) => self.put(at, owner, messages, None),
            boxes::Event::Archived(view) => self.archive(at, owner, view.conversation.0, true),
            boxes::Event::Unarchived(view) => self.archive(at, owner, view.conversation.0, false),
            boxes::Event::Blocked(person) => {
                self.blocks.insert((owner, person.account));
            }
            boxes::Event::Unblocked(person) => {
                self.blocks.remove(&(owner, person.account));
            }
            boxes::Event::Muted(_) | boxes::Event::Unmuted(_) => {}
        }
    }

    fn archive(&mut self, at: At, owner: AccountId, conversation: Uuid, archived: bool) {
        if let Some(row) = self.conversations.get_mut(&(owner, conversation))
            && row.archived != archived
        {
            (row.changed, row.changed_n, row.archived) = (at.position, 0, archived);
        }
    }

    /// Out of sight at a time, or back.
    fn put(
        &mut self,
        at: At,
        owner: AccountId,
        messages: &Messages,
        deleted: Option<DateTime<Utc>>,
    ) {
        let Messages { which, positions } = messages;
        let mut touched = Touched::default();
        for position in in_order(positions) {
            let key = (owner, position);
            match which {
                Which::Inbox => {
                    if let Some(row) = self.inbox.get_mut(&key)
                        && row.deleted_at.is_some() != deleted.is_some()
                    {
                        row.deleted_at = deleted;
                        (row.changed, row.changed_n) = (at.position, touched.rows);
                        let sign = if deleted.is_some() { -1 } else { 1 };
                        let counts = i32::from(row.read_at.is_none());
                        touched.add(row.message.conversation_id, sign * counts);
                    }
                }
                Which::Sent => {
                    if let Some(row) = self.sent.get_mut(&key)
                        && row.deleted_at.is_some() != deleted.is_some()
                    {
                        row.deleted_at = deleted;
                        (row.changed, row.changed_n) = (at.position, touched.rows);
                        touched.add(row.message.conversation_id, 0);
                    }
                }
            }
        }
        self.look_again(at, owner, touched);
    }

    fn look_again(&mut self, at: At, owner: AccountId, touched: Touched) {
        for (n, (conversation, unread)) in (0..).zip(touched.conversations) {
            let last = self.newest(owner, conversation);
            if let Some(row) = self.conversations.get_mut(&(owner, conversation)) {
                row.unread += unread;
                (row.changed, row.changed_n) = (at.position, touched.rows + n);
                row.updated_at = last.as_ref().map_or(row.updated_at, |last| last.sent_at);
                row.last = last;
            }
        }
    }

    fn newest(&self, owner: AccountId, conversation: Uuid) -> Option<Arc<MessageRow>> {
        let inbox = self.inbox_of(owner).filter(|row| row.deleted_at.is_none());
        let sent = self.sent_of(owner).filter(|row| row.deleted_at.is_none());
        inbox
            .map(|row| &row.message)
            .chain(sent.map(|row| &row.message))
            .filter(|message| message.conversation_id == conversation)
            .max_by_key(|message| message.position)
            .cloned()
    }

    fn mark(&mut self, at: At, owner: AccountId, event: &marks::Event, dirty: &mut Dirty) {
        match event {
            marks::Event::Read(received) => {
                dirty.insert(owner);
                let mut touched = Touched::default();
                let positions: Vec<i64> = received
                    .from
                    .iter()
                    .flat_map(|from| from.positions.clone())
                    .collect();
                for position in in_order(&positions) {
                    if let Some(row) = self.inbox.get_mut(&(owner, position))
                        && row.read_at.is_none()
                    {
                        row.read_at = Some(at.time);
                        row.delivered_at.get_or_insert(at.time);
                        (row.changed, row.changed_n) = (at.position, touched.rows);
                        let counts = i32::from(row.deleted_at.is_none());
                        touched.add(row.message.conversation_id, -counts);
                    }
                }
                self.count(at, owner, touched);
                self.receipts(at, owner, received, dirty);
            }
            marks::Event::Unread(own) => {
                dirty.insert(owner);
                let mut touched = Touched::default();
                for position in in_order(&own.positions) {
                    if let Some(row) = self.inbox.get_mut(&(owner, position))
                        && row.read_at.is_some()
                    {
                        row.read_at = None;
                        (row.changed, row.changed_n) = (at.position, touched.rows);
                        let counts = i32::from(row.deleted_at.is_none());
                        touched.add(row.message.conversation_id, counts);
                    }
                }
                self.count(at, owner, touched);
            }
            marks::Event::Delivered(_) => {}
        }
    }

    fn count(&mut self, at: At, owner: AccountId, touched: Touched) {
        let moved = touched.conversations.into_iter();
        for (n, (conversation, unread)) in (0..).zip(moved.filter(|(_, unread)| *unread != 0)) {
            if let Some(row) = self.conversations.get_mut(&(owner, conversation)) {
                row.unread += unread;
                (row.changed, row.changed_n) = (at.position, touched.rows + n);
            }
        }
    }

    fn receipts(
        &mut self,
        at: At,
        reader: AccountId,
        received: &marks::Received,
        dirty: &mut Dirty,
    ) {
        let mut next: BTreeMap<AccountId, i32> = BTreeMap::new();
        let pairs = received.from.iter().flat_map(|from| {
            let positions = from.positions.iter();
            positions.map(|position| (from.sender, *position))
        });
        let pairs: BTreeSet<(AccountId, i64)> = pairs.collect();
        for (sender, position) in pairs {
            let Some(row) = self.sent.get_mut(&(sender, position)) else {
                continue;
            };
            let arrives = self.receipts.insert((position, reader, Mark::Delivered));
            let reads = self.receipts.insert((position, reader, Mark::Read));
            if arrives || reads {
                row.delivered_to += i32::from(arrives);
                row.read_by += i32::from(reads);
                let n = next.entry(sender).or_default();
                (row.changed, row.changed_n) = (at.position, *n);
                *n += 1;
                dirty.insert(sender);
            }
        }
    }
}

impl Touched {
    fn add(&mut self, conversation: Uuid, unread: i32) {
        self.rows += 1;
        *self.conversations.entry(conversation).or_default() += unread;
    }
}

fn in_order(positions: &[i64]) -> BTreeSet<i64> {
    positions.iter().copied().collect()
}

fn message_row(recorded: &Recorded, sent: &Sent<Option<Content>>) -> MessageRow {
    let content = sent.content.as_ref();
    MessageRow {
        position: recorded.position,
        message_id: recorded.aggregate_id.parse().unwrap_or_default(),
        conversation_id: sent.conversation.0,
        sender_id: sent.sender.0,
        sender_name: sent.sender.to_string(),
        subject: content.map(|content| content.subject.clone()),
        body: content.map(|content| content.body.clone()),
        attachments: None,
        reply_to: sent.reply_to.map(Uuid::from),
        sent_at: recorded.recorded_at,
        edited_at: None,
        unsent_at: None,
    }
}

fn new_conversation(id: Uuid, people: People, at: DateTime<Utc>) -> ConversationRow {
    ConversationRow {
        conversation_id: id,
        changed: 0,
        changed_n: 0,
        people,
        unread: 0,
        archived: false,
        muted: false,
        last: None,
        left_at: None,
        updated_at: at,
    }
}

/// As `readmodel.last_conversation` keeps the two of a direct conversation. Nobody registers here, so everybody is called by
/// their id.
fn direct(sender: AccountId, recipients: &[AccountId]) -> String {
    let mut members: Vec<AccountId> = recipients.iter().copied().chain([sender]).collect();
    members.sort_unstable();
    let members = members
        .iter()
        .map(|id| format!(r#"{{"id":"{id}","username":"{id}"}}"#));
    format!("[{}]", members.collect::<Vec<_>>().join(","))
}
