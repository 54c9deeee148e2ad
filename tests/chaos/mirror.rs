//! A client's own copy of its mailbox, made of nothing but what the push stream told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, bail, ensure};
use eventlog::{Token, Tokens};
use house::{Event, Events, Person, Socket};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::checks::without_arrival;
use crate::a_moment;

/// Listens from the account's beginning, through however many streams.
pub struct Mirror {
    pub person: Person,
    pub tokens: Tokens,
    /// Rather than by server-sent events.
    by_socket: bool,
    state: Mutex<State>,
}

/// One of the two ways to hear of news.
enum Line {
    Events(Events),
    Socket(Box<Socket>),
}

impl Line {
    async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        match self {
            Self::Events(events) => events.next().await,
            Self::Socket(socket) => socket.next().await,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct State {
    /// The latest state of each received message.
    pub inbox: BTreeMap<Uuid, Value>,
    /// The latest state of each sent message.
    pub sent: BTreeMap<Uuid, Value>,
    /// The latest state of each conversation.
    pub conversations: BTreeMap<Uuid, Value>,
    /// The last count that was told.
    pub unread: Option<i64>,
    /// How many streams there were.
    pub streams: usize,
    /// How many events.
    pub events: usize,
    /// The place of the last event.
    place: Token,
    last_event_id: Option<String>,
    /// What a stream must not do.
    pub faults: Vec<String>,
}

impl Mirror {
    pub fn new(person: Person, tokens: Tokens, by_socket: bool) -> Self {
        Self {
            person,
            tokens,
            by_socket,
            state: Mutex::default(),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the end, whatever happens to the stream.
    pub async fn listen(self: Arc<Self>, the_end: CancellationToken) {
        let listening = async {
            loop {
                self.listen_once().await;
                a_moment().await;
            }
        };
        the_end.run_until_cancelled(listening).await;
    }

    /// One stream, from where the one before broke off.
    async fn listen_once(&self) {
        let last_event_id = self.state().last_event_id.clone();
        // The notifier may be away, and so may the database.
        let Ok(mut line) = self.open(last_event_id.as_deref()).await else {
            return;
        };
        self.state().streams += 1;
        let mut is_first = true;
        loop {
            match line.next().await {
                Ok(Some(event)) => {
                    let mut state = self.state();
                    if let Err(fault) = state.hear(event, is_first, &self.tokens) {
                        state.faults.push(format!("{fault:#}"));
                    }
                    is_first = false;
                }
                Ok(None) => return,
                Err(fault) => return self.state().faults.push(format!("{fault:#}")),
            }
        }
    }

    async fn open(&self, last_event_id: Option<&str>) -> anyhow::Result<Line> {
        Ok(if self.by_socket {
            Line::Socket(Box::new(self.person.socket(last_event_id).await?))
        } else {
            Line::Events(self.person.events(last_event_id).await?)
        })
    }

    /// The newest of the received messages that are unread: what was just heard of has to be there.
    pub fn unread(&self, count: usize) -> Vec<Uuid> {
        let state = self.state();
        let unread = state
            .inbox
            .iter()
            .filter(|(_, item)| item["read_at"].is_null() && item["deleted_at"].is_null());
        unread.rev().map(|(id, _)| *id).take(count).collect()
    }

    /// The received messages that are not deleted.
    pub fn received(&self) -> Vec<Uuid> {
        let state = self.state();
        state
            .inbox
            .iter()
            .filter(|(_, item)| item["deleted_at"].is_null())
            .map(|(id, _)| *id)
            .collect()
    }
}

impl State {
    fn hear(&mut self, event: Event, is_first: bool, tokens: &Tokens) -> anyhow::Result<()> {
        self.events += 1;
        let Event {
            id,
            event: name,
            mut data,
        } = event;
        ensure!(
            is_first == (name == "hello"),
            "{name} came {}",
            if is_first { "before hello" } else { "after it" }
        );
        if let Some(id) = id {
            let place = tokens.read(&id)?;
            let goes_on = if is_first {
                place >= self.place
            } else {
                place > self.place
            };
            ensure!(goes_on, "{name} at {place:?} after {:?}", self.place);
            self.place = place;
            self.last_event_id = Some(id);
        }
        match name.as_str() {
            "hello" | "bye" => {}
            "unread" => self.unread = data["total"].as_i64(),
            "conversation.changed" => {
                let conversation = data["conversation"].take();
                let id = id_in(&conversation)?;
                // Who has left a group drops it from the list.
                if conversation["left_at"].is_null() {
                    self.conversations.insert(id, conversation);
                } else {
                    self.conversations.remove(&id);
                }
            }
            "message.new" | "message.changed" => {
                let id = id_in(&data["message"])?;
                let own = if data["box"] == "sent" {
                    &mut self.sent
                } else {
                    &mut self.inbox
                };
                let known = own.insert(id, without_arrival(as_shown(data))).is_some();
                // While it resumes, a client may hear of a new item first in its changed state; never twice that it is new.
                ensure!(!(known && name == "message.new"), "{id} was new twice");
            }
            other => bail!("{other} came"),
        }
        Ok(())
    }
}

/// An item as a GET shows it: without what only the event says.
fn as_shown(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        for field in ["type", "occurred_at", "box"] {
            fields.remove(field);
        }
    }
    item
}

fn id_in(object: &Value) -> anyhow::Result<Uuid> {
    Ok(object["id"]
        .as_str()
        .with_context(|| format!("no id in {object}"))?
        .parse()?)
}
