//! Whether a log is what was signed. Knows no database and no service: lines, notes and keys are all it needs.

use thiserror::Error;

use super::{Entry, heads::unsigned};
use crate::merkle::{Checkpoint, Frontier, NoteError, VerifyingKey};

/// What is wrong, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Finding {
    /// A signed head is not one.
    #[error("head {number} is not to be believed: {source}")]
    Head {
        /// Which, from 1.
        number: usize,
        /// Why.
        source: NoteError,
    },
    /// Two heads of the same size with two roots, or one that is smaller than the one before it.
    #[error("head {number}, of {size} events, contradicts the one before it")]
    Heads {
        /// Which, from 1.
        number: usize,
        /// What it says that it covers.
        size: u64,
    },
    /// A line is not one of the log's.
    #[error("the event at position {position} is not written as the log writes it")]
    Line {
        /// Where it stands.
        position: u64,
    },
    /// Left out, put in, or moved.
    #[error("where position {position} belongs stands position {found}")]
    Position {
        /// What belongs there.
        position: u64,
        /// What is there.
        found: i64,
    },
    /// Something in it was changed.
    #[error("the event at position {position} is not what its leaf hash was made of")]
    Leaf {
        /// Where it stands.
        position: u64,
    },
    /// It claims to be older than the one before it.
    #[error("the event at position {position} is older than the one before it")]
    Time {
        /// Where it stands.
        position: u64,
    },
    /// Events were changed together with their leaf hashes.
    #[error(
        "the events up to position {size} are not those that were signed: the first wrong one is at position {first} or behind it"
    )]
    Root {
        /// What the head covers.
        size: u64,
        /// The first event that the head before does not cover.
        first: u64,
    },
    /// The log ends too early.
    #[error("the event at position {position} is missing: {size} were signed")]
    Missing {
        /// The first that is not there.
        position: u64,
        /// What the newest head covers.
        size: u64,
    },
    /// The log goes on behind its newest head.
    #[error("no signature covers the event at position {position}: the newest head ends before it")]
    Uncovered {
        /// The first such.
        position: u64,
    },
    /// What somebody has kept says otherwise.
    #[error("the log does not begin with the {size} events of the checkpoint that was kept")]
    Since {
        /// How many it covers.
        size: u64,
    },
    /// There is nothing to hold the events against.
    #[error("there is no signed head")]
    NoHead,
}

/// What was found to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events.
    pub events: u64,
    /// How many signed heads, each of which they agree with.
    pub heads: usize,
    /// The newest head.
    pub head: Checkpoint,
}

/// Goes through a log, line by line, with the signed heads beside it.
pub struct Verifier {
    keys: Vec<VerifyingKey>,
    heads: Vec<Checkpoint>,
    /// The head that is reached next.
    next: usize,
    frontier: Frontier,
    first: u64,
    time: i64,
}

impl Verifier {
    /// With the keys that are believed, from the log's beginning.
    #[must_use]
    pub fn new(keys: Vec<VerifyingKey>) -> Self {
        Self::behind(keys, Frontier::default())
    }

    /// From behind a tree whose right edge is known. The caller holds its root against a head.
    #[must_use]
    pub fn behind(keys: Vec<VerifyingKey>, frontier: Frontier) -> Self {
        Self {
            keys,
            heads: Vec::new(),
            next: 0,
            first: frontier.size(),
            frontier,
            time: i64::MIN,
        }
    }

    /// A signed head, in the order of their sizes, before the events. Of a tree that is smaller than the one it started
    /// behind, nothing can be told.
    pub fn head(&mut self, note: &str) -> Result<&Checkpoint, Finding> {
        let number = self.heads.len() + 1;
        let opened = self.keys.iter().map(|key| Checkpoint::open(note, key));
        let mut opened: Vec<_> = opened.collect();
        let best = opened.iter().position(Result::is_ok);
        // Why the one key that made it does not open it says more than that the others did not.
        let best = best.or_else(|| opened.iter().position(|one| *one == Err(NoteError::Forged)));
        let head = match opened.get(best.unwrap_or(0)) {
            Some(_) => opened.swap_remove(best.unwrap_or(0)),
            None => Err(NoteError::Unsigned),
        };
        let head = head.map_err(|source| Finding::Head { number, source })?;
        if let Some(last) = self.heads.last() {
            let is_same = last.size == head.size && last.root == head.root;
            if head.size < last.size || (head.size == last.size && !is_same) {
                let size = head.size;
                return Err(Finding::Heads { number, size });
            }
        }
        self.heads.push(head);
        Ok(&self.heads[number - 1])
    }

    /// How many events the newest head covers.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.heads.last().map_or(0, |head| head.size)
    }

    /// How far it has come.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.frontier.size()
    }

    /// The next line, without its end.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Finding> {
        let position = self.frontier.size() + 1;
        let entry = Entry::read(line).map_err(|_| Finding::Line { position })?;
        self.entry(&entry)
    }

    /// The next event.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), Finding> {
        let position = self.frontier.size() + 1;
        if position > self.size() {
            return Err(Finding::Uncovered { position });
        }
        if unsigned(entry.position) != position {
            let found = entry.position;
            return Err(Finding::Position { position, found });
        }
        if !entry.is_whole() {
            return Err(Finding::Leaf { position });
        }
        let time = entry.recorded_at.timestamp_micros();
        if time < self.time {
            return Err(Finding::Time { position });
        }
        self.time = time;
        self.frontier.push(entry.leaf_hash, &mut Vec::new());
        self.compare()
    }

    /// At a head: the root must be the one that was signed.
    fn compare(&mut self) -> Result<(), Finding> {
        let size = self.frontier.size();
        while let Some(head) = self.heads.get(self.next).filter(|head| head.size <= size) {
            let first = match self.next {
                0 => self.first + 1,
                next => self.heads[next - 1].size + 1,
            };
            if head.size == size && head.root != self.frontier.root() {
                return Err(Finding::Root { size, first });
            }
            self.next += 1;
        }
        Ok(())
    }

    /// There are no more events: every head has to be reached.
    pub fn finish(mut self) -> Result<Verified, Finding> {
        self.compare()?;
        let size = self.size();
        if self.frontier.size() < size {
            let position = self.frontier.size() + 1;
            return Err(Finding::Missing { position, size });
        }
        let heads = self.heads.len();
        let head = self.heads.pop().ok_or(Finding::NoHead)?;
        Ok(Verified {
            events: self.frontier.size() - self.first,
            heads,
            head,
        })
    }
}

impl Finding {
    /// Where the first wrong event is, if it is about one.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        match self {
            Self::Line { position }
            | Self::Position { position, .. }
            | Self::Leaf { position }
            | Self::Time { position }
            | Self::Missing { position, .. }
            | Self::Uncovered { position } => Some(*position),
            Self::Root { first, .. } => Some(*first),
            Self::Head { .. } | Self::Heads { .. } | Self::Since { .. } | Self::NoHead => None,
        }
    }
}
