//! What JetStream holds, asked over NATS' own text protocol: the wire's client belongs to the wire's room alone.

use anyhow::{Context, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{NatsServer, id};

const STREAM: &str = "TIDINGS_EVENTS";
/// JetStream's answer when there is no such stream, or no such message.
const NOT_FOUND: u64 = 404;

/// The stream as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamState {
    /// Sequence of the first message.
    pub first: i64,
    /// Sequence of the last one.
    pub last: i64,
    /// How many there are.
    pub messages: i64,
}

/// One message of the stream.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its place.
    pub sequence: i64,
    /// What the header `Tidings-Position` says.
    pub position: i64,
    /// Its headers, a line each.
    pub headers: String,
    /// What it says.
    pub event: Value,
}

impl NatsServer {
    /// The stream of the events; `None` while there is none.
    pub async fn stream(&self) -> anyhow::Result<Option<StreamState>> {
        let answer = self
            .ask(&format!("$JS.API.STREAM.INFO.{STREAM}"), &Value::Null)
            .await?;
        if answer["error"]["code"] == NOT_FOUND {
            return Ok(None);
        }
        let number = |name: &str| {
            answer["state"][name]
                .as_i64()
                .with_context(|| format!("{answer}"))
        };
        Ok(Some(StreamState {
            first: number("first_seq")?,
            last: number("last_seq")?,
            messages: number("messages")?,
        }))
    }

    /// One message of the stream; `None` where there is none.
    pub async fn stored(&self, sequence: i64) -> anyhow::Result<Option<Stored>> {
        self.connect().await?.stored(sequence).await
    }

    /// One request and its answer, on a connection of its own.
    async fn ask(&self, subject: &str, request: &Value) -> anyhow::Result<Value> {
        self.connect().await?.ask(subject, request).await
    }

    /// For who asks a lot.
    pub async fn connect(&self) -> anyhow::Result<Asking> {
        let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", self.port())).await?);
        // Nobody else's, or two who ask at once hear each other's answers.
        let inbox = id().simple().to_string();
        let greeting = format!("CONNECT {{\"verbose\":false}}\r\nSUB {inbox} 1\r\n");
        stream.write_all(greeting.as_bytes()).await?;
        Ok(Asking { stream, inbox })
    }
}

/// A connection to a nats-server.
#[derive(Debug)]
pub struct Asking {
    stream: BufReader<TcpStream>,
    inbox: String,
}

impl Asking {
    /// One message of the stream; `None` where there is none.
    pub async fn stored(&mut self, sequence: i64) -> anyhow::Result<Option<Stored>> {
        let subject = format!("$JS.API.STREAM.MSG.GET.{STREAM}");
        let answer = self.ask(&subject, &json!({ "seq": sequence })).await?;
        if answer["error"]["code"] == NOT_FOUND {
            return Ok(None);
        }
        let message = &answer["message"];
        let bytes = |name: &str| -> anyhow::Result<Vec<u8>> {
            let encoded = message[name]
                .as_str()
                .with_context(|| format!("{answer}"))?;
            Ok(STANDARD.decode(encoded)?)
        };
        let headers = String::from_utf8(bytes("hdrs")?)?;
        let position = headers
            .lines()
            .find_map(|line| line.strip_prefix("Tidings-Position:"));
        let position = position.context("no position")?.trim().parse()?;
        Ok(Some(Stored {
            sequence: message["seq"].as_i64().context("no sequence")?,
            position,
            event: serde_json::from_slice(&bytes("data")?)?,
            headers,
        }))
    }

    async fn ask(&mut self, subject: &str, request: &Value) -> anyhow::Result<Value> {
        let payload = if request.is_null() {
            String::new()
        } else {
            request.to_string()
        };
        let (stream, inbox) = (&mut self.stream, &self.inbox);
        let sent = format!("PUB {subject} {inbox} {}\r\n{payload}\r\n", payload.len());
        stream.write_all(sent.as_bytes()).await?;
        loop {
            let mut line = String::new();
            let read = stream.read_line(&mut line).await?;
            ensure!(read > 0, "nats-server closed the connection");
            let line = line.trim_end();
            if line == "PING" {
                stream.write_all(b"PONG\r\n").await?;
            } else if let Some(head) = line.strip_prefix(&format!("MSG {inbox} 1 ")) {
                // And the line's end behind it.
                let mut answer = vec![0; head.parse::<usize>()? + 2];
                stream.read_exact(&mut answer).await?;
                return Ok(serde_json::from_slice(&answer)?);
            } else if line.starts_with("-ERR") {
                bail!("nats-server says {line}");
            }
        }
    }
}
