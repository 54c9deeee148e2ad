//! Somebody who uses the service.

use anyhow::{Context, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, Events, Socket, until};

/// Everybody's. The service's rule about passwords is off.
pub const PASSWORD: &str = "a-password-for-tests";

/// A client with its log-in. A clone is the same log-in; `at` is the same at another api process.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub username: String,
    /// The account's id.
    pub id: String,
    /// The access token; good for ten minutes.
    pub token: String,
    /// What makes the next one.
    pub refresh_token: String,
    http: Client,
    apis: Vec<String>,
    api: usize,
    notifier: String,
}

impl Person {
    /// Logs in with the common password.
    pub(super) async fn log_in(
        http: Client,
        apis: Vec<String>,
        notifier: String,
        username: &str,
    ) -> anyhow::Result<Self> {
        let mut person = Self {
            username: username.to_owned(),
            id: String::new(),
            token: String::new(),
            refresh_token: String::new(),
            http,
            apis,
            api: 0,
            notifier,
        };
        let body = json!({ "username": username, "password": PASSWORD });
        let answer = person.post("/api/v1/sessions", &body).await?.is(201)?;
        let text = |value: &Value| {
            value
                .as_str()
                .map(str::to_owned)
                .context("a log-in without a token")
        };
        person.id = text(&answer["account"]["id"])?;
        person.token = text(&answer["access_token"])?;
        person.refresh_token = text(&answer["refresh_token"])?;
        Ok(person)
    }

    /// The same account on another device: a log-in of its own.
    pub async fn another_device(&self) -> anyhow::Result<Self> {
        Self::log_in(
            self.http.clone(),
            self.apis.clone(),
            self.notifier.clone(),
            &self.username,
        )
        .await
    }

    /// The same person, who asks another api process from now on.
    #[must_use]
    pub fn at(&self, api: usize) -> Self {
        let mut person = self.clone();
        person.api = api % person.apis.len();
        person
    }

    /// The same client with another token, or with none where it is empty.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        let mut person = self.clone();
        token.clone_into(&mut person.token);
        person
    }

    /// A request with the token, to be completed. `path` begins with a slash.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.apis[self.api]);
        let request = self.http.request(method, url);
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    /// Sends a request that was completed.
    pub async fn ask(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let (client, request) = request.build_split();
        let request = request?;
        let what = format!("{} {}", request.method(), request.url().path());
        Ok(Answer::read(what, client.execute(request).await?).await?)
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(self.request(Method::GET, path)).await
    }

    /// `GET` what is at least as new as a token. On a busy machine the read models may take longer than a request waits for
    /// them: then it is asked again, as the 503 says.
    pub async fn get_since(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        until(&format!("{path} shows it"), async || {
            let answer = self.get_since_at_once(path, token).await?;
            Ok((answer.status != 503).then_some(answer))
        })
        .await
    }

    /// The same, asked once.
    pub async fn get_since_at_once(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        self.ask(
            self.request(Method::GET, path)
                .header("Tidings-Token", token),
        )
        .await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.ask(self.request(Method::POST, path).json(body)).await
    }

    /// `POST` with a JSON body, under an idempotency key.
    pub async fn post_once(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, path).json(body);
        self.ask(request.header("Idempotency-Key", key)).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.ask(self.request(Method::PUT, path).json(body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.ask(self.request(Method::PATCH, path).json(body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(self.request(Method::DELETE, path)).await
    }

    /// Sends a message to one person, and expects it to be sent.
    pub async fn send(&self, to: &str, body: &str) -> anyhow::Result<Answer> {
        self.post("/api/v1/messages", &json!({ "to": [to], "body": body }))
            .await?
            .is(201)
    }

    /// The newest page of the inbox, whole: `items`, `unread`, `next`.
    pub async fn inbox(&self) -> anyhow::Result<Answer> {
        self.get("/api/v1/inbox").await?.is(200)
    }

    /// The newest page of the sent box, whole.
    pub async fn sent(&self) -> anyhow::Result<Answer> {
        self.get("/api/v1/sent").await?.is(200)
    }

    /// All items of a list, over all its pages. `path` may have a query.
    pub async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        self.pages(path, 200).await
    }

    /// The same, by pages of so many items.
    pub async fn pages(&self, path: &str, limit: usize) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self
                .get(&format!("{path}{joint}limit={limit}{cursor}"))
                .await?
                .is(200)?;
            let on_page = page["items"].as_array().context("a list without items")?;
            ensure!(
                on_page.len() <= limit,
                "{path}: a page of {}",
                on_page.len()
            );
            items.extend(on_page.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Opens the push stream, from where a client came to or from now. It is open once this returns; `hello` is its first
    /// event.
    pub async fn events(&self, last_event_id: Option<&str>) -> anyhow::Result<Events> {
        let request = self
            .http
            .get(format!("{}/api/v1/events", self.notifier))
            .bearer_auth(&self.token);
        let request = match last_event_id {
            Some(id) => request.header("Last-Event-ID", id),
            None => request,
        };
        let response = request.send().await?;
        if response.status() == 200 {
            return Ok(Events::new(response));
        }
        let refused = Answer::read("GET /api/v1/events".to_owned(), response).await?;
        Err(refused.unlike(200))
    }

    /// Opens the push stream over a WebSocket. Whether it is let in, the first frame tells: `hello`, or a problem.
    pub async fn socket(&self, last_event_id: Option<&str>) -> anyhow::Result<Socket> {
        let mut socket = Socket::open(&self.notifier, &[]).await?;
        let first = json!({ "token": self.token, "last_event_id": last_event_id });
        socket.say(&first).await?;
        Ok(socket)
    }

    /// Where the push stream is.
    #[must_use]
    pub fn notifier(&self) -> &str {
        &self.notifier
    }
}
