//! Reading a conversation from the middle: what a client does that jumps to a message which it found.

use anyhow::{Context, Result};
use house::{House, Person, Plan};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const MESSAGES: usize = 23;

/// Written by both by turns, with their ids in the order of writing.
async fn talk(alice: &Person, bob: &Person) -> Result<(String, Vec<String>)> {
    let mut ids = Vec::new();
    let mut last = None;
    for n in 0..MESSAGES {
        let (from, to) = if n % 3 == 0 {
            (bob, "alice")
        } else {
            (alice, "bob")
        };
        let sent = from.send(to, &n.to_string()).await?;
        ids.push(sent["id"].as_str().context("id")?.to_owned());
        last = Some(sent);
    }
    let last = last.context("nothing was sent")?;
    bob.get_since("/api/v1/sent", &last.token()?)
        .await?
        .is(200)?;
    let conversation = last["conversation_id"].as_str().context("id")?;
    Ok((
        format!("/api/v1/conversations/{conversation}/messages"),
        ids,
    ))
}

async fn page(reader: &Person, path: &str, asked: &str) -> Result<Value> {
    Ok(reader.get(&format!("{path}?{asked}")).await?.is(200)?.json)
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
    let ids = items
        .iter()
        .filter_map(|item| item["message"]["id"].as_str());
    ids.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_page_around_a_message_leads_both_ways_to_everything_once() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let (path, mut written) = talk(&alice, &bob).await?;
    written.reverse();
    for limit in [1, 2, 5, 50] {
        for place in [0, 1, 11, 21, 22] {
            let around = &written[place];
            let asked = format!("limit={limit}&around={around}");
            let middle = page(&bob, &path, &asked).await?;
            let mut found = ids(&middle);
            assert!(found.len() <= limit && found.contains(around));
            let mut next = middle["next"].as_str().map(str::to_owned);
            while let Some(cursor) = next {
                let asked = format!("limit={limit}&cursor={cursor}");
                let older = page(&bob, &path, &asked).await?;
                found.extend(ids(&older));
                next = older["next"].as_str().map(str::to_owned);
            }
            let mut previous = middle["previous"].as_str().map(str::to_owned);
            while let Some(cursor) = previous {
                let asked = format!("limit={limit}&cursor={cursor}");
                let newer = page(&bob, &path, &asked).await?;
                found.splice(0..0, ids(&newer));
                previous = newer["previous"].as_str().map(str::to_owned);
            }
            assert_eq!(found, written, "around {place} by {limit}");
        }
    }
    house.finish().await
}

#[tokio::test]
async fn only_an_own_message_of_the_conversation_has_something_around_it() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;
    let (path, written) = talk(&alice, &bob).await?;
    let elsewhere = carol.send("bob", "elsewhere").await?;
    bob.get_since("/api/v1/inbox", &elsewhere.token()?)
        .await?
        .is(200)?;
    let elsewhere = elsewhere["id"].as_str().context("id")?;
    for message in [elsewhere, &house::id().to_string()] {
        let answer = bob.get(&format!("{path}?around={message}")).await?;
        answer.is_problem(404)?;
    }
    let around = &written[3];
    carol
        .get(&format!("{path}?around={around}"))
        .await?
        .is_problem(404)?;
    bob.get(&format!("{path}?around=soon"))
        .await?
        .is_problem(400)?;
    let asked = format!("limit=1&around={around}");
    let middle = page(&bob, &path, &asked).await?;
    let cursor = middle["previous"].as_str().context("previous")?;
    let both = format!("{path}?around={around}&cursor={cursor}");
    bob.get(&both).await?.is_problem(400)?;
    // Such a cursor leads on here and nowhere else.
    let inbox = format!("/api/v1/inbox?cursor={cursor}");
    bob.get(&inbox).await?.is_problem(400)?;

    // What its reader has deleted is no longer shown; what was around it is.
    let gone = bob.delete(&format!("/api/v1/sent/{around}")).await?;
    let path = format!("{path}?limit=4&around={around}");
    let page = bob.get_since(&path, &gone.is(204)?.token()?).await?;
    let shown = ids(&page.is(200)?.json);
    assert_eq!(shown.len(), 4);
    assert!(!shown.contains(around));
    house.finish().await
}

#[tokio::test]
async fn a_conversation_can_be_written_to_as_soon_as_it_is_known() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let alice = house.register("alice").await?;
    for number in 0..20 {
        let name = format!("person{number}");
        house.register(&name).await?;
        let first = alice.send(&name, "the first").await?;
        let next = json!({ "conversation_id": first["conversation_id"], "body": "the next" });
        let next = alice.at(number).post("/api/v1/messages", &next).await?;
        next.is(201)?;
    }
    house.finish().await
}
