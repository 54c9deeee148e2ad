//! The log as those see it who do not trust us: events as stored, the tree over them, and its signed heads.

mod entries;
mod entry;
mod heads;
mod scan;
mod sealer;
mod tiles;
mod verifier;

pub use entries::{Entries, Page};
pub use entry::{Entry, NotAnEntry};
pub use heads::{Head, Heads, head_line, note_in};
pub use sealer::{Pace, Sealer};
pub use tiles::Tiles;
pub use verifier::{Finding, Verified, Verifier};
