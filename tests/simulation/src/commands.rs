//! What people do, and what api handlers do around an append: an unknown outcome is asked again under the same ids, and a
//! message that is there already is an answer.

use domain::{
    AccountId, ConversationId, Day, Event, MessageId, Metadata, Opened, Sealed,
    boxes::{self, Messages, Which},
    conversation,
    group::{self, Member, MemberAdded, MemberRemoved, Members, Role, Started},
    marks::{self, Own, Received},
    message::{self, Content, Edited, Recipients, Sent, Unsent},
};
use eventlog::{AppendError, Claim, Command, Expect, Idempotency, NewEvent, Outcome};
use uuid::Uuid;

use crate::{dice::Dice, turns::Part, world::World};

/// What became of everybody's commands.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub entries: Vec<(Uuid, Fate)>,
    /// People who are not done.
    pub busy: u64,
}

/// What became of a command, as its client knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is kept, from this position on.
    Acknowledged(i64),
    /// It was not.
    Refused,
    /// Nobody said.
    Unknown,
}

/// A wish: it makes the same command again.
struct Wish {
    id: Uuid,
    /// With an idempotency key, or an id of its own, so that it may be repeated.
    is_repeatable: bool,
    message: Option<MessageId>,
    what: What,
    by: AccountId,
    expects: Option<(ConversationId, i64)>,
    claim: Option<String>,
}

enum What {
    Message(String, i64, message::Event<Content>),
    Group(ConversationId, i64, group::Event<String>),
    Box(boxes::Event),
    Marks(marks::Event),
}

/// Does a number of things, one after the other.
pub(crate) async fn live(world: World, person: usize, things: u64, mut dice: Dice) {
    for _ in 0..things {
        let _ = world
            .turns
            .take((Part::Client, 1_000 + person as u64, 1))
            .await;
        if let Some(wish) = wish(&world, person, &mut dice) {
            let fate = fulfil(&world, &wish, &mut dice).await;
            world.ledger().entries.push((wish.id, fate));
        }
    }
    world.ledger().busy -= 1;
}

async fn fulfil(world: &World, wish: &Wish, dice: &mut Dice) -> Fate {
    let mut is_known = true;
    for _ in 0..8 {
        let node = world.some_node(dice).await;
        let appended = node.log.append(wish.command());
        let outcome = match node.power.run_until_cancelled(appended).await {
            Some(outcome) => outcome,
            None => Err(AppendError::Unavailable),
        };
        match outcome {
            Ok(Outcome::Appended(appended)) => return Fate::Acknowledged(appended.first_position),
            Ok(Outcome::Replayed(first)) => {
                return Fate::Acknowledged(first.appended.first_position);
            }
            Ok(Outcome::Conflict | Outcome::Claimed) => return wish.is_there(world, is_known),
            Err(AppendError::Unavailable) => {
                is_known = false;
                if !wish.is_repeatable || dice.once_in(8) {
                    return Fate::Unknown;
                }
            }
            Err(AppendError::Busy) => {}
            Err(error) => {
                world.find(format!("a command was refused: {error}"));
                return Fate::Refused;
            }
        }
        let _ = world
            .turns
            .take((Part::Client, 2_000, wish.id.as_u64_pair().0))
            .await;
    }
    if is_known {
        Fate::Refused
    } else {
        Fate::Unknown
    }
}

impl Wish {
    /// Where a stream had moved on: whether it was this very wish that moved it.
    fn is_there(&self, world: &World, is_known: bool) -> Fate {
        let first = self
            .message
            .filter(|_| matches!(self.what, What::Message(_, 1, _)))
            .and_then(|id| world.journal.first_of("message", &id.to_string()));
        match first {
            Some(first) => Fate::Acknowledged(first.position),
            None if is_known => Fate::Refused,
            None => Fate::Unknown,
        }
    }

    fn command(&self) -> Command {
        let metadata = Metadata {
            actor: Some(self.by),
            command: Some(self.id),
            ..Metadata::default()
        };
        let event = match &self.what {
            What::Message(id, sequence, event) => sealed_message(id, *sequence, event, &metadata),
            What::Group(id, sequence, event) => sealed_group(*id, *sequence, event, &metadata),
            What::Box(event) => NewEvent::new("box", self.day(), 0, event, &metadata),
            What::Marks(event) => NewEvent::new("marks", self.day(), 0, event, &metadata),
        };
        let idempotency = (self.is_repeatable && self.message.is_none()).then(|| Idempotency {
            account: self.by,
            key_hash: self.id.as_bytes().to_vec(),
            fingerprint: vec![1],
            status: 204,
            result: "{}".to_owned(),
        });
        let claims = self.claim.iter().map(|name| Claim {
            kind: "name",
            key: name.clone(),
            account: self.by,
            label: None,
        });
        let expects = self.expects.iter().map(|(group, sequence)| Expect {
            aggregate_type: "conversation",
            aggregate_id: group.to_string(),
            sequence: *sequence,
        });
        Command {
            events: vec![event.expect("an event is JSON")],
            claims: claims.collect(),
            expects: expects.collect(),
            idempotency,
            ..Command::default()
        }
    }

