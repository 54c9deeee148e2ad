//! A conversation of twenty: they write, edit, take back and read, some come and go, and every process is killed meanwhile.
//! Afterwards all have seen one order, nobody has seen what they must not, and the counts are right.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use house::{Answer, House, Person, Plan, Random, Role};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{interval, timeout},
};
use uuid::Uuid;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const PEOPLE: usize = 20;
/// These come and go; the others stay.
const RESTLESS: usize = 6;
/// What each of them does.
const DEEDS: usize = 30;

/// Asks one api process after the other until there is an answer that is no failure of the service.
async fn insist(person: &Person, method: Method, path: &str, body: &Value) -> Result<Answer> {
    let mut moments = interval(Duration::from_millis(50));
    for n in 0..600 {
        moments.tick().await;
        let mut request = person.at(n).request(method.clone(), path);
        if !body.is_null() {
            request = request.json(body);
        }
        match timeout(Duration::from_secs(10), person.ask(request)).await {
            Ok(Ok(answer)) if answer.status < 500 => return Ok(answer),
            _ => {}
        }
    }
    bail!("{method} {path}: no answer")
}

/// One of them, until the deeds are done.
async fn take_part(person: Person, owner: Person, group: Uuid, number: usize) -> Result<()> {
    let mut dice = Random::new(number as u64);
    let mut own: Vec<Uuid> = Vec::new();
    let door = format!("/api/v1/conversations/{group}/members/{}", person.username);
    for n in 0..DEEDS {
        match dice.below(10) {
            0 if number >= PEOPLE - RESTLESS => {
                insist(&owner, Method::DELETE, &door, &Value::Null)
                    .await?
                    .is(204)?;
            }
            1 if number >= PEOPLE - RESTLESS => {
                insist(&owner, Method::PUT, &door, &json!({}))
                    .await?
                    .is(204)?;
            }
            2 if !own.is_empty() => {
                let id = *dice.one_of(&own).context("an own message")?;
                let body = json!({ "body": format!("{id}, changed at {n}") });
                let path = format!("/api/v1/messages/{id}");
                let answer = insist(&person, Method::PATCH, &path, &body).await?;
                ensure!([200, 409].contains(&answer.status), "{}", answer.json);
            }
            3 if !own.is_empty() => {
                let id = *dice.one_of(&own).context("an own message")?;
                own.retain(|other| *other != id);
                let path = format!("/api/v1/messages/{id}");
                insist(&person, Method::DELETE, &path, &Value::Null)
                    .await?
                    .is(204)?;
            }
            4 | 5 => {
                let inbox = insist(
                    &person,
                    Method::GET,
                    "/api/v1/inbox?unread=true&limit=200",
                    &Value::Null,
                )
                .await?;
                let items = inbox.is(200)?["items"].clone();
                let ids: Vec<Value> = items
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|item| item["message"]["id"].clone())
                    .collect();
                let read = json!({ "message_ids": ids });
                insist(&person, Method::POST, "/api/v1/inbox/read", &read).await?;
            }
            _ => {
                let id = house::id();
                let body =
                    json!({ "id": id, "conversation_id": group, "body": format!("{id}, new") });
                let answer = insist(&person, Method::POST, "/api/v1/messages", &body).await?;
                match answer.status {
                    201 => own.push(id),
                    // Out of the group just now.
                    404 if number >= PEOPLE - RESTLESS => {}
                    _ => bail!("{} {}", answer.status, answer.json),
                }
            }
        }
    }
    Ok(())
}

/// What one of them is told of, through all lost connections: what was new, in its order, and what was heard of when it had
/// changed already, in the order of the changes.
#[derive(Default)]
struct Heard {
    new: Vec<Uuid>,
    changed: BTreeSet<Uuid>,
}

const THE_END: &str = "the end";

