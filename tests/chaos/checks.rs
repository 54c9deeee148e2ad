//! What has to be true afterwards, each a check of its own.

mod copy;
mod files;
mod histories;
mod model;
mod operators;
mod order;
mod own_views;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::{Context, bail, ensure};
use house::{House, until};
use serde_json::Value;
use uuid::Uuid;

pub use self::{
    copy::the_stream_is_a_copy_of_the_log,
    files::files_are_whole_or_gone,
    histories::{
        acknowledged_deeds_are_in_the_log_once, keep, reads_with_a_token_were_new_enough,
        the_log_is_in_real_time_order,
    },
    model::tables_are_what_the_log_says,
    operators::{
        a_rebuild_would_change_nothing, every_look_was_right, signed_heads_agree,
        the_doctor_finds_nothing,
    },
    order::a_conversation_has_one_order,
    own_views::everybody_sees_the_view_they_chose,
};
use super::{
    ledger::{Ledger, Mark},
    mirror::{Mirror, State},
};

/// Everybody's mailbox, as `GET` shows it.
pub struct Boxes(BTreeMap<String, Mailbox>);

#[derive(Debug)]
struct Mailbox {
    inbox: Vec<Value>,
    sent: Vec<Value>,
    conversations: Vec<Value>,
    unread: i64,
}

impl Boxes {
    pub async fn read(mirrors: &[Arc<Mirror>]) -> anyhow::Result<Self> {
        let mut boxes = BTreeMap::new();
        for mirror in mirrors {
            boxes.insert(mirror.person.username.clone(), Mailbox::of(mirror).await?);
        }
        Ok(Self(boxes))
    }

    fn of(&self, username: &str) -> anyhow::Result<&Mailbox> {
        self.0
            .get(username)
            .with_context(|| format!("nobody has read the mailbox of {username}"))
    }
}

impl Mailbox {
    async fn of(mirror: &Mirror) -> anyhow::Result<Self> {
        let person = &mirror.person;
        Ok(Self {
            inbox: person
                .all("/api/v1/inbox")
                .await?
                .into_iter()
                .map(without_arrival)
                .collect(),
            sent: person.all("/api/v1/sent").await?,
            conversations: person.all("/api/v1/conversations").await?,
            unread: person.inbox().await?["unread"]
                .as_i64()
                .context("no unread count")?,
        })
    }
}

/// Snapshot and events make what a `GET` shows: nothing is missing, nothing too much, everything in its latest state.
pub async fn streams_end_with_what_is_there(mirrors: &[Arc<Mirror>]) -> anyhow::Result<()> {
    for mirror in mirrors {
        // Looked at anew each time: marks of delivery come a little later.
        let is_equal = async || {
            let mailbox = Mailbox::of(mirror).await?;
            Ok(difference(&mirror.state(), &mailbox)
                .is_none()
                .then_some(()))
        };
        if let Err(error) = until("a stream has told everything", is_equal).await {
            let mailbox = Mailbox::of(mirror).await?;
            let difference = difference(&mirror.state(), &mailbox).unwrap_or_default();
            bail!(
                "{} heard something else than is there: {difference} ({error:#})",
                mirror.person.username
            );
        }
    }
    Ok(())
}

/// When a message arrived is told to its sender, not to the one with whom it arrived.
pub fn without_arrival(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.remove("delivered_at");
    }
    item
}

fn difference(heard: &State, there: &Mailbox) -> Option<String> {
    let lists = [
        (
            "inbox",
            visible(&heard.inbox),
            by_id(&there.inbox, "/message/id"),
        ),
        (
            "sent box",
            visible(&heard.sent),
            by_id(&there.sent, "/message/id"),
        ),
        (
            "conversations",
            heard
                .conversations
                .iter()
                .map(|(id, item)| (id.to_string(), item))
                .collect(),
            by_id(&there.conversations, "/id"),
        ),
    ];
    for (name, heard, there) in lists {
        let ids: BTreeSet<&String> = heard.keys().chain(there.keys()).collect();
        let mut differing = ids
            .into_iter()
            .filter(|id| heard.get(*id) != there.get(*id))
            .peekable();
        if let Some(first) = differing.peek().copied() {
            let (heard, there) = (heard.get(first), there.get(first));
            return Some(format!(
                "{} in the {name}, the first: heard {heard:?}, there is {there:?}",
                differing.count()
            ));
        }
    }
    let is_counted = heard.unread.is_none_or(|unread| unread == there.unread);
    (!is_counted).then(|| {
        format!(
            "unread: heard {:?}, there is {}",
            heard.unread, there.unread
        )
    })
}

