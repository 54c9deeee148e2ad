//! Somebody else's server: takes deliveries, or does what servers do.

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

/// How a delivery is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 204.
    Taken,
    /// 204, after a while.
    Late(Duration),
    /// 200, with a body of so many bytes.
    Talkative(usize),
    /// 200, and a body that ends before its length.
    TakenAndGone,
    /// This status line and headers, without a body.
    Says(String),
    /// None; the connection is closed.
    Closed,
    /// None, for ever.
    Silence,
}

/// A delivery that came in whole.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub event: Value,
    pub answer: Answer,
    pub at: Instant,
}

/// A server at an address of this machine.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    deliveries: watch::Sender<Vec<Delivery>>,
    /// What to do with the next ones; afterwards they are taken.
    plan: Arc<Mutex<VecDeque<Answer>>>,
}

impl Answer {
    pub fn says(status: &str) -> Self {
        Self::Says(status.to_owned())
    }

    /// The client has seen 2xx.
    pub fn is_taken(&self) -> bool {
        matches!(
            self,
            Self::Taken | Self::Late(_) | Self::Talkative(_) | Self::TakenAndGone
        )
    }
}

impl Delivery {
    /// Its place in the log.
    pub fn position(&self) -> i64 {
        let position = self.event["position"].as_str().unwrap_or_default();
        position.parse().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Checks it against the secret that was shown when the webhook was made.
    pub fn verify(&self, secret: &str) -> Result<()> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").context("whsec_")?)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let text = [
            format!("{}.{}.", self.id, self.timestamp).as_bytes(),
            &self.body,
        ]
        .concat();
        let signature = self.signature.strip_prefix("v1,").context("v1")?;
        let signature = STANDARD.decode(signature)?;
        ensure!(hmac::verify(&key, &text, &signature).is_ok(), "forged");
        Ok(())
    }
}

impl Receiver {
    pub async fn open(plan: impl IntoIterator<Item = Answer>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let receiver = Self {
            url: format!("http://{}/hook", listener.local_addr()?),
            deliveries: watch::Sender::new(Vec::new()),
            plan: Arc::new(Mutex::new(plan.into_iter().collect())),
        };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.serve(socket).await });
            }
        });
        Ok(receiver)
    }

    /// Whatever the plan was.
    pub fn takes_from_now_on(&self) {
        let mut plan = self.plan.lock().expect("nobody panics while holding it");
        plan.clear();
    }

    /// Every delivery so far, in the order in which they came.
    pub fn all(&self) -> Vec<Delivery> {
        self.deliveries.borrow().clone()
    }

    /// Waits for a delivery that is as it should be.
    pub async fn next(&self, mut is_it: impl FnMut(&Delivery) -> bool) -> Result<Delivery> {
        let mut deliveries = self.deliveries.subscribe();
        let found = deliveries.wait_for(|all| all.iter().any(&mut is_it));
        let all = timeout(Duration::from_mins(2), found)
            .await
            .context("waited in vain for a delivery")??
            .clone();
        all.into_iter().find(is_it).context("it was there")
    }

    async fn serve(&self, socket: TcpStream) -> Result<()> {
        let mut socket = BufReader::new(socket);
        while let Some((headers, body)) = read(&mut socket).await? {
            let answer = self
                .plan
                .lock()
                .expect("nobody panics while holding it")
                .pop_front();
            let answer = answer.unwrap_or(Answer::Taken);
            let delivery = delivery(headers, body, &answer)?;
            if let Answer::Late(wait) = &answer {
                let _ = timeout(*wait, future::pending::<()>()).await;
            }
            // Noted once it was answered: who waits for it may rely on that.
            let written = respond(&mut socket, &answer).await;
            // The next one may have come meanwhile, by another connection.
            self.deliveries.send_modify(|all| {
                let place = all.partition_point(|other| other.at <= delivery.at);
                all.insert(place, delivery);
            });
            match answer {
                Answer::Silence => future::pending().await,
                Answer::Closed | Answer::TakenAndGone => return Ok(()),
                _ => written?,
            }
        }
        Ok(())
    }
}

async fn read(
    socket: &mut BufReader<TcpStream>,
) -> Result<Option<(Vec<(String, String)>, Vec<u8>)>> {
    let mut line = String::new();
    if socket.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    ensure!(line.starts_with("POST /hook HTTP/1.1"), "{line}");
    let mut headers = Vec::new();
    loop {
        line.clear();
        socket.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.context("content-length")?.1.parse()?];
    socket.read_exact(&mut body).await?;
    Ok(Some((headers, body)))
}

fn delivery(headers: Vec<(String, String)>, body: Vec<u8>, answer: &Answer) -> Result<Delivery> {
    let header = |name: &str| {
        let mut headers = headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).context("a header")
    };
    Ok(Delivery {
        id: header("webhook-id")?,
        timestamp: header("webhook-timestamp")?.parse()?,
        signature: header("webhook-signature")?,
        event: serde_json::from_slice(&body)?,
        headers,
        body,
        answer: answer.clone(),
        at: Instant::now(),
    })
}

async fn respond(socket: &mut BufReader<TcpStream>, answer: &Answer) -> Result<()> {
    let head = match answer {
        Answer::Taken | Answer::Late(_) => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        Answer::Talkative(length) => format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"),
        Answer::TakenAndGone => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned(),
        Answer::Says(status) => format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"),
        Answer::Closed | Answer::Silence => return Ok(()),
    };
    socket.write_all(head.as_bytes()).await?;
    if let Answer::Talkative(length) = answer {
        socket.write_all(&vec![b'a'; *length]).await?;
    }
    Ok(())
}