async fn listen(person: Person) -> Result<Heard> {
    let (mut place, mut heard): (Option<String>, _) = (None, Heard::default());
    let mut moments = interval(Duration::from_millis(50));
    loop {
        let Ok(mut events) = person.events(place.as_deref()).await else {
            moments.tick().await;
            continue;
        };
        while let Ok(Some(event)) = events.next().await {
            let message = &event.data["message"];
            if message["body"] == THE_END {
                return Ok(heard);
            }
            if event.data["box"] == "inbox" {
                let id: Uuid = message["id"].as_str().context("id")?.parse()?;
                let times = [
                    &message["edited_at"],
                    &message["unsent_at"],
                    &event.data["read_at"],
                ];
                let is_as_sent = times.iter().all(|time| time.is_null());
                if event.event == "message.new" && is_as_sent {
                    heard.new.push(id);
                } else {
                    heard.changed.insert(id);
                }
            }
            if event.id.is_some() {
                place.clone_from(&event.id);
            }
        }
    }
}

async fn kill_everything_in_turn(house: &mut House) -> Result<()> {
    for role in [Role::Projector, Role::Api, Role::Notifier, Role::Relay] {
        house.node(role).kill();
        house.node(role).start().await?;
    }
    house.nats.kill();
    house.nats.start_again().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_see_one_order_and_nobody_what_they_must_not() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::two_apis()).await?;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(house.register(&format!("person{n:02}")).await?);
    }
    let names: Vec<&str> = people[1..]
        .iter()
        .map(|person| person.username.as_str())
        .collect();
    let group = json!({ "title": "Twenty", "members": names });
    let group = people[0]
        .post("/api/v1/conversations", &group)
        .await?
        .is(201)?;
    let group: Uuid = group["id"].as_str().context("id")?.parse()?;

    let listening: Vec<_> = [1, PEOPLE - 1]
        .map(|n| tokio::spawn(listen(people[n].clone())))
        .into();
    let mut deeds = JoinSet::new();
    for (number, person) in people.iter().enumerate() {
        deeds.spawn(take_part(person.clone(), people[0].clone(), group, number));
    }
    kill_everything_in_turn(&mut house).await?;
    while let Some(done) = deeds.join_next().await {
        done??;
    }
    house.settle().await?;

    // Who has which message, and what of it is counted, is told by the log alone.
    house.audit().await?;
    let order: Vec<Uuid> = sqlx::query_scalar(
        "select aggregate_id::uuid from log.events where event_type = 'message.sent' order by position",
    )
    .fetch_all(&house.pool)
    .await?;
    let place: BTreeMap<Uuid, usize> = order.iter().copied().zip(0..).collect();
    let mut texts: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for (number, person) in people.iter().enumerate() {
        let mut places = Vec::new();
        let mut items = person.all("/api/v1/inbox").await?;
        items.extend(person.all("/api/v1/sent").await?);
        for item in &items {
            let id: Uuid = item["message"]["id"].as_str().context("id")?.parse()?;
            places.push(place[&id]);
            let text = item["message"]["body"].as_str().unwrap_or("(taken back)");
            ensure!(text == "(taken back)" || text.starts_with(&id.to_string()));
            // Who left keeps what they were sent; all others see the same.
            if number < PEOPLE - RESTLESS {
                texts.entry(id).or_default().insert(text.to_owned());
            }
        }
        let inbox = person.all("/api/v1/inbox").await?.len();
        let (received, sent) = places.split_at(inbox);
        for list in [received, sent] {
            ensure!(
                list.is_sorted_by(|newer, older| newer > older),
                "{}",
                person.username
            );
        }
    }
    for (id, versions) in texts {
        ensure!(versions.len() == 1, "{id}: {versions:?}");
    }
    for (person, heard) in [1, PEOPLE - 1].into_iter().zip(listening) {
        people[0].send(&people[person].username, THE_END).await?;
        let heard = heard.await??;
        let received: Vec<Uuid> = sqlx::query_scalar(
            "select message_id from readmodel.inbox
             where owner_id = $1::uuid and conversation_id = $2 order by position",
        )
        .bind(&people[person].id)
        .bind(group)
        .fetch_all(&house.pool)
        .await?;
        ensure!(heard.new.is_sorted_by(|one, next| place[one] < place[next]));
        let all: BTreeSet<Uuid> = heard.new.into_iter().chain(heard.changed).collect();
        ensure!(all == received.into_iter().collect(), "person {person}");
    }
    house.finish().await
}