fn visible(items: &BTreeMap<Uuid, Value>) -> BTreeMap<String, &Value> {
    items
        .iter()
        .filter(|(_, item)| item["deleted_at"].is_null())
        .map(|(id, item)| (id.to_string(), item))
        .collect()
}

fn by_id<'a>(items: &'a [Value], pointer: &str) -> BTreeMap<String, &'a Value> {
    items
        .iter()
        .map(|item| {
            (
                item.pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
                item,
            )
        })
        .collect()
}

/// Each in its receiver's inbox and in its sender's box, saying what it should; a deleted one in the table alone.
pub async fn acknowledged_messages_are_once_in_both_boxes(
    ledger: &Ledger,
    boxes: &Boxes,
    house: &House,
) -> anyhow::Result<()> {
    let hidden: Vec<Mark> = sqlx::query_as(
        "select a.username, i.message_id from readmodel.inbox i
         join readmodel.accounts a on a.account_id = i.owner_id where i.deleted_at is not null",
    )
    .fetch_all(&house.pool)
    .await?;
    let hidden: BTreeSet<Mark> = hidden.into_iter().collect();
    let items_of =
        |items: fn(&Mailbox) -> &Vec<Value>| -> BTreeMap<&str, BTreeMap<String, &Value>> {
            boxes
                .0
                .iter()
                .map(|(name, mailbox)| (name.as_str(), by_id(items(mailbox), "/message/id")))
                .collect()
        };
    let (inboxes, sent_boxes) = (
        items_of(|mailbox| &mailbox.inbox),
        items_of(|mailbox| &mailbox.sent),
    );
    let mut lost = Vec::new();
    for sent in ledger.acknowledged() {
        let key = sent.id.to_string();
        let in_sent = sent_boxes[sent.from.as_str()].get(&key).copied();
        let is_kept = in_sent.is_some_and(|item| says(item, sent.body.as_deref()));
        for receiver in &sent.to {
            let mark = (receiver.clone(), sent.id);
            let in_inbox = inboxes[receiver.as_str()].get(&key).copied();
            let is_hidden = ledger.deleted.contains(&mark);
            let is_received = match in_inbox {
                Some(item) => {
                    !is_hidden
                        && says(item, sent.body.as_deref())
                        && is_read_if_asked(ledger, &mark, item)
                }
                None => is_hidden && hidden.contains(&mark),
            };
            if !is_received || !is_kept {
                let history = history(sent.id, house).await?;
                lost.push(format!(
                    "{sent:?}, {receiver}: inbox {in_inbox:?}, sent box {in_sent:?}, deleted {is_hidden}, log {history:?}"
                ));
            }
        }
    }
    ensure!(
        lost.is_empty(),
        "{} acknowledged messages are not as they should be:\n{}",
        lost.len(),
        lost.join("\n")
    );
    Ok(())
}

/// What the log knows of a message.
async fn history(id: Uuid, house: &House) -> anyhow::Result<Vec<String>> {
    let events = sqlx::query_scalar(
        "select position || ' ' || event_type || ' ' || recorded_at from log.events where aggregate_id = $1 order by position",
    );
    Ok(events.bind(id.to_string()).fetch_all(&house.pool).await?)
}

fn says(item: &Value, body: Option<&str>) -> bool {
    let message = &item["message"];
    message["body"].as_str() == body && message["unsent_at"].is_null() == body.is_some()
}

fn is_read_if_asked(ledger: &Ledger, mark: &Mark, item: &Value) -> bool {
    !ledger.read.contains(mark) || !item["read_at"].is_null()
}

