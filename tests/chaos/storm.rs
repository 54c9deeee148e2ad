//! Killing, and seeing how long the whole way of a message takes to work again.

use std::{collections::BTreeMap, fmt::Write, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use eventlog::Tokens;
use house::{House, Node, Random, Role, until};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, interval_at};

use super::{
    client::{Told, ask, request},
    cluster::Cluster,
    ledger::{Ledger, Sent},
    mirror::Mirror,
    victim::Victim,
};

/// Kills, and measures.
pub struct Storm {
    prober: Prober,
    random: Random,
    kills: usize,
    recoveries: Recoveries,
}

/// Sends one message the whole way.
pub struct Prober {
    from: Arc<Mirror>,
    to: Arc<Mirror>,
    tokens: Tokens,
    ledger: Ledger,
}

/// How long each victim's absence was felt.
#[derive(Debug, Default)]
pub struct Recoveries(pub BTreeMap<Victim, Vec<Duration>>);

impl Storm {
    pub fn new(prober: Prober, random: Random) -> Self {
        Self {
            prober,
            random,
            kills: 0,
            recoveries: Recoveries::default(),
        }
    }

    /// The whole way works before anything is killed.
    pub async fn calm(&mut self, house: &House) -> anyhow::Result<()> {
        self.prober.send_one(0, house).await
    }

    pub async fn kill(
        &mut self,
        victim: Victim,
        house: &mut House,
        cluster: &mut Cluster,
    ) -> anyhow::Result<()> {
        let moment = Instant::now() + Duration::from_millis(self.random.below(300));
        interval_at(moment, Duration::from_secs(1)).tick().await;
        self.kills += 1;
        // The two api processes by turns.
        let api = self.kills / Victim::ALL.len() % 2;
        let started = Instant::now();
        match victim {
            Victim::Api => Self::kill_node(Role::Api, api, house).await?,
            Victim::Relay => Self::kill_node(Role::Relay, 0, house).await?,
            Victim::Projector => Self::kill_node(Role::Projector, 0, house).await?,
            Victim::Notifier => Self::kill_node(Role::Notifier, 0, house).await?,
            Victim::Nats => {
                house.nats.kill();
                house.nats.start_again().await?;
            }
            Victim::Postgres => {
                cluster.kill()?;
                cluster.start().await?;
            }
            Victim::Everything => {
                cluster.kill()?;
                house.nats.kill();
                house.nodes.iter_mut().for_each(Node::kill);
                cluster.start().await?;
                house.nats.start_again().await?;
                house.nodes.iter_mut().try_for_each(Node::launch)?;
                for node in &mut house.nodes {
                    node.is_ready().await?;
                }
            }
        }
        self.prober
            .send_one(api, house)
            .await
            .with_context(|| format!("after {} was killed", victim.name()))?;
        self.recoveries
            .0
            .entry(victim)
            .or_default()
            .push(started.elapsed());
        Ok(())
    }

    async fn kill_node(role: Role, which: usize, house: &mut House) -> anyhow::Result<()> {
        let mut nodes = house.nodes.iter_mut().filter(|node| node.role == role);
        let node = nodes.nth(which).context("there is no such process")?;
        node.kill();
        node.launch()?;
        node.is_ready().await
    }

    pub fn end(self, ledger: &mut Ledger) -> Recoveries {
        ledger.add(self.prober.ledger);
        self.recoveries
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

    /// Returns once a message has been stored by one api process, is in the inbox as the other one shows it, was pushed,
    /// and is in the stream.
    async fn send_one(&mut self, api: usize, house: &House) -> anyhow::Result<()> {
        let id = house::id();
        let (from, to) = (self.from.person.at(api), self.to.person.at(api + 1));
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
        let sent = Sent {
            id,
            from: from.username,
            to: vec![to.username.clone()],
            body: Some(text),
            file: None,
            is_acknowledged: true,
        };
        self.ledger.sent.insert(id, sent);
        self.ledger.acknowledged += 1;

        let token = stored.token()?;
        let is_shown = until("a probe can be read", async || {
            let inbox = to.get_since("/api/v1/inbox?limit=1", &token).await;
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
        let position = self.tokens.read(&token)?.position;
        until("a probe is in the stream", async || {
            Ok(house
                .relayed()
                .await
                .is_ok_and(|last| last >= position)
                .then_some(()))
        })
        .await
    }
}

fn is_in(items: &Value, id: uuid::Uuid) -> bool {
    let items = items.as_array().map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .any(|item| item["message"]["id"] == id.to_string())
}

impl Recoveries {
    /// One line a victim.
    pub fn table(&self) -> String {
        let mut table = String::from("recovery      kills   median    worst   at most\n");
        for (victim, times) in &self.0 {
            let mut times = times.clone();
            times.sort_unstable();
            let median = times[times.len() / 2].as_secs_f32();
            let worst = times.last().map_or(0.0, Duration::as_secs_f32);
            let at_most = victim.patience().as_secs();
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "{:<12} {:>6} {median:>6.1} s {worst:>6.1} s {at_most:>7} s",
                victim.name(),
                times.len()
            );
        }
        table
    }

    pub fn summary(&self) -> String {
        let kills: usize = self.0.values().map(Vec::len).sum();
        let worst = self.0.iter().filter_map(|(victim, times)| {
            Some(format!(
                "{} {:.1} s",
                victim.name(),
                times.iter().max()?.as_secs_f32()
            ))
        });
        format!(
            "{kills} kills; worst recovery: {}",
            worst.collect::<Vec<_>>().join(", ")
        )
    }
}
