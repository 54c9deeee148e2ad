//! Whether the whole way of a message works.

use std::sync::Arc;

use anyhow::ensure;
use eventlog::Tokens;
use house::{House, until};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    client::{Told, ask, request},
    ledger::{Ledger, Sent},
    mirror::Mirror,
};

/// Sends one message the whole way.
pub struct Prober {
    from: Arc<Mirror>,
    to: Arc<Mirror>,
    tokens: Tokens,
    pub ledger: Ledger,
}

/// Which of the api processes stores a message, and which one is read from.
#[derive(Clone, Copy, Debug)]
pub struct Through {
    pub stores: usize,
    pub shows: usize,
}

impl Through {
    /// One stores, the next shows.
    pub fn both(api: usize) -> Self {
        Self {
            stores: api,
            shows: api + 1,
        }
    }

    /// One does both.
    pub fn only(api: usize) -> Self {
        Self {
            stores: api,
            shows: api,
        }
    }
}

impl Prober {
    pub fn new(from: &Arc<Mirror>, to: &Arc<Mirror>, tokens: Tokens) -> Self {
        Self {
            from: Arc::clone(from),
            to: Arc::clone(to),
            tokens,
            ledger: Ledger::default(),
        }
    }

    /// Returns once a message has been stored by one api process, is in the inbox as another one shows it, was pushed,
    /// and is in the stream.
    pub async fn send_one(&mut self, through: Through, house: &House) -> anyhow::Result<()> {
        let position = self.send_without_nats(through).await?;
        until("a probe is in the stream", async || {
            let last = house.relayed().await;
            Ok(last.is_ok_and(|last| last >= position).then_some(()))
        })
        .await
    }

    /// The same, but for the stream; says where it is in the log.
    pub async fn send_without_nats(&mut self, through: Through) -> anyhow::Result<i64> {
        let id = house::id();
        let (from, to) = (
            self.from.person.at(through.stores),
            self.to.person.at(through.shows),
        );
        let text = format!("the {}th probe", self.ledger.sent.len() + 1);
        let body = json!({ "to": [to.username], "body": text, "id": id });
        let stored = until("a probe is stored", async || {
            let question = request(&from, Method::POST, "/api/v1/messages", &body);
            match ask(&from, question).await? {
                Told::Done(answer) => Ok(Some(answer)),
                Told::Unknown | Told::NotThere(_) => {
                    self.ledger.unknown += 1;
                    Ok(None)
                }
            }
        })
        .await?;
        self.ledger.sent.insert(id, self.sent(id, text, true));
        self.ledger.acknowledged += 1;

        let token = stored.token()?;
        let is_shown = until("a probe can be read", async || {
            let inbox = to.get_since_at_once("/api/v1/inbox?limit=1", &token).await;
            Ok(inbox
                .ok()
                .filter(|inbox| inbox.status == 200)
                .map(|inbox| is_in(&inbox["items"], id)))
        })
        .await?;
        ensure!(is_shown, "a read with the token of {id} does not show it");
        until("a probe is pushed", async || {
            Ok(self.to.state().inbox.contains_key(&id).then_some(()))
        })
        .await?;
        Ok(self.tokens.read(&token)?.position)
    }

    /// Somebody sends, and does not wait for the answer.
    pub fn left(&mut self, api: usize) -> (house::Person, Value) {
        let (id, text) = (house::id(), "left alone".to_owned());
        let body = json!({ "to": [self.to.person.username], "body": text, "id": id });
        self.ledger.sent.insert(id, self.sent(id, text, false));
        (self.from.person.at(api), body)
    }

    fn sent(&self, id: Uuid, text: String, is_acknowledged: bool) -> Sent {
        Sent {
            id,
            from: self.from.person.username.clone(),
            to: vec![self.to.person.username.clone()],
            body: Some(text),
            file: None,
            is_acknowledged,
        }
    }
}

fn is_in(items: &Value, id: Uuid) -> bool {
    let items = items.as_array().map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .any(|item| item["message"]["id"] == id.to_string())
}
