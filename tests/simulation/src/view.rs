//! What one device shows: rows as its stream told them, each where its id says.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AccountId,
    mailbox::{Conversation, InboxItem, Row, SentItem},
};
use eventlog::{Token, Tokens};

use crate::{rows::Rows, tables::place};

/// A device's mailbox.
#[derive(Debug)]
pub(crate) struct View {
    pub owner: AccountId,
    items: BTreeMap<String, Told>,
    new: BTreeSet<String>,
    place: Token,
    /// Where it has come to, as its stream calls it.
    pub id: String,
    unread: i64,
    /// What has come of a frame that is not whole yet.
    rest: String,
}

/// An item as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    place: Token,
    /// JSON.
    text: String,
}

impl View {
    /// As the tables are now: what a client asks for before it opens its stream.
    pub(crate) fn of(owner: AccountId, checkpoint: i64, rows: &Rows, tokens: &Tokens) -> Self {
        let place = Token::after(checkpoint);
        let items = shown(rows.of(owner));
        Self {
            owner,
            new: items.keys().cloned().collect(),
            items,
            place,
            id: tokens.write(place),
            unread: rows.unread(owner),
            rest: String::new(),
        }
    }

    /// A stream begins, or begins again: what was not whole is gone.
    pub(crate) fn reconnect(&mut self) {
        self.rest.clear();
    }

    /// Takes what the stream says. What must not be said is an error.
    pub(crate) fn hear(&mut self, bytes: &[u8], tokens: &Tokens) -> Result<(), String> {
        self.rest.push_str(&String::from_utf8_lossy(bytes));
        while let Some((block, rest)) = self.rest.split_once("\n\n") {
            let (block, rest) = (block.to_owned(), rest.to_owned());
            self.rest = rest;
            self.take(&block, tokens)?;
        }
        Ok(())
    }

    fn take(&mut self, block: &str, tokens: &Tokens) -> Result<(), String> {
        let field = |name: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let (Some(event), Some(data)) = (field("event"), field("data")) else {
            return Ok(());
        };
        let item = match event {
            "message.new" | "message.changed" => Some(item_in(data)),
            "conversation.changed" => Some(conversation_in(data)),
            "unread" => {
                self.unread = unread_in(data).ok_or_else(|| format!("unreadable: {data}"))?;
                None
            }
            "hello" => None,
            other => return Err(format!("a device was told {other}: {data}")),
        };
        let Some(item) = item else { return Ok(()) };
        let (key, text) = item.ok_or_else(|| format!("unreadable: {data}"))?;
        let id = field("id").ok_or("a row without an id")?;
        let place = tokens.read(id).map_err(|error| error.to_string())?;
        if place <= self.place {
            return Err(format!("{place:?} was told after {:?}: {data}", self.place));
        }
        if event == "message.new" && !self.new.insert(key.clone()) {
            return Err(format!("an item was new twice: {data}"));
        }
        self.place = place;
        id.clone_into(&mut self.id);
        self.items.insert(key, Told { place, text });
        Ok(())
    }

    /// What it shows that the tables do not hold, or the other way round.
    pub(crate) fn difference(&self, rows: &Rows) -> Option<String> {
        let owner = self.owner;
        let unread = rows.unread(owner);
        if self.unread != unread {
            let mine = self.unread;
            return Some(format!("{owner} shows {mine} unread, the tables {unread}"));
        }
        let held = shown(rows.of(owner));
        for (key, told) in &held {
            if self.items.get(key) != Some(told) {
                let mine = self.items.get(key);
                return Some(format!(
                    "{owner} shows {mine:?} of {key}, the tables {told:?}"
                ));
            }
        }
        if let Some(key) = self.items.keys().find(|key| !held.contains_key(*key)) {
            return Some(format!("{owner} shows {key}, which no table holds"));
        }
        None
    }
}

/// What a mailbox shows, by what it is.
#[must_use]
pub fn shown(rows: Vec<Row>) -> BTreeMap<String, Told> {
    rows.into_iter()
        .map(|row| {
            let place = place(&row);
            let (key, text) = written(row);
            (key, Told { place, text })
        })
        .collect()
}

fn written(row: Row) -> (String, String) {
    match row {
        Row::Inbox(row) => {
            let key = format!("inbox {}", row.message.message_id);
            let item = serde_json::to_string(&InboxItem::from(row));
            (key, item.unwrap_or_default())
        }
        Row::Sent(row) => {
            let key = format!("sent {}", row.message.message_id);
            let item = serde_json::to_string(&SentItem::from(row));
            (key, item.unwrap_or_default())
        }
        Row::Conversation(row) => {
            let key = format!("conversation {}", row.conversation_id);
            // Whoever is out of a group hears nothing more of it: what it is called, who is in it.
            let is_out = row.left_at.is_some();
            let item = serde_json::to_string(&Conversation::from(row));
            (key, conversation_text(is_out, item.unwrap_or_default()))
        }
    }
}

fn conversation_text(is_out: bool, text: String) -> String {
    if is_out { String::from("left") } else { text }
}

/// `{"type":…,"occurred_at":…,"box":"inbox","message":{"id":"…",…},…}`.
fn item_in(data: &str) -> Option<(String, String)> {
    let (_, rest) = data.split_once(r#""box":""#)?;
    let (mailbox, rest) = rest.split_once(r#"","#)?;
    let (_, id) = rest.split_once(r#""id":""#)?;
    Some((format!("{mailbox} {}", id.get(..36)?), format!("{{{rest}")))
}

/// `{"type":…,"occurred_at":…,"conversation":{"id":"…",…}}`.
fn conversation_in(data: &str) -> Option<(String, String)> {
    let (_, rest) = data.split_once(r#""conversation":"#)?;
    let text = rest.strip_suffix('}')?;
    let (_, id) = text.split_once(r#""id":""#)?;
    let is_out = !text.contains(r#""left_at":null"#);
    let key = format!("conversation {}", id.get(..36)?);
    Some((key, conversation_text(is_out, text.to_owned())))
}

fn unread_in(data: &str) -> Option<i64> {
    let (_, rest) = data.split_once(r#""total":"#)?;
    rest.trim_end_matches('}').parse().ok()
}
