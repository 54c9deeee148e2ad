//! Log-ins: how they go on, and how they end everywhere.

use std::time::Duration;

use anyhow::{Context, Result};
use house::{Answer, Events, House, PASSWORD, Person, Plan, Stopwatch, until};
use serde_json::json;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// The promise: what was revoked is refused on every node, and its streams end, within this time.
const AT_MOST: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_stolen_one_ends_the_session() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let alice = house.register("alice").await?;
    let first = refresh(&alice, &alice.refresh_token).await?.is(200)?;
    let (access, next) = (
        text(&first, "access_token")?,
        text(&first, "refresh_token")?,
    );
    assert_ne!(next, alice.refresh_token);
    assert_eq!(first["expires_in"], 600);
    assert_eq!(first["account"]["username"], "alice");
    alice.with_token(&access).get("/api/v1/me").await?.is(200)?;

    // The answer was lost on its way: the same pair again, on the other node too.
    let again = refresh(&alice.at(1), &alice.refresh_token).await?.is(200)?;
    assert_eq!(text(&again, "refresh_token")?, next);
    let third = refresh(&alice, &next).await?.is(200)?;
    let (access, newest) = (
        text(&third, "access_token")?,
        text(&third, "refresh_token")?,
    );
    let current = alice.with_token(&access);
    let mut news = current.events(None).await?;
    news.next_of("hello").await?;

    // Later than 20 seconds after it was used: somebody else has it.
    sqlx::query("update auth.sessions set rotated_at = rotated_at - interval '21 seconds'")
        .execute(&house.pool)
        .await?;
    refresh(&alice.at(1), &next).await?.is_problem(401)?;
    let since = Stopwatch::start();
    ends(&mut news).await?;
    is_refused_everywhere(&current).await?;
    assert!(since.elapsed() <= AT_MOST, "{:?}", since.elapsed());
    refresh(&alice, &newest).await?.is_problem(401)?;
    for unknown in ["", "x", &alice.token] {
        refresh(&alice, unknown).await?.is_problem(401)?;
    }
    house.finish().await
}

#[tokio::test]
async fn a_log_out_ends_this_device_and_no_other() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let bob = house.register("bob").await?;
    let phone = house.register("alice").await?;
    let (laptop, tablet) = (phone.another_device().await?, phone.another_device().await?);
    let (mut of_phone, mut of_laptop) = (phone.events(None).await?, laptop.events(None).await?);
    of_phone.next_of("hello").await?;
    of_laptop.next_of("hello").await?;

    phone.delete("/api/v1/sessions/current").await?.is(204)?;
    let since = Stopwatch::start();
    ends(&mut of_phone).await?;
    is_refused_everywhere(&phone).await?;
    assert!(since.elapsed() <= AT_MOST, "{:?}", since.elapsed());
    refresh(&phone, &phone.refresh_token)
        .await?
        .is_problem(401)?;

    // From another device, by its id.
    let sessions = laptop.get("/api/v1/sessions").await?.is(200)?;
    let open = sessions["items"].as_array().context("items")?;
    assert_eq!(open.len(), 2);
    let other = open
        .iter()
        .find(|session| session["current"] == false)
        .context("the tablet")?;
    let path = format!("/api/v1/sessions/{}", other["id"].as_str().context("id")?);
    bob.delete(&path).await?.is_problem(404)?;
    laptop.delete(&path).await?.is(204)?;
    laptop.delete(&path).await?.is(204)?;
    is_refused_everywhere(&tablet).await?;

    let sent = bob.send("alice", "still here?").await?;
    let told = of_laptop.next_of("message.new").await?;
    assert_eq!(told.data["message"], sent.json);
    house.finish().await
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let bob = house.register("bob").await?;
    let alice = house.register("alice").await?;
    let other = alice.another_device().await?;
    let body = json!({ "username": "alice", "password": PASSWORD });
    let classic = alice.post("/api/auth/token/", &body).await?.is(200)?;
    let classic = alice.with_token(&text(&classic, "token")?);
    classic.get("/api/account/").await?.is(200)?;
    let (mut own, mut others) = (alice.events(None).await?, other.events(None).await?);
    own.next_of("hello").await?;
    others.next_of("hello").await?;

    let wrong = json!({ "current": "wrong", "new": "another-password" });
    let refused = alice
        .put("/api/v1/me/password", &wrong)
        .await?
        .is_problem(422)?;
    assert_eq!(refused.pointers(), ["/current"]);
    let change = json!({ "current": PASSWORD, "new": "another-password" });
    alice.put("/api/v1/me/password", &change).await?.is(204)?;
    let since = Stopwatch::start();
    ends(&mut others).await?;
    is_refused_everywhere(&other).await?;
    is_refused_everywhere(&classic).await?;
    assert!(since.elapsed() <= AT_MOST, "{:?}", since.elapsed());

    let sent = bob.send("alice", "the stream goes on").await?;
    let told = own.next_of("message.new").await?;
    assert_eq!(told.data["message"], sent.json);
    alice.at(1).get("/api/v1/me").await?.is(200)?;
    alice
        .post("/api/v1/sessions", &body)
        .await?
        .is_problem(401)?;
    let body = json!({ "username": "alice", "password": "another-password" });
    alice.post("/api/v1/sessions", &body).await?.is(201)?;
    house.finish().await
}

async fn refresh(person: &Person, token: &str) -> Result<Answer> {
    let body = json!({ "refresh_token": token });
    person
        .with_token("")
        .post("/api/v1/sessions/refresh", &body)
        .await
}

fn text(answer: &Answer, field: &str) -> Result<String> {
    let value = answer[field].as_str();
    Ok(value.with_context(|| format!("no {field}"))?.to_owned())
}

/// The stream says that its session has ended, and closes.
async fn ends(events: &mut Events) -> Result<()> {
    let rest = events.rest().await?;
    let last = rest.last().context("a last event")?;
    assert_eq!(last.event, "session.ended");
    Ok(())
}

async fn is_refused_everywhere(person: &Person) -> Result<()> {
    for api in 0..2 {
        let person = person.at(api);
        let refused = until("the token is refused", async || {
            let answer = person.get("/api/v1/me").await?;
            Ok((answer.status != 200).then_some(answer))
        })
        .await?;
        refused.is_problem(401)?;
    }
    Ok(())
}
