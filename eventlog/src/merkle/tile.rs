//! Which part of a tree is asked for (c2sp.org/tlog-tiles): `<level>/<N>[.p/<W>]`.

use std::{fmt, str::FromStr};

use super::{NoteError, TILE};

/// A tile: 256 neighbouring hashes of one level, or as many as there are at the right edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Of what.
    pub level: Level,
    /// Its place in its level, from 0.
    pub index: u64,
    /// How many hashes: 256, or fewer at the right edge.
    pub width: u64,
}

/// What stands in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The entries whose hashes the leaves are.
    Entries,
    /// The roots of subtrees of height 8 × level: 0 for the leaves.
    Hashes(u8),
}

impl Tile {
    /// Whether it will never grow.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == TILE
    }

    /// Which hashes of its level it holds: the first, and the one behind the last.
    #[must_use]
    pub fn range(&self) -> (u64, u64) {
        let first = self.index.saturating_mul(TILE);
        (first, first.saturating_add(self.width))
    }

    /// Whether a tree of this size has all of it.
    #[must_use]
    pub fn is_in(&self, size: u64) -> bool {
        let there = match self.level {
            Level::Entries => size,
            Level::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        };
        self.range().1 <= there
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Entries => f.write_str("entries/")?,
            Level::Hashes(level) => write!(f, "{level}/")?,
        }
        let digits = self.index.to_string();
        let digits = format!("{:0>1$}", digits, digits.len().div_ceil(3) * 3);
        for group in (0..digits.len()).step_by(3) {
            let is_last = group + 3 == digits.len();
            let mark = if is_last { "" } else { "x" };
            let slash = if is_last { "" } else { "/" };
            write!(f, "{mark}{}{slash}", &digits[group..group + 3])?;
        }
        if self.is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", self.width)
    }
}

impl FromStr for Tile {
    type Err = NoteError;

    /// There is one way to write a tile; everything else is none.
    fn from_str(path: &str) -> Result<Self, NoteError> {
        let (level, rest) = path.split_once('/').ok_or(NoteError::Form)?;
        let level = match level {
            "entries" => Level::Entries,
            // As many as the specification has.
            level => Level::Hashes(
                level
                    .parse()
                    .ok()
                    .filter(|level| *level < 64)
                    .ok_or(NoteError::Form)?,
            ),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().map_err(|_| NoteError::Form)?),
            None => (rest, TILE),
        };
        let digits: String = index.chars().filter(char::is_ascii_digit).collect();
        let tile = Self {
            level,
            index: digits.parse().map_err(|_| NoteError::Form)?,
            width,
        };
        let is_tile = (1..=TILE).contains(&width) && tile.to_string() == path;
        is_tile.then_some(tile).ok_or(NoteError::Form)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tiles_are_written_as_specified() {
        let tile = Tile {
            level: Level::Hashes(0),
            index: 1_234_067,
            width: TILE,
        };
        assert_eq!(tile.to_string(), "0/x001/x234/067");
        let partial = Tile {
            level: Level::Entries,
            index: 5,
            width: 112,
        };
        assert_eq!(partial.to_string(), "entries/005.p/112");
    }

    #[test]
    fn there_is_one_way_to_write_a_tile() {
        for wrong in [
            "",
            "0",
            "0/",
            "0/5",
            "0/0005",
            "00/005",
            "64/005",
            "0/x001/5",
            "0/001/067",
            "0/x000/067",
            "0/005.p/256",
            "0/005.p/0",
            "0/005.p/05",
            "0/005.p/",
            "entries/005.p/257",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(wrong.parse::<Tile>(), Err(NoteError::Form), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_tile_comes_back_as_it_went(level in 0_u8..64, index: u64, width in 1_u64..=256) {
            let tile = Tile { level: Level::Hashes(level), index, width };
            prop_assert_eq!(tile.to_string().parse(), Ok(tile));
        }
    }

    #[test]
    fn a_tree_has_what_its_size_says() {
        let tile = |path: &str| path.parse::<Tile>().unwrap();
        assert!(tile("0/000").is_in(256) && !tile("0/000").is_in(255));
        assert!(tile("0/001.p/3").is_in(259) && !tile("0/001.p/4").is_in(259));
        assert!(tile("1/000.p/1").is_in(256) && !tile("1/000.p/1").is_in(255));
        assert!(!tile("63/000.p/1").is_in(u64::MAX));
    }
}
