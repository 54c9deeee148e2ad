//! The Merkle tree of RFC 6962 over the log's leaf hashes, and its heads as C2SP writes and signs them. Pure: nothing here
//! knows a database.
//!
//! Own code: the mathematics is short and frozen, and the crates that have it (`tlog_tiles`, `signed_note`: BSD-3-Clause,
//! young) bring a second implementation of Ed25519 and of SHA-256. The specifications' own vectors are the tests.

mod checkpoint;
mod frontier;
mod hash;
mod note;
mod proof;
mod tile;

pub use checkpoint::Checkpoint;
pub use frontier::{Frontier, Subtree};
pub use hash::{Hash, leaf, node};
pub use note::{NoteError, SigningKey, VerifyingKey, name_of};
pub use proof::{consistency, inclusion, verify_consistency, verify_inclusion};
pub use tile::{Level, Tile};

/// How many hashes a whole tile has: a subtree of height eight.
pub const TILE: u64 = 256;
