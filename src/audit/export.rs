//! An export: a directory with everything that a verification needs.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::lines::Lines;

/// The public keys, one a line.
pub const KEYS: &str = "key.txt";
/// The signed heads, as `GET /api/v1/audit/checkpoints` gives them.
pub const HEADS: &str = "heads.ndjson";
/// The events, as `GET /api/v1/audit/events` gives them.
pub const EVENTS: &str = "events.ndjson";

/// How much of a file is read at once.
const PIECE: usize = 1 << 16;

/// A directory that was exported.
pub struct Export {
    directory: PathBuf,
}

impl Export {
    pub fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub fn keys(&self) -> anyhow::Result<String> {
        let path = self.directory.join(KEYS);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    pub fn heads(&self, take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        lines_of(&self.directory.join(HEADS), take)
    }

    pub fn events(&self, take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        lines_of(&self.directory.join(EVENTS), take)
    }
}

/// Each line, and what stands behind the last one.
fn lines_of(path: &Path, mut take: impl FnMut(&[u8]) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(unreadable)?;
    let (mut lines, mut piece) = (Lines::default(), vec![0; PIECE]);
    loop {
        let count = file.read(&mut piece).with_context(unreadable)?;
        if count == 0 {
            break;
        }
        lines.take(&piece[..count], &mut take)?;
    }
    let rest = lines.rest();
    if rest.is_empty() { Ok(()) } else { take(&rest) }
}
