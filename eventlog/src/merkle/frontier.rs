//! A tree's right edge: as much of it as one more leaf needs.

use super::{
    TILE,
    hash::{Hash, node, sha256},
};

/// The roots of the perfect subtrees that a tree of this size falls into, the largest first. Grows with the logarithm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The root of a perfect subtree of height 8 × level: an entry of a tile of that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// 1 for 256 leaves, 2 for 65,536, …
    pub level: u8,
    /// Its place among those of its level, from 0.
    pub number: u64,
    /// Its root.
    pub hash: Hash,
}

impl Frontier {
    /// Of a tree whose rightmost tiles are known: of level 0 first, each the hashes that do not fill a tile of the next level.
    /// `None` if they are too many or too few for this size.
    #[must_use]
    pub fn of_tiles(size: u64, tiles: &[Vec<Hash>]) -> Option<Self> {
        let mut frontier = Self {
            size,
            peaks: Vec::new(),
        };
        let mut rest = size;
        for tile in tiles {
            let width = usize::try_from(rest % TILE).ok()?;
            if tile.len() != width {
                return None;
            }
            rest /= TILE;
        }
        for tile in tiles.iter().rev() {
            let mut part = Self::default();
            for hash in tile {
                part.push(*hash, &mut Vec::new());
            }
            frontier.peaks.append(&mut part.peaks);
        }
        (rest == 0).then_some(frontier)
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. The subtrees that it completes are told, the smallest first.
    pub fn push(&mut self, leaf: Hash, completed: &mut Vec<Subtree>) {
        let mut hash = leaf;
        self.size += 1;
        for height in 1..=self.size.trailing_zeros() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            if height % 8 == 0 {
                completed.push(Subtree {
                    level: u8::try_from(height / 8).unwrap_or(u8::MAX),
                    number: (self.size >> height) - 1,
                    hash,
                });
            }
        }
        self.peaks.push(hash);
    }

    /// The tree's root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return sha256(&[]);
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{leaf, proof::naive};

    /// The leaves with which Certificate Transparency's implementations are tested, and the roots of their trees.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn hex(hash: Hash) -> String {
        use std::fmt::Write;
        hash.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn grown(leaves: &[Hash]) -> (Frontier, Vec<Subtree>) {
        let (mut frontier, mut completed) = (Frontier::default(), Vec::new());
        for leaf in leaves {
            frontier.push(*leaf, &mut completed);
        }
        (frontier, completed)
    }

    fn numbered(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        for (size, root) in ROOTS.iter().enumerate() {
            let leaves: Vec<Hash> = LEAVES[..size].iter().map(|entry| leaf(entry)).collect();
            assert_eq!(hex(grown(&leaves).0.root()), *root, "{size}");
        }
    }

    #[test]
    fn the_edge_is_found_again_in_its_tiles() {
        let leaves = numbered(70_000);
        for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000] {
            let all = &leaves[..size];
            let (frontier, completed) = grown(all);
            let size = size as u64;
            let tiles: Vec<Vec<Hash>> = (0_u8..3)
                .map(|level| {
                    let of_level = completed.iter().filter(|subtree| subtree.level == level);
                    let hashes: Vec<Hash> = if level == 0 {
                        all.to_vec()
                    } else {
                        of_level.map(|subtree| subtree.hash).collect()
                    };
                    let width = usize::try_from((size >> (8 * level)) % TILE).unwrap();
                    hashes[hashes.len() - width..].to_vec()
                })
                .collect();
            let found = Frontier::of_tiles(size, &tiles).unwrap();
            assert_eq!(found, frontier, "{size}");
            assert_eq!(Frontier::of_tiles(size + 1, &tiles), None);
        }
    }

    #[test]
    fn subtrees_are_numbered_in_their_level() {
        let (_, completed) = grown(&numbered(65_536 + 256));
        let ones = completed.iter().filter(|subtree| subtree.level == 1);
        assert!(ones.map(|subtree| subtree.number).eq(0..257));
        let twos: Vec<_> = completed
            .iter()
            .filter(|subtree| subtree.level == 2)
            .collect();
        assert_eq!(twos.len(), 1);
        assert_eq!(twos[0].hash, naive(&numbered(65_536)));
    }

    proptest! {
        #[test]
        fn roots_are_those_of_the_definition(size in 0_u64..700) {
            let leaves = numbered(size);
            prop_assert_eq!(grown(&leaves).0.root(), naive(&leaves));
        }
    }
}
