//! Step 4: the bus that NATS is.

use std::time::Duration;

use async_nats::{
    HeaderMap,
    jetstream::{
        self,
        consumer::{DeliverPolicy, pull},
        context::{PublishAckFuture, PublishError},
        message::PublishMessage,
        publish::PublishAck,
    },
};
use eventlog::Source;
use futures::{FutureExt, StreamExt, future};

use crate::{Bus, Envelope, Error, Message, Messages, Place, Stream, Wire, subject::STREAM};

type Acked = Result<PublishAck, PublishError>;

impl Bus for Wire {
    type Ack =
        future::Map<<PublishAckFuture as IntoFuture>::IntoFuture, fn(Acked) -> Result<i64, Error>>;
    type Messages = pull::Ordered;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    fn is_connected(&self) -> bool {
        Self::is_connected(self)
    }

    async fn place(&self, log: &impl Source) -> Result<Place, Error> {
        Ok(Stream::open(self, log).await?.place)
    }

    async fn publish(
        &self,
        subject: String,
        message: Message,
        expected: Option<i64>,
    ) -> Result<Self::Ack, Error> {
        let mut publish = PublishMessage::build()
            .payload(message.payload)
            .header("Content-Type", "application/cloudevents+json")
            .header("Tidings-Epoch", self.identity().epoch.to_string())
            .header("Tidings-Position", message.sequence.to_string())
            .header("Tidings-Mac", message.mac);
        if let Some(expected) = expected {
            publish = publish.expected_last_sequence(expected.unsigned_abs());
        }
        if let Some(traceparent) = message.traceparent {
            publish = publish.header("traceparent", traceparent);
        }
        let ack = self.jetstream.send_publish(subject, publish).await;
        Ok(ack.map_err(Error::away)?.into_future().map(sequence))
    }

    async fn erase(&self, log: &impl Source, positions: &[i64]) -> Result<(), Error> {
        if positions.is_empty() {
            return Ok(());
        }
        Stream::open(self, log).await?.erase(positions).await
    }

    async fn messages(&self, after: i64) -> Result<pull::Ordered, Error> {
        let stream = self.jetstream.get_stream_no_info(STREAM).await;
        let consumer = stream
            .map_err(Error::away)?
            .create_consumer(pull::OrderedConfig {
                deliver_policy: DeliverPolicy::ByStartSequence {
                    start_sequence: (after + 1).unsigned_abs(),
                },
                max_expires: Duration::from_secs(5),
                ..pull::OrderedConfig::default()
            })
            .await
            .map_err(Error::away)?;
        consumer.messages().await.map_err(Error::away)
    }
}

fn sequence(ack: Acked) -> Result<i64, Error> {
    let ack = ack.map_err(Error::away)?;
    Ok(i64::try_from(ack.sequence).unwrap_or(i64::MAX))
}

impl Messages for pull::Ordered {
    async fn next(&mut self) -> Result<Message, Error> {
        let message = StreamExt::next(self)
            .await
            .ok_or_else(|| Error::away("the subscription ended"))?;
        Ok(message.map_err(Error::away)?.into())
    }
}

/// What does not say where it stands, or is not signed, is read as such: nobody believes it.
impl From<jetstream::Message> for Message {
    fn from(message: jetstream::Message) -> Self {
        let sequence = message
            .info()
            .map_or(0, |info| i64::try_from(info.stream_sequence).unwrap_or(0));
        let header = |name| {
            let headers: &HeaderMap = message.headers.as_ref()?;
            Some(headers.get(name)?.as_str().to_owned())
        };
        Self {
            sequence,
            mac: header("Tidings-Mac").unwrap_or_default(),
            traceparent: header("traceparent"),
            payload: message.message.payload,
        }
    }
}
