//! The push stream over a WebSocket.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, bail, ensure};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
    },
};

use super::{Event, until::PATIENCE};

/// More than two heartbeats: a socket that says nothing for this long is dead.
const SILENCE: Duration = Duration::from_secs(35);

/// Talks in JSON. Dropping it breaks the connection off.
#[derive(Debug)]
pub struct Socket {
    inner: WebSocketStream<TcpStream>,
    events: VecDeque<Event>,
    answers: VecDeque<Value>,
    /// The id of the last event that had one: where a client would resume.
    pub last_event_id: Option<String>,
    /// With what the service has closed it.
    pub closed: Option<u16>,
    /// How many heartbeats came.
    pub pings: usize,
}

impl Socket {
    /// Shakes hands, with further headers; a refusal is an error that begins with its status. `url` is the notifier's.
    pub async fn open(url: &str, headers: &[(&str, &str)]) -> anyhow::Result<Self> {
        let host = url.strip_prefix("http://").context("not http")?;
        let mut request = format!("ws://{host}/api/v1/ws").into_client_request()?;
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(value)?);
        }
        let stream = TcpStream::connect(host).await?;
        let (inner, _) = match client_async(request, stream).await {
            Ok(opened) => opened,
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                bail!("{}", answer.status())
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            inner,
            events: VecDeque::new(),
            answers: VecDeque::new(),
            last_event_id: None,
            closed: None,
            pings: 0,
        })
    }

    /// Sends a frame.
    pub async fn say(&mut self, frame: &Value) -> anyhow::Result<()> {
        self.send(Message::text(frame.to_string())).await
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) -> anyhow::Result<()> {
        Ok(self.inner.send(message).await?)
    }

    /// Sends a command and waits for its answer.
    pub async fn ask(&mut self, frame: &Value) -> anyhow::Result<Value> {
        self.say(frame).await?;
        self.answer().await
    }

    /// The next answer; events before it are kept.
    pub async fn answer(&mut self) -> anyhow::Result<Value> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Ok(answer);
            }
            ensure!(
                self.hear().await?,
                "the socket was closed ({:?}) before an answer",
                self.closed
            );
        }
    }

    /// The next event; answers before it are kept. `None` once the socket has closed or broken off.
    pub async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                if event.id.is_some() {
                    self.last_event_id.clone_from(&event.id);
                }
                return Ok(Some(event));
            }
            if !self.hear().await? {
                return Ok(None);
            }
        }
    }

    /// The next event of this name; others are passed over.
    pub async fn next_of(&mut self, name: &str) -> anyhow::Result<Event> {
        let mut others = Vec::new();
        let wait = async {
            while let Some(event) = self.next().await? {
                if event.event == name {
                    return Ok(event);
                }
                others.push(event.event);
            }
            bail!("the socket was closed ({:?}) before {name}", self.closed)
        };
        // Heartbeats would keep it waiting for ever.
        match timeout(PATIENCE, wait).await {
            Ok(event) => event,
            Err(_) => bail!("waited in vain for {name}; there came {others:?}"),
        }
    }

    /// Reads to the end, and says what came.
    pub async fn rest(&mut self) -> anyhow::Result<Vec<Event>> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(event);
        }
        Ok(events)
    }

    /// Takes the next message; `false` at the end.
    async fn hear(&mut self) -> anyhow::Result<bool> {
        let message = timeout(SILENCE, self.inner.next())
            .await
            .context("the socket is silent")?;
        match message {
            Some(Ok(Message::Text(text))) => self.sort(serde_json::from_str(&text)?)?,
            Some(Ok(Message::Ping(_))) => self.pings += 1,
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame.map(|frame| frame.code.into());
            }
            Some(Ok(other)) => bail!("{other:?} was not expected"),
            Some(Err(_)) | None => return Ok(false),
        }
        Ok(true)
    }

    fn sort(&mut self, frame: Value) -> anyhow::Result<()> {
        let Some(name) = frame["event"].as_str() else {
            self.answers.push_back(frame);
            return Ok(());
        };
        let members = frame.as_object().context("a frame is an object")?;
        let known = ["id", "event", "data"];
        ensure!(
            members.keys().all(|name| known.contains(&name.as_str())),
            "{frame}"
        );
        self.events.push_back(Event {
            id: frame["id"].as_str().map(str::to_owned),
            event: name.to_owned(),
            data: frame["data"].clone(),
        });
        Ok(())
    }
}
