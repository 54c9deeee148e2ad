//! A whole service in one thread, in a world of memory, on a clock that moves when nobody can go on without it. A seed says
//! who goes next, what is cut off, lost, doubled, delayed and reordered, and who dies; the same seed says the same again.
//!
//! **The service's own code** runs here, as in production: the writer (queue, batches, calling again with the same batch id,
//! the hot tail), the relay, the feed with its subscription and its ways around a stream that falls short, the projector's
//! loop, the envelope with its signature, and all of the notifier behind `GET /api/v1/events`: hub, registry, lines, backlog,
//! openings, tokens, frames.
//!
//! **Doubles** stand where another program does: [`Journal`] for the log's database (`log.append_batch`, and reading by position),
//! [`Bus`] for `JetStream`, [`Tables`] for the read models' database with the rows that SQL makes of events ([`Rows`]).
//! `tests/doubles.rs` holds the first and the last against the real ones. What rings between nodes (NOTIFY, hints) is a few
//! lines in `node`, and what api handlers do around an append (asking again with the same id, looking for a message that is
//! there already) is `commands`.
//!
//! Of `nats`, `Stream` (whose stream it is, and how it is made) is not simulated: `nats/tests` has it before a real server.

mod book;
mod bus;
mod checks;
mod chronicler;
mod commands;
mod device;
mod dice;
mod history;
mod journal;
mod node;
mod rows;
mod storm;
mod tables;
mod turns;
mod view;
mod world;

pub use book::Book;
pub use bus::Bus;
pub use dice::Dice;
pub use history::{Chronicle, Figures, Violation, chronicle, run, tell};
pub use journal::{Entry, Journal};
pub use rows::Rows;
pub use tables::{Tables, place};
pub use turns::{Health, Part, Turns};
pub use view::shown;
