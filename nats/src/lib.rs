//! Step 4: the wire. The log's events on NATS `JetStream`, in the log's order and under the log's numbers.
//!
//! `JetStream` acknowledges before it flushes, so the stream is a copy that can be made again, never the truth: whoever
//! misses something in it reads the log. Stands on `domain` and `eventlog`. The only room that knows async-nats.

mod backoff;
mod bell;
mod bus;
mod envelope;
mod eraser;
mod error;
mod feed;
mod floor;
mod jetstream;
mod meters;
mod relay;
mod stream;
mod subject;
mod subscription;
mod sweep;
mod whisper;
mod wire;

pub use bell::{Bell, Hint};
pub use bus::{Bus, Message, Messages};
pub use envelope::{Envelope, Unbelievable};
pub use eraser::Eraser;
pub use error::Error;
pub use feed::Feed;
pub use floor::publishing_rate;
pub use relay::Relay;
pub use stream::{Place, RETENTION, Stream};
pub use subject::{STREAM, subject};
pub use subscription::{Missed, Subscription};
pub use whisper::Whisper;
pub use wire::{Address, Wire};
