use axum::{
    body::Bytes,
    http::StatusCode,
    routing::{get, post},
};
use futures::stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};

use super::*;
use crate::http::testing;

/// A service on a port of its own, with everything on.
struct House {
    address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<io::Result<()>>,
}

impl House {
    async fn open(limits: ServeLimits) -> Self {
        let endless =
            stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 16 * 1024])));
        let router = Router::new()
            .route(
                "/peer",
                get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()),
            )
            .route("/bytes", post(async |body: Bytes| body.len().to_string()))
            .route("/blind", post(async || StatusCode::UNAUTHORIZED))
            .route("/endless", get(async || Body::from_stream(endless)))
            .route("/never", get(std::future::pending::<()>))
            .route(
                "/silent",
                get(async || Body::from_stream(stream::pending::<Result<Bytes, io::Error>>())),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(serve(
            listener,
            testing::http(router),
            shutdown.clone(),
            limits,
        ));
        Self {
            address,
            shutdown,
            served,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

/// Short, but not so short that a busy computer trips over it.
fn short() -> ServeLimits {
    let moment = Duration::from_millis(300);
    ServeLimits {
        head_within: moment,
        write_stall: moment,
        farewell: moment,
        ..ServeLimits::default()
    }
}

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads until the other end closes; `None`: it resets.
async fn everything(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn the_peers_address_comes_with_the_request() {
    let house = House::open(ServeLimits::default()).await;
    let mut stream = house
        .say("GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    let mine = stream.local_addr().unwrap().to_string();
    assert!(everything(&mut stream).await.unwrap().ends_with(&mine));
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off() {
    let house = House::open(short()).await;
    let mut stream = house.say("GET /peer HTTP/1.1\r\nho").await;
    // It goes on writing all the time, and is cut off nevertheless.
    let (mut reader, mut writer) = stream.split();
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let trickle = async {
        while writer.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    };
    let mut heard = Vec::new();
    let cut = async {
        tokio::select! { () = trickle => {}, _ = reader.read_to_end(&mut heard) => {} }
    };
    timeout(PATIENCE, cut).await.unwrap();
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let house = House::open(short()).await;
    let mut stream = house.connect().await;
    assert_eq!(everything(&mut stream).await.as_deref(), Some(""));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let house = House::open(ServeLimits::default()).await;
    let long = format!(
        "GET /peer HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "a".repeat(20_000)
    );
    let many = format!(
        "GET /peer HTTP/1.1\r\nhost: x\r\n{}\r\n",
        "a: b\r\n".repeat(65)
    );
    for head in [long, many] {
        let mut stream = house.say(&head).await;
        // What of the head was not read makes the closing socket reset, so only what came before that is there.
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.unwrap();
        assert_problem(&String::from_utf8_lossy(&heard[..length]), 431);
    }
}

#[tokio::test]
async fn what_is_not_even_http_is_answered_with_a_problem() {
    let house = House::open(ServeLimits::default()).await;
    for text in [
        "rubbish\r\n\r\n",
        "GET /peer HTTP/9.9\r\n\r\n",
        "GET /peer HTTP/1.1\r\nno colon\r\n\r\n",
    ] {
        assert_problem(&everything(&mut house.say(text).await).await.unwrap(), 400);
    }
}

fn assert_problem(answer: &str, status: u16) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status}")),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("content-type: application/problem+json"),
        "{head}"
    );
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(body).unwrap()["status"],
        status
    );
}

#[tokio::test]
async fn a_stalled_reader_is_cut_off() {
    let house = House::open(ServeLimits {
        farewell: Duration::from_hours(1),
        ..short()
    })
    .await;
    let mut stream = house.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    stream.read_exact(&mut [0; 100]).await.unwrap();
    // It reads no further. The house's side of the socket has to go away by itself.
    house.shutdown.cancel();
    timeout(PATIENCE, house.served)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_stalled_reader_frees_its_seat_while_the_service_goes_on() {
    let house = House::open(ServeLimits {
        connections: 1,
        ..short()
    })
    .await;
    let mut stalled = house.say("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    stalled.read_exact(&mut [0; 100]).await.unwrap();
    let freed = async {
        loop {
            let mut next = house
                .say("GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                .await;
            if everything(&mut next)
                .await
                .is_some_and(|answer| answer.contains("200 OK"))
            {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, freed).await.unwrap();
}

#[tokio::test]
async fn the_answer_to_a_body_that_is_too_large_can_be_read() {
    let house = House::open(ServeLimits::default()).await;
    for (path, status) in [
        ("/bytes", "413"),
        ("/blind", "401"),
        ("/nowhere", "404"),
        ("/bytes?token=x", "400"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            1 << 20
        );
        let mut stream = house.say(&head).await;
        // A plain client: it writes everything before it reads anything.
        stream.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
        let answer = everything(&mut stream)
            .await
            .expect("the connection is not reset");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_is_not_made_to_send() {
    let house = House::open(ServeLimits::default()).await;
    let head =
        "POST /blind HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 100000\r\n\r\n";
    let answer = everything(&mut house.say(head).await).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[tokio::test]
async fn a_connection_too_many_is_told_so() {
    let house = House::open(ServeLimits {
        connections_per_address: 1,
        ..ServeLimits::default()
    })
    .await;
    let mut first = house.say("GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await;
    first.read_exact(&mut [0; 12]).await.unwrap();
    let answer = everything(&mut house.connect().await).await.unwrap();
    assert_problem(&answer, 503);
}

#[tokio::test]
async fn shutting_down_ends_idle_connections_at_once() {
    let house = House::open(ServeLimits {
        head_within: Duration::from_hours(1),
        farewell: Duration::from_hours(1),
        ..ServeLimits::default()
    })
    .await;
    let mut idle = house.say("GET /peer HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.read_exact(&mut [0; 12]).await.unwrap();
    house.shutdown.cancel();
    timeout(PATIENCE, house.served)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(everything(&mut idle).await.is_some());
}

#[tokio::test]
async fn shutting_down_waits_for_nobody_for_ever() {
    let house = House::open(short()).await;
    let mut stream = house.say("GET /silent HTTP/1.1\r\nhost: x\r\n\r\n").await;
    stream.read_exact(&mut [0; 12]).await.unwrap();
    let _hanging = house.say("GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    house.shutdown.cancel();
    house.served.await.unwrap().unwrap();
}

#[test]
fn a_broken_connection_is_no_reason_to_pause() {
    assert!(is_the_callers_fault(
        &io::ErrorKind::ConnectionAborted.into()
    ));
    // Too many open files, in this process and in the system.
    for number in [24, 23] {
        assert!(!is_the_callers_fault(&io::Error::from_raw_os_error(number)));
    }
}
