//! Who and what the calls are about.

use anyhow::{Context, Result};
use house::{Answer, House, Person, Plan};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::calls::{Body, Call, Who};

const BOUNDARY: &str = "a-line-that-no-file-has";
const FORM: &str = "--a-line-that-no-file-has\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
    Content-Type: text/plain\r\n\r\nhello\r\n--a-line-that-no-file-has--\r\n";

/// A service, people, and what they have.
pub struct World {
    pub house: House,
    /// An administrator.
    pub alice: Person,
    pub bob: Person,
    /// Has nothing to do with anything here.
    pub carol: Person,
    /// Was a member of the group.
    pub dora: Person,
    pub erin: Person,
    pub auditor: Person,
    pub spare: Person,
    /// A log-in of Alice's that has ended.
    pub ended: Person,
    /// What `{…}` stands for.
    things: Vec<(&'static str, String)>,
    http: Client,
}

impl World {
    pub async fn open(program: &str) -> Result<Self> {
        let house = House::open(program, Plan::default()).await?;
        let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
        let (carol, dora) = (
            house.register("carol").await?,
            house.register("dora").await?,
        );
        let mut world = Self {
            erin: house.register("erin").await?,
            auditor: house.register("auditor").await?,
            spare: alice.another_device().await?,
            ended: alice.another_device().await?,
            things: Vec::new(),
            http: Client::builder().no_proxy().build()?,
            house,
            alice,
            bob,
            carol,
            dora,
        };
        world
            .ended
            .delete("/api/v1/sessions/current")
            .await?
            .is(204)?;
        let letters = world.letters().await?;
        let group = world.group().await?;
        let people = ["alice", "bob", "carol"].map(|name| (name, name.to_owned()));
        let webhook = vec![
            ("webhook", world.webhook().await?),
            ("dora", world.dora.id.clone()),
        ];
        let log_ins = world.log_ins().await?;
        world.things = [letters, group, webhook, log_ins, people.to_vec()].concat();
        world.house.grant("auditor", "auditor").await?;
        world.house.settle().await?;
        world.signed().await?;
        Ok(world)
    }

    /// What auditors read is there a moment after the events.
    async fn signed(&self) -> Result<()> {
        house::until("the log is signed", async || {
            let heads = self.house.count("select count(*) from log.heads").await?;
            Ok((heads > 0).then_some(()))
        })
        .await
    }

    async fn letters(&self) -> Result<Vec<(&'static str, String)>> {
        let file = self
            .send(
                &self.alice,
                "/api/v1/attachments",
                Method::POST,
                &Body::File,
            )
            .await?
            .is(201)?;
        let attachment = text(&file["id"])?;
        let letter = json!({ "to": ["bob"], "body": "with a file", "attachments": [attachment] });
        self.alice
            .post("/api/v1/messages", &letter)
            .await?
            .is(201)?;
        let message = self.alice.send("bob", "for bob alone").await?;
        let unwanted = self.alice.send("bob", "never mind").await?;
        let number = self
            .house
            .count(&format!(
                "select position from log.events where event_type = 'message.sent' and aggregate_id = '{}'",
                text(&message["id"])?
            ))
            .await?;
        Ok(vec![
            ("message", text(&message["id"])?),
            ("conversation", text(&message["conversation_id"])?),
            ("unwanted", text(&unwanted["id"])?),
            ("number", number.to_string()),
            ("token", unwanted.token()?),
            ("attachment", attachment),
        ])
    }

    /// Dora was in it, and has left a draft there.
    async fn group(&self) -> Result<Vec<(&'static str, String)>> {
        let group = json!({ "title": "Harbour walk", "members": ["bob", "dora"] });
        let group = self.alice.post("/api/v1/conversations", &group).await?;
        let group = text(&group.is(201)?["id"])?;
        let said = json!({ "conversation_id": group, "body": "hello" });
        let said = self.alice.post("/api/v1/messages", &said).await?.is(201)?;
        let path = format!("/api/v1/conversations/{group}");
        self.dora.get_since(&path, &said.token()?).await?.is(200)?;
        self.dora
            .put(&format!("{path}/draft"), &json!({ "body": "dear" }))
            .await?
            .is(204)?;
        self.alice
            .delete(&format!("{path}/members/dora"))
            .await?
            .is(204)?;
        Ok(vec![("group", group)])
    }

    /// Nobody delivers to it.
    async fn webhook(&self) -> Result<String> {
        self.house.grant("alice", "admin").await?;
        let wanted = json!({ "url": "https://93.184.216.34/events" });
        let webhook = self.alice.post("/api/v1/webhooks", &wanted).await?;
        text(&webhook.is(201)?["id"])
    }

    async fn log_ins(&self) -> Result<Vec<(&'static str, String)>> {
        let other = self.alice.another_device().await?;
        let sessions = other.get("/api/v1/sessions").await?.is(200)?;
        let sessions = sessions["items"].as_array().context("items")?;
        let current = sessions.iter().find(|session| session["current"] == true);
        let session = text(&current.context("a current session")?["id"])?;
        let another = self.alice.another_device().await?;
        Ok(vec![
            ("session", session),
            ("access", another.token),
            ("refresh", another.refresh_token),
        ])
    }

    pub fn person(&self, who: Who) -> &Person {
        match who {
            Who::Alice => &self.alice,
            Who::Bob => &self.bob,
            Who::Erin => &self.erin,
            Who::Spare => &self.spare,
            Who::Auditor => &self.auditor,
        }
    }

    /// Calls it as somebody.
    pub async fn ask(&self, call: &Call, person: &Person) -> Result<Answer> {
        self.ask_about(call, person, &self.things).await
    }

    /// Calls it about what is not there.
    pub async fn ask_about_nothing(&self, call: &Call, person: &Person) -> Result<Answer> {
        let nothing = self.things.iter().map(|(name, value)| {
            let nothing = match *name {
                "number" => "999999999".to_owned(),
                _ if value.len() == 36 => house::id().to_string(),
                _ => "nobody".to_owned(),
            };
            (*name, nothing)
        });
        let nothing: Vec<_> = nothing.collect();
        self.ask_about(call, person, &nothing).await
    }

    async fn ask_about(
        &self,
        call: &Call,
        person: &Person,
        things: &[(&str, String)],
    ) -> Result<Answer> {
        let mut things = things.to_vec();
        things.push(("caller", person.username.clone()));
        let filled = |text: &str| {
            things.iter().fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
        };
        let body = match &call.body {
            Body::Json(body) => Body::Json(serde_json::from_str(&filled(&body.to_string()))?),
            body => body.clone(),
        };
        let path = filled(call.path);
        if call.is_push {
            let url = format!("{}{path}", person.notifier());
            return person.ask(self.handshake(&url, person)).await;
        }
        self.send(person, &path, call.method.clone(), &body).await
    }

    async fn send(
        &self,
        person: &Person,
        path: &str,
        method: Method,
        body: &Body,
    ) -> Result<Answer> {
        let request = person.request(method, path);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = match body {
            Body::Empty => request,
            Body::Json(body) => request.json(body),
            Body::File => request.header("content-type", kind).body(FORM),
        };
        person.ask(request).await
    }

    /// What opens a stream; of a socket's headers server-sent events take no notice.
    fn handshake(&self, url: &str, person: &Person) -> RequestBuilder {
        let request = self.http.get(url);
        let request = if person.token.is_empty() {
            request
        } else {
            request.bearer_auth(&person.token)
        };
        if !url.ends_with("/ws") {
            return request;
        }
        request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// How many events the log has.
    pub async fn events(&self) -> Result<i64> {
        self.house.count("select count(*) from log.events").await
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}