/// No message appears twice in a box, and none appears that nobody sent: one of an unknown fate once, or not at all.
pub fn nothing_is_there_twice_or_unasked(ledger: &Ledger, boxes: &Boxes) -> anyhow::Result<()> {
    for (username, mailbox) in &boxes.0 {
        for (name, items) in [("inbox", &mailbox.inbox), ("sent box", &mailbox.sent)] {
            let mut seen = BTreeSet::new();
            for item in items {
                let id: Uuid = item["message"]["id"].as_str().context("no id")?.parse()?;
                ensure!(seen.insert(id), "{id} is twice in the {name} of {username}");
                let sent = ledger
                    .sent
                    .get(&id)
                    .with_context(|| format!("nobody sent {id}, in the {name} of {username}"))?;
                let is_its = if name == "inbox" {
                    // Who comes and goes has what the log says, which is another check.
                    let may_be = ledger.guests.contains(username) && sent.to.len() > 1;
                    may_be || sent.to.contains(username)
                } else {
                    sent.from == *username
                };
                ensure!(is_its, "{sent:?} is in the {name} of {username}");
            }
        }
    }
    // What the sender's box has, each receiver's has as well.
    for sent in ledger.sent.values().filter(|sent| !sent.is_acknowledged) {
        let has = |items: &[Value]| {
            items
                .iter()
                .any(|item| item["message"]["id"] == sent.id.to_string())
        };
        let in_sent = has(&boxes.of(&sent.from)?.sent);
        for receiver in &sent.to {
            let in_inbox = has(&boxes.of(receiver)?.inbox);
            let is_hidden = ledger.deleted.contains(&(receiver.clone(), sent.id));
            ensure!(
                in_sent == (in_inbox || is_hidden),
                "half sent: {sent:?}: sent box {in_sent}, inbox of {receiver} {in_inbox}"
            );
        }
    }
    Ok(())
}

/// What is counted as it goes is what a count finds: in the lists, and in the tables.
pub async fn unread_counts_equal_a_recount(boxes: &Boxes, house: &House) -> anyhow::Result<()> {
    for (username, mailbox) in &boxes.0 {
        let unread = mailbox
            .inbox
            .iter()
            .filter(|item| item["read_at"].is_null())
            .count();
        ensure!(
            mailbox.unread == i64::try_from(unread)?,
            "{username}: {} unread, and {unread} in the list",
            mailbox.unread
        );
        for conversation in &mailbox.conversations {
            let items = mailbox
                .inbox
                .iter()
                .filter(|item| item["message"]["conversation_id"] == conversation["id"]);
            let unread = items.filter(|item| item["read_at"].is_null()).count();
            ensure!(
                conversation["unread"] == unread,
                "{username}: {unread} unread in the list, and {conversation}"
            );
        }
    }
    let drifted = house
        .count(
            "with counted as (
               select owner_id, conversation_id, count(*) as unread from readmodel.inbox
               where read_at is null and deleted_at is null group by 1, 2)
             select count(*) from readmodel.last_conversation c full join counted n using (owner_id, conversation_id)
             where coalesce(c.unread, 0) <> coalesce(n.unread, 0)",
        )
        .await?;
    ensure!(
        drifted == 0,
        "{drifted} unread counts in the tables differ from a recount"
    );
    Ok(())
}

/// 1 to N.
pub async fn positions_have_no_hole(house: &House) -> anyhow::Result<()> {
    let (head, count) = (
        house.head().await?,
        house.count("select count(*) from log.events").await?,
    );
    let first = house
        .count("select coalesce(min(position), 1) from log.events")
        .await?;
    ensure!(
        first == 1 && count == head,
        "the log has {count} events, from {first} to {head}"
    );
    Ok(())
}

/// Ids strictly forward through all the streams of a client, no item new twice, nothing but events of the contract.
pub fn streams_only_went_forward(mirrors: &[Arc<Mirror>]) -> anyhow::Result<()> {
    for mirror in mirrors {
        let state = mirror.state();
        let (username, faults) = (&mirror.person.username, &state.faults);
        ensure!(
            faults.is_empty(),
            "{username}, {} streams: {} faults: {:?}",
            state.streams,
            faults.len(),
            faults.first()
        );
        ensure!(
            state.streams > 1,
            "{username} was never disconnected, which this test is about"
        );
    }
    Ok(())
}

/// Nobody but the test has ended a process, or has to start one again.
pub async fn every_process_works(house: &mut House) -> anyhow::Result<()> {
    for node in &mut house.nodes {
        node.is_ready().await?;
    }
    Ok(())
}
