//! Beside the flow: what `JetStream` does alone, for a benchmark to stand the service beside.

use std::{collections::VecDeque, time::Duration};

use async_nats::jetstream::{
    self,
    stream::{Config, StorageType},
};
use bytes::Bytes;
use futures::future::try_join_all;
use tokio::time::Instant;

use crate::{Address, Error};

const STREAM: &str = "TIDINGS_BENCH";
/// As many as a relay has on their way.
const IN_FLIGHT: usize = 256;

/// How many messages a second a stream on disk acknowledges to one publisher, some hundred of them on their way. The stream is made,
/// and deleted in the end.
pub async fn publishing_rate(
    address: &Address,
    body: Bytes,
    warm: Duration,
    measured: Duration,
) -> Result<f64, Error> {
    let mut options = async_nats::ConnectOptions::new();
    if let Some(token) = &address.token {
        options = options.token(token.clone());
    }
    let client = options.connect(&address.url).await.map_err(Error::away)?;
    let jetstream = jetstream::new(client);
    let stream = Config {
        name: STREAM.to_owned(),
        storage: StorageType::File,
        ..Config::default()
    };
    jetstream.create_stream(stream).await.map_err(Error::away)?;
    let (from, mut counted) = (Instant::now() + warm, 0);
    let mut waiting = VecDeque::new();
    loop {
        let sent = jetstream.publish(STREAM, body.clone()).await;
        waiting.push_back(sent.map_err(Error::away)?);
        if waiting.len() < IN_FLIGHT {
            continue;
        }
        if let Some(oldest) = waiting.pop_front() {
            oldest.await.map_err(Error::away)?;
        }
        let now = Instant::now();
        if now >= from + measured {
            break;
        }
        counted += u32::from(now >= from);
    }
    try_join_all(waiting.into_iter().map(IntoFuture::into_future))
        .await
        .map_err(Error::away)?;
    jetstream.delete_stream(STREAM).await.map_err(Error::away)?;
    Ok(f64::from(counted) / measured.as_secs_f64())
}
