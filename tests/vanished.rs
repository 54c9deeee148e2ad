//! A machine that vanishes, or that something on the way forgets, says nothing: who is connected to it hears no error, ever. Each
//! process finds that out by itself, and connects again.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use house::{House, Person, Plan, Proxy, Role, Stopwatch, until};
use serde_json::json;
use tokio::time::timeout;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// A statement has ten seconds, so nobody can be sure before.
const AT_MOST: Duration = Duration::from_secs(20);

const ROLES: [Role; 4] = [Role::Api, Role::Relay, Role::Projector, Role::Notifier];

#[tokio::test]
async fn a_database_that_vanishes_is_found_again_by_each_process() -> Result<()> {
    vanishes(|house, role| {
        let links = house.node(role).links.as_ref();
        Ok(&links.context("it has wires of its own")?.postgres)
    })
    .await
}

#[tokio::test]
async fn a_nats_that_vanishes_is_found_again_by_each_process() -> Result<()> {
    vanishes(|house, role| {
        let links = house.node(role).links.as_ref();
        Ok(&links.context("it has wires of its own")?.nats)
    })
    .await
}

async fn vanishes(wire: impl Fn(&mut House, Role) -> Result<&Proxy>) -> Result<()> {
    let plan = Plan {
        has_links: true,
        ..Plan::default()
    };
    let mut house = House::open(TIDINGS, plan).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut place = None;
    goes_all_the_way(&house, &alice, &bob, &mut place).await?;
    for role in ROLES {
        let wire = wire(&mut house, role)?;
        wire.half_open();
        wire.mend();
        let since = Stopwatch::start();
        let works = goes_all_the_way(&house, &alice, &bob, &mut place).await;
        works.with_context(|| format!("the {}'s wire", role.name()))?;
        let took = since.elapsed();
        println!("the {}'s wire: {took:?}", role.name());
        ensure!(took <= AT_MOST, "the {}'s wire: {took:?}", role.name());
    }
    house.finish().await
}

/// A message is stored, relayed, projected and pushed.
async fn goes_all_the_way(
    house: &House,
    alice: &Person,
    bob: &Person,
    place: &mut Option<String>,
) -> Result<()> {
    let id = house::id();
    let body = json!({ "to": ["bob"], "body": "are you there?", "id": id });
    until("it is stored", async || {
        let sent = timeout(AT_MOST, alice.post("/api/v1/messages", &body)).await;
        Ok(sent
            .is_ok_and(|sent| sent.is_ok_and(|sent| sent.status == 201))
            .then_some(()))
    })
    .await?;
    house.settle().await?;
    until("it is pushed", async || {
        let from = place.clone();
        let heard = timeout(Duration::from_secs(5), async {
            let mut events = bob.events(from.as_deref()).await?;
            let is_it = |data: &serde_json::Value| data["message"]["id"] == id.to_string();
            // From now, where nothing was heard before: then the inbox tells.
            if from.is_none() {
                events.next_of("hello").await?;
            } else {
                events.next_that("message.new", is_it).await?;
            }
            anyhow::Ok(events.last_event_id)
        })
        .await;
        let Ok(Ok(heard)) = heard else {
            return Ok(None);
        };
        *place = heard;
        Ok(Some(()))
    })
    .await
}
