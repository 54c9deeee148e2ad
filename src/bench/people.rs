//! Who writes to whom.

use std::net::SocketAddr;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::http::{Connection, request};

/// Hashing a password takes a processor: more at once would only wait, and on a busy machine too long.
const AT_ONCE: usize = 2;
const PASSWORD: &str = "correct horse battery staple";

/// A sender and the one who listens.
pub struct Pair {
    pub sender: Person,
    pub receiver: Person,
}

/// An account, and its session.
pub struct Person {
    pub name: String,
    pub token: String,
    refresh_token: String,
}

/// Makes pairs, all logged in.
pub async fn register(address: SocketAddr, count: usize) -> anyhow::Result<Vec<Pair>> {
    let pairs = stream::iter(0..count).map(|number| async move {
        let sender = Person::register(address, format!("sender-{number}")).await?;
        let receiver = Person::register(address, format!("receiver-{number}")).await?;
        anyhow::Ok(Pair { sender, receiver })
    });
    pairs
        .buffered(AT_ONCE)
        .try_collect()
        .await
        .context("the accounts cannot be made")
}

/// A named group, in which every sender and receiver is, and others who only receive.
pub struct Group {
    pub id: String,
    /// Of each message.
    pub recipients: u32,
}

/// Makes a group of so many people, owned by the first sender.
pub async fn group(address: SocketAddr, pairs: &[Pair], people: usize) -> anyhow::Result<Group> {
    let mut members: Vec<String> = pairs
        .iter()
        .flat_map(|pair| [pair.sender.name.clone(), pair.receiver.name.clone()])
        .collect();
    let extras = stream::iter(members.len()..people).map(|number| async move {
        let name = format!("member-{number}");
        let mut connection = Connection::open(address).await?;
        let credentials = json!({ "username": name, "password": PASSWORD }).to_string();
        let made = request("POST", "/api/v1/accounts", None, &credentials);
        connection.call(&made).await?.expect(201)?;
        anyhow::Ok(name)
    });
    let extras: Vec<String> = extras.buffered(AT_ONCE).try_collect().await?;
    members.extend(extras);
    let maker = &pairs.first().context("nobody makes the group")?.sender;
    let recipients = u32::try_from(members.len().saturating_sub(1))?;
    members.retain(|name| *name != maker.name);
    let body = json!({ "title": "Everybody", "members": members }).to_string();
    let made = request("POST", "/api/v1/conversations", Some(&maker.token), &body);
    let mut connection = Connection::open(address).await?;
    let group = connection.call(&made).await?.expect(201)?;
    Ok(Group {
        id: text(&group, "id")?,
        recipients,
    })
}

/// Gives everybody a fresh token: one lives for ten minutes, and everything together may take longer.
pub async fn renew(address: SocketAddr, pairs: &mut [Pair]) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    for pair in pairs {
        pair.sender.renew(&mut connection).await?;
        pair.receiver.renew(&mut connection).await?;
    }
    Ok(())
}

impl Person {
    async fn register(address: SocketAddr, name: String) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address).await?;
        let mut post = async |path: &str, body: &Value| {
            connection
                .call(&request("POST", path, None, &body.to_string()))
                .await?
                .expect(201)
        };
        let credentials = json!({ "username": name, "password": PASSWORD });
        post("/api/v1/accounts", &credentials).await?;
        let session = post("/api/v1/sessions", &credentials).await?;
        Ok(Self {
            name,
            token: text(&session, "access_token")?,
            refresh_token: text(&session, "refresh_token")?,
        })
    }

    async fn renew(&mut self, connection: &mut Connection) -> anyhow::Result<()> {
        let body = json!({ "refresh_token": self.refresh_token }).to_string();
        let answer = connection
            .call(&request("POST", "/api/v1/sessions/refresh", None, &body))
            .await?;
        let session = answer.expect(200)?;
        self.token = text(&session, "access_token")?;
        self.refresh_token = text(&session, "refresh_token")?;
        Ok(())
    }
}

fn text(session: &Value, member: &str) -> anyhow::Result<String> {
    Ok(session[member]
        .as_str()
        .with_context(|| format!("a session without {member}"))?
        .to_owned())
}
