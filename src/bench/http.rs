//! A keep-alive connection that costs little: what the driver spends, the service on the same machine cannot.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// One connection, with at most one request in flight.
pub struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    pub body: Bytes,
}

struct Head {
    status: u16,
    /// `None`: in chunks.
    length: Option<usize>,
    etag: Option<String>,
}

/// A request as it goes over the wire.
pub fn request(method: &str, path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    request_with(method, path, token, "", body)
}

/// The same with further header lines, each with its end.
pub fn request_with(
    method: &str,
    path: &str,
    token: Option<&str>,
    lines: &str,
    body: &str,
) -> Vec<u8> {
    let token = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let length = if body.is_empty() {
        String::new()
    } else {
        format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )
    };
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{token}{lines}{length}\r\n{body}")
        .into_bytes()
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("the service takes no connection")?;
        Self::over(stream)
    }

    /// One whose kernel takes next to nothing that is not read.
    pub async fn narrow(address: SocketAddr) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4 * 1024)?;
        let stream = socket.connect(address).await;
        Self::over(stream.context("the service takes no connection")?)
    }

    fn over(stream: TcpStream) -> anyhow::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: BytesMut::with_capacity(16 * 1024),
        })
    }

    /// Asks, and waits for the whole answer.
    pub async fn call(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let head = self.ask(request).await?;
        let length = head.length.context("an answer without a length")?;
        Ok(Answer {
            status: head.status,
            etag: head.etag,
            body: self.take(length).await?,
        })
    }

    /// Asks for an answer that never ends. What follows comes by [`Self::chunk`].
    pub async fn follow(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let head = self.ask(request).await?;
        if let Some(length) = head.length {
            bail!(
                "no stream but {}: {}",
                head.status,
                String::from_utf8_lossy(&self.take(length).await?)
            );
        }
        ensure!(head.status == 200, "no stream but {}", head.status);
        Ok(())
    }

    /// The next piece of an answer that never ends.
    pub async fn chunk(&mut self) -> anyhow::Result<Bytes> {
        let line = self.upto(b"\r\n").await?;
        let length = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| usize::from_str_radix(line.trim_end(), 16).ok());
        let length = length.context("a chunk without a length")?;
        ensure!(length > 0, "the service ended the stream");
        let mut chunk = self.take(length + 2).await?;
        chunk.truncate(length);
        Ok(chunk)
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Head> {
        self.stream.write_all(request).await?;
        let head = self.upto(b"\r\n\r\n").await?;
        std::str::from_utf8(&head)
            .ok()
            .and_then(read_head)
            .context("an answer that is not HTTP/1.1")
    }

    async fn upto(&mut self, end: &[u8]) -> anyhow::Result<Bytes> {
        let mut from = 0;
        loop {
            if let Some(at) = find(&self.buffer[from..], end) {
                return Ok(self.buffer.split_to(from + at + end.len()).freeze());
            }
            from = (self.buffer.len() + 1).saturating_sub(end.len());
            self.more().await?;
        }
    }

    async fn take(&mut self, length: usize) -> anyhow::Result<Bytes> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.copy_to_bytes(length))
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        ensure!(
            self.stream.read_buf(&mut self.buffer).await? > 0,
            "the service closed the connection"
        );
        Ok(())
    }
}

impl Answer {
    /// The body of an answer that had to be this one.
    pub fn expect(&self, status: u16) -> anyhow::Result<serde_json::Value> {
        ensure!(
            self.status == status,
            "{} instead of {status}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        Ok(serde_json::from_slice(&self.body)?)
    }
}

fn read_head(head: &str) -> Option<Head> {
    let mut lines = head.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.1 ")?
        .split(' ')
        .next()?
        .parse()
        .ok()?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let field = |name: &str| {
        let mut fields = fields.clone();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Some(Head {
        status,
        length: match status {
            204 | 304 => Some(0),
            _ => field("content-length").and_then(|value| value.parse().ok()),
        },
        etag: field("etag"),
    })
}

/// Where something is.
pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A service that says this, some bytes at a time, whatever it is asked.
    async fn says(answer: &'static str, at_a_time: usize) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connection = Connection::open(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            stream.set_nodelay(true).unwrap();
            for piece in answer.as_bytes().chunks(at_a_time) {
                stream.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        connection
    }

    #[tokio::test]
    async fn an_answer_comes_whole_however_it_is_cut() {
        for at_a_time in [1, 3, 1_000] {
            let mut connection = says(
                "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
                at_a_time,
            )
            .await;
            let answer = connection
                .call(&request("GET", "/", None, ""))
                .await
                .unwrap();
            assert_eq!(answer.expect(201).unwrap(), serde_json::json!({}));
            assert!(answer.expect(200).is_err());
        }
    }

    #[tokio::test]
    async fn a_stream_comes_in_its_chunks_and_its_end_is_an_error() {
        let stream = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123\r\n6789\r\n0\r\n\r\n";
        for at_a_time in [1, 4, 1_000] {
            let mut connection = says(stream, at_a_time).await;
            connection
                .follow(&request("GET", "/", Some("token"), ""))
                .await
                .unwrap();
            assert_eq!(connection.chunk().await.unwrap(), "hello");
            assert_eq!(connection.chunk().await.unwrap(), "0123\r\n6789");
            assert!(connection.chunk().await.is_err());
        }
    }
}
