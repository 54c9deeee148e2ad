//! A whole service: the real binary's roles as processes of their own, over a database and a nats-server of their own.
//!
//! ```no_run
//! # async fn story(binary: &str) -> anyhow::Result<()> {
//! use house::{House, Plan};
//!
//! let house = House::open(binary, Plan::default()).await?;
//! let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
//! let mut news = bob.events(None).await?;
//! alice.send("bob", "Hello").await?;
//! assert_eq!(news.next_of("message.new").await?.data["message"]["body"], "Hello");
//! house.finish().await
//! # }
//! ```

mod answer;
mod events;
mod house;
mod links;
mod mailboxes;
mod node;
mod person;
mod socket;
mod stored;
mod until;

pub use answer::Answer;
pub use events::{Event, Events};
pub use house::{House, Plan};
pub use links::Links;
pub use node::{Node, Role};
pub use person::{PASSWORD, Person};
pub use socket::Socket;
pub use stored::{Asking, Stored, StreamState};
pub use until::{until, until_within};