    fn day(&self) -> String {
        Day::of(chrono::DateTime::UNIX_EPOCH).stream_of(self.by)
    }
}

/// In this world a seal hides nothing: whoever compares texts can read them.
fn seal(text: &str) -> Sealed {
    Sealed {
        key: Uuid::nil(),
        sealed: text.to_owned(),
    }
}

fn sealed_message(
    id: &str,
    sequence: i64,
    event: &message::Event<Content>,
    metadata: &Metadata,
) -> serde_json::Result<NewEvent> {
    let sealed: message::Event = match event.clone() {
        message::Event::Sent(sent) => message::Event::Sent(Sent {
            sender: sent.sender,
            conversation: sent.conversation,
            recipients: sent.recipients,
            reply_to: sent.reply_to,
            content: seal(&sent.content.body),
        }),
        message::Event::Edited(edited) => message::Event::Edited(Edited {
            sender: edited.sender,
            conversation: edited.conversation,
            recipients: edited.recipients,
            position: edited.position,
            content: seal(&edited.content.body),
        }),
        message::Event::Unsent(unsent) => message::Event::Unsent(unsent),
    };
    NewEvent::new("message", id.to_owned(), sequence, &sealed, metadata)?.opened_as(event)
}

fn sealed_group(
    id: ConversationId,
    sequence: i64,
    event: &group::Event<String>,
    metadata: &Metadata,
) -> serde_json::Result<NewEvent> {
    let id = id.to_string();
    match event {
        group::Event::Started(started) => {
            let sealed: group::Event = group::Event::Started(Started {
                title: seal(&started.title),
                members: started.members.clone(),
            });
            NewEvent::new("conversation", id, sequence, &sealed, metadata)?.opened_as(event)
        }
        other => NewEvent::new("conversation", id, sequence, other, metadata),
    }
}

/// What somebody wants, if there is anything to be wanted.
fn wish(world: &World, person: usize, dice: &mut Dice) -> Option<Wish> {
    let by = world.people[person].account;
    let id = dice.id();
    match dice.roll(20) {
        0..8 => send(world, by, id, dice),
        8 => start(world, by, id, dice),
        9 | 10 => change_group(world, by, id, dice),
        11..15 => mark(world, by, id, dice),
        15 | 16 => put(world, by, id, dice),
        17 => view(world, by, id, dice),
        _ => rewrite(world, by, id, dice),
    }
}

fn wish_of(by: AccountId, id: Uuid, what: What) -> Wish {
    Wish {
        id,
        is_repeatable: true,
        message: None,
        what,
        by,
        expects: None,
        claim: None,
    }
}

fn send(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let (conversation, recipients, expects) = match somebodys_group(world, by, dice) {
        Some((group, membership, _)) if dice.once_in(2) => {
            let recipients = Recipients::Group { membership };
            (group, recipients, Some((group, membership)))
        }
        _ => {
            let other = dice.one_of(&world.people)?.account;
            let recipients = if other == by { vec![] } else { vec![other] };
            let conversation = conversation::id_of(&[by, other]);
            (conversation, Recipients::People(recipients), None)
        }
    };
    let message = MessageId(dice.id());
    let content = Content {
        body: format!("{message}"),
        ..Content::default()
    };
    let event = message::Event::Sent(Sent {
        sender: by,
        conversation,
        recipients,
        reply_to: None,
        content,
    });
    Some(Wish {
        message: Some(message),
        expects,
        ..wish_of(by, id, What::Message(message.to_string(), 1, event))
    })
}

fn start(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let group = ConversationId(dice.id());
    let other = dice.one_of(&world.people)?.account;
    let maker = Member {
        account: by,
        role: Role::Owner,
    };
    let guest = Member {
        account: other,
        role: Role::Member,
    };
    let guests = (other != by).then_some(guest);
    let event = group::Event::Started(Started {
        title: String::new(),
        members: std::iter::once(maker).chain(guests).collect(),
    });
    Some(Wish {
        claim: Some(format!("group {}", dice.roll(4))),
        ..wish_of(by, id, What::Group(group, 1, event))
    })
}

fn change_group(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let (group, length, members) = somebodys_group(world, by, dice)?;
    let member = dice.one_of(&world.people)?.account;
    let event = if members.role(member).is_some() {
        group::Event::MemberRemoved(MemberRemoved { member })
    } else {
        group::Event::MemberAdded(MemberAdded {
            member,
            role: Role::Member,
        })
    };
    Some(wish_of(by, id, What::Group(group, length + 1, event)))
}

