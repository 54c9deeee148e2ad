//! Somebody who sends, and does everything else that changes a mailbox.

mod ask;
mod look;
mod own_view;
mod upload;

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use house::{Person, Random};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::ask::{ANSWER, Told, ask, request};
use super::{
    group::Group,
    history::Deed,
    ledger::{Ledger, Sent},
    mirror::Mirror,
};

/// How often it has something to do, and how much then: sixteen of these ask for up to 150 things a second, and all at once.
const EVERY: Duration = Duration::from_millis(500);
const AT_ONCE: usize = 4;

/// Sends to one partner, and to a group now and then.
pub struct Client {
    number: usize,
    person: Person,
    partner: String,
    group: Group,
    mirror: Arc<Mirror>,
    random: Random,
    ledger: Ledger,
    /// Own messages that were not taken back.
    own: Vec<Uuid>,
    /// The api process that is asked next.
    api: usize,
    /// The newest token that it was given, and its position.
    newest: Option<(String, i64)>,
}

impl Client {
    pub fn new(
        number: usize,
        own: &Arc<Mirror>,
        partner: &Arc<Mirror>,
        group: Group,
        random: Random,
    ) -> Self {
        Self {
            number,
            person: own.person.clone(),
            partner: partner.person.username.clone(),
            group,
            mirror: Arc::clone(own),
            random,
            ledger: Ledger::default(),
            own: Vec::new(),
            api: number,
            newest: None,
        }
    }

    pub async fn send_until(mut self, enough: CancellationToken) -> anyhow::Result<Ledger> {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0_u64;
        self.ledger.guests.insert(self.group.guest.clone());
        while enough.run_until_cancelled(ticks.tick()).await.is_some() {
            for _ in 0..AT_ONCE {
                count += 1;
                self.act(count).await?;
            }
        }
        Ok(self.ledger)
    }

    async fn act(&mut self, count: u64) -> anyhow::Result<()> {
        // At whichever process: one that nobody asks could do no harm.
        self.api += usize::from(self.random.percent(50));
        self.send(count).await?;
        if self.random.percent(10) {
            self.read().await?;
        }
        if self.random.percent(3) {
            self.delete().await?;
        }
        if self.random.percent(4) {
            self.edit(count).await?;
        }
        if self.random.percent(2) {
            self.unsend().await?;
        }
        if self.random.percent(3) {
            self.change_own_view(count).await?;
        }
        if self.random.percent(10) {
            self.look().await?;
        }
        if self.random.percent(4) && self.group.is_made_by(&self.person.username) {
            self.let_in_or_put_out().await?;
        }
        Ok(())
    }

    async fn send(&mut self, count: u64) -> anyhow::Result<()> {
        let id = house::id();
        let text = format!("{count} from {} — Grüße, 你好 \u{1f30a}", self.number);
        let mut body = json!({ "body": text, "id": id });
        let to = if self.random.percent(15) {
            body["conversation_id"] = self.group.id.clone().into();
            self.group.others(&self.person.username)
        } else {
            body["to"] = json!([self.partner]);
            vec![self.partner.clone()]
        };
        let file = if self.random.percent(4) {
            let file = self.upload(&text).await?;
            body["attachments"] = json!([file.id()]);
            Some(file)
        } else {
            None
        };
        // Some people give up, and never know whether it was sent.
        let gives_up = self.random.percent(50);
        let answer = self
            .insist_on(
                (Deed::Send, Some(id)),
                "a send",
                |person| request(person, Method::POST, "/api/v1/messages", &body),
                gives_up,
            )
            .await?;
        let is_acknowledged = answer.is_some();
        if let Some(answer) = answer {
            ensure!(
                answer.status == 201 && answer["id"] == id.to_string(),
                "{} {}",
                answer.status,
                answer.json
            );
            ensure!(
                answer["body"] == text,
                "sent {text:?} and answered was {}",
                answer.json
            );
            self.own.push(id);
        }
        let sent = Sent {
            id,
            from: self.person.username.clone(),
            to,
            body: Some(text),
            file,
            is_acknowledged,
        };
        self.ledger.sent.insert(id, sent);
        Ok(())
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let unread = self.mirror.unread(5);
        if !unread.is_empty() {
            let body = json!({ "message_ids": unread });
            self.insist(Method::POST, "/api/v1/inbox/read", &body, false)
                .await?;
            let own = &self.person.username;
            let marks = unread.into_iter().map(|id| (own.clone(), id));
            self.ledger.read.extend(marks);
        }
        Ok(())
    }

    async fn delete(&mut self) -> anyhow::Result<()> {
        let Some(id) = self.random.one_of(&self.mirror.received()).copied() else {
            return Ok(());
        };
        self.insist(
            Method::DELETE,
            &format!("/api/v1/inbox/{id}"),
            &Value::Null,
            false,
        )
        .await?;
        let mark = (self.person.username.clone(), id);
        self.ledger.deleted.insert(mark);
        Ok(())
    }

    async fn edit(&mut self, count: u64) -> anyhow::Result<()> {
        let Some(id) = self.random.one_of(&self.own).copied() else {
            return Ok(());
        };
        let text = format!("changed at {count}");
        let (path, body) = (format!("/api/v1/messages/{id}"), json!({ "body": text }));
        let make = |person: &Person| request(person, Method::PATCH, &path, &body);
        self.insist_on((Deed::Edit, Some(id)), "an edit", make, false)
            .await?;
        self.look_back(id, Some(&text)).await?;
        self.now_says(id, Some(text));
        Ok(())
    }

    async fn unsend(&mut self) -> anyhow::Result<()> {
        let Some(id) = self.random.one_of(&self.own).copied() else {
            return Ok(());
        };
        let path = format!("/api/v1/messages/{id}");
        let make = |person: &Person| request(person, Method::DELETE, &path, &Value::Null);
        self.insist_on((Deed::Unsend, Some(id)), "an unsend", make, false)
            .await?;
        self.own.retain(|own| *own != id);
        self.look_back(id, None).await?;
        self.now_says(id, None);
        Ok(())
    }

    fn now_says(&mut self, id: Uuid, body: Option<String>) {
        if let Some(sent) = self.ledger.sent.get_mut(&id) {
            sent.body = body;
        }
    }
}
