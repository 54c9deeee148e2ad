//! Step 5: the read models, from the log's events.
//!
//! Pure functions of (rows, event): thrown away and filled again they come out the same. One read model, one file; a run of
//! `message.sent`, which is nearly all there is, has its own. Stands on `domain`, `eventlog` and `nats`.

mod accounts;
mod blocks;
mod checkpoint;
mod drift;
mod erasing;
mod error;
mod fill;
mod groups;
mod halt;
mod inbox;
mod known;
mod last_conversation;
mod meters;
mod names;
mod other;
mod projector;
mod rebuild;
mod run;
mod sent;
mod sent_box;
mod tables;
mod touched;

pub use checkpoint::Checkpoint;
pub use drift::recount;
pub use error::Error;
pub use fill::Filler;
pub use halt::Halt;
pub use projector::{PARTITION, Projector};
pub use rebuild::{Compared, Difference, Model, Rebuild, drop_all, drop_old};
pub use run::Run;
pub use tables::{Database, Tables};