/// A group that somebody is in, the length of its stream, and who else is.
fn somebodys_group(
    world: &World,
    by: AccountId,
    dice: &mut Dice,
) -> Option<(ConversationId, i64, Members)> {
    let mut groups: Vec<(ConversationId, i64, Members)> = Vec::new();
    world.journal.each(|entry| {
        let recorded = &entry.recorded;
        if recorded.aggregate_type != "conversation" {
            return;
        }
        let (Ok(id), Ok(Event::Group(event))) = (
            recorded.aggregate_id.parse(),
            Opened::read(&recorded.name, &recorded.version, recorded.data.get()),
        ) else {
            return;
        };
        let found = groups.iter_mut().find(|(group, ..)| *group == id);
        if let Some((_, length, members)) = found {
            *length = entry.sequence;
            members.apply(&event);
        } else {
            let mut members = Members::default();
            members.apply(&event);
            groups.push((id, entry.sequence, members));
        }
    });
    groups.retain(|(.., members)| members.role(by).is_some());
    dice.one_of(&groups).cloned()
}

fn mark(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let is_read = !dice.once_in(4);
    let received: Vec<(AccountId, i64)> = world.tables.with(|_, rows| {
        let rows = rows.inbox_of(by);
        let rows = rows.filter(|row| row.read_at.is_none() == is_read);
        rows.map(|row| (AccountId(row.message.sender_id), row.message.position))
            .collect()
    });
    let mut chosen: Vec<(AccountId, i64)> = Vec::new();
    for one in received {
        if dice.once_in(2) {
            chosen.push(one);
        }
    }
    let event = match chosen.first() {
        None => return None,
        Some(_) if is_read => {
            let mut from: Vec<marks::From> = Vec::new();
            for (sender, position) in chosen {
                match from.iter_mut().find(|from| from.sender == sender) {
                    Some(from) => from.positions.push(position),
                    None => from.push(marks::From {
                        sender,
                        positions: vec![position],
                    }),
                }
            }
            marks::Event::Read(Received { from })
        }
        Some(_) => marks::Event::Unread(Own {
            positions: chosen.into_iter().map(|(_, position)| position).collect(),
        }),
    };
    Some(Wish {
        is_repeatable: !dice.once_in(3),
        ..wish_of(by, id, What::Marks(event))
    })
}

fn put(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let which = if dice.once_in(2) {
        Which::Inbox
    } else {
        Which::Sent
    };
    let is_deleted = !dice.once_in(3);
    let positions: Vec<i64> = world.tables.with(|_, rows| match which {
        Which::Inbox => {
            let rows = rows.inbox_of(by);
            rows.filter(|row| row.deleted_at.is_none() == is_deleted)
                .map(|row| row.message.position)
                .collect()
        }
        Which::Sent => {
            let rows = rows.sent_of(by);
            rows.filter(|row| row.deleted_at.is_none() == is_deleted)
                .map(|row| row.message.position)
                .collect()
        }
    });
    let positions = vec![*dice.one_of(&positions)?];
    let messages = Messages { which, positions };
    let event = if is_deleted {
        boxes::Event::Deleted(messages)
    } else {
        boxes::Event::Restored(messages)
    };
    Some(Wish {
        is_repeatable: !dice.once_in(3),
        ..wish_of(by, id, What::Box(event))
    })
}

fn view(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let conversations: Vec<Uuid> = world.tables.with(|_, rows| {
        let rows = rows.conversations_of(by);
        rows.map(|row| row.conversation_id).collect()
    });
    let conversation = boxes::Conversation {
        conversation: ConversationId(*dice.one_of(&conversations)?),
    };
    let person = boxes::Person {
        account: dice.one_of(&world.people)?.account,
    };
    let event = match dice.roll(4) {
        0 => boxes::Event::Archived(conversation),
        1 => boxes::Event::Unarchived(conversation),
        2 if person.account != by => boxes::Event::Blocked(person),
        _ => boxes::Event::Unblocked(person),
    };
    Some(wish_of(by, id, What::Box(event)))
}

/// Another text, or none any more.
fn rewrite(world: &World, by: AccountId, id: Uuid, dice: &mut Dice) -> Option<Wish> {
    let mut own: Vec<(String, i64, Sent<Option<Content>>)> = Vec::new();
    world.journal.each(|entry| {
        let recorded = &entry.recorded;
        if recorded.aggregate_type != "message" {
            return;
        }
        match Opened::read(&recorded.name, &recorded.version, recorded.data.get()) {
            Ok(Event::Message(message::Event::Sent(sent))) if sent.sender == by => {
                own.push((recorded.aggregate_id.clone(), recorded.position, sent));
            }
            // Nothing can be done with it any more.
            Ok(Event::Message(message::Event::Unsent(unsent))) => {
                own.retain(|(_, position, _)| *position != unsent.position);
            }
            _ => {}
        }
    });
    let (message, position, sent) = dice.one_of(&own)?;
    let sequence = world.journal.length("message", message) + 1;
    let event = if dice.once_in(3) {
        message::Event::Unsent(Unsent {
            sender: by,
            conversation: sent.conversation,
            recipients: sent.recipients.clone(),
            position: *position,
        })
    } else {
        message::Event::Edited(Edited {
            sender: by,
            conversation: sent.conversation,
            recipients: sent.recipients.clone(),
            position: *position,
            content: Content {
                body: format!("edited {id}"),
                ..Content::default()
            },
        })
    };
    Some(wish_of(
        by,
        id,
        What::Message(message.clone(), sequence, event),
    ))
}
