//! That a leaf is in a tree, and that a tree begins with another one (RFC 6962, sections 2.1.1 and 2.1.2; the verifications of
//! RFC 9162, sections 2.1.3.2 and 2.1.4.2).

use super::hash::{Hash, node};

/// The proof that the leaf at `index` is in the tree of the first `size` leaves. `root` gives the root of the leaves from one
/// index up to, and without, another. `None` if there is no such leaf.
pub fn inclusion(index: u64, size: u64, root: &impl Fn(u64, u64) -> Hash) -> Option<Vec<Hash>> {
    (index < size).then(|| path(index, (0, size), root))
}

fn path(index: u64, (from, to): (u64, u64), root: &impl Fn(u64, u64) -> Hash) -> Vec<Hash> {
    if to - from == 1 {
        return Vec::new();
    }
    let middle = from + split(to - from);
    let (mut path, sibling) = if index < middle {
        (path(index, (from, middle), root), root(middle, to))
    } else {
        (path(index, (middle, to), root), root(from, middle))
    };
    path.push(sibling);
    path
}

/// The proof that the tree of the first `new` leaves begins with that of the first `old`. `None` if it is smaller.
pub fn consistency(old: u64, new: u64, root: &impl Fn(u64, u64) -> Hash) -> Option<Vec<Hash>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    Some(subproof(old, (0, new), true, root))
}

fn subproof(
    old: u64,
    (from, to): (u64, u64),
    is_whole: bool,
    root: &impl Fn(u64, u64) -> Hash,
) -> Vec<Hash> {
    if old == to {
        return if is_whole {
            Vec::new()
        } else {
            vec![root(from, to)]
        };
    }
    let middle = from + split(to - from);
    let (mut proof, sibling) = if old <= middle {
        (
            subproof(old, (from, middle), is_whole, root),
            root(middle, to),
        )
    } else {
        (subproof(old, (middle, to), false, root), root(from, middle))
    };
    proof.push(sibling);
    proof
}

/// The largest power of two below a size of at least two.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// Whether a proof shows that a leaf is in the tree of this size and root.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut index, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            hash = node(sibling, &hash);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that the tree of `new` leaves begins with that of `old`.
#[must_use]
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size >= new_size {
        let is_same = old_size == 0 || (old_size == new_size && old_root == new_root);
        return is_same && proof.is_empty();
    }
    let (mut index, mut last) = (old_size - 1, new_size - 1);
    let shift = index.trailing_ones();
    index >>= shift;
    last >>= shift;
    // A perfect old tree is its own first subtree.
    let (first, rest) = match proof.split_first() {
        _ if old_size.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (first, rest),
        None => return false,
    };
    let (mut of_old, mut of_new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            of_old = node(sibling, &of_old);
            of_new = node(sibling, &of_new);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node(&of_new, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

/// The definition, word by word: what everything else is held against.
#[cfg(test)]
pub(super) fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => super::hash::sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let middle = usize::try_from(split(leaves.len() as u64)).unwrap();
            node(&naive(&leaves[..middle]), &naive(&leaves[middle..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::leaf;

    fn numbered(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    fn of(leaves: &[Hash]) -> impl Fn(u64, u64) -> Hash {
        |from, to| naive(&leaves[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()])
    }

    proptest! {
        #[test]
        fn a_leaf_is_shown_to_be_where_it_is_and_nowhere_else(size in 1_u64..300, index in 0_u64..300, other in 0_u64..300) {
            let leaves = numbered(size);
            let (index, other) = (index % size, other % size);
            let root = naive(&leaves);
            let proof = inclusion(index, size, &of(&leaves)).unwrap();
            let leaf = &leaves[usize::try_from(index).unwrap()];
            prop_assert!(verify_inclusion(leaf, index, size, &proof, &root));
            prop_assert_eq!(verify_inclusion(leaf, other, size, &proof, &root), other == index);
            prop_assert!(!verify_inclusion(&[7; 32], index, size, &proof, &root));
            prop_assert!(!verify_inclusion(leaf, index, size, &proof, &[7; 32]));
        }

        #[test]
        fn a_tree_begins_with_the_older_one_and_with_no_other(old in 0_u64..300, new in 0_u64..300, byte in 0_usize..32) {
            let (old, new) = (old.min(new), old.max(new));
            let leaves = numbered(new);
            let old_root = naive(&leaves[..usize::try_from(old).unwrap()]);
            let new_root = naive(&leaves);
            let proof = consistency(old, new, &of(&leaves)).unwrap();
            prop_assert!(verify_consistency((old, &old_root), (new, &new_root), &proof));
            let mut wrong = old_root;
            wrong[byte] ^= 1;
            prop_assert_eq!(verify_consistency((old, &wrong), (new, &new_root), &proof), old == 0);
            for place in 0..proof.len() {
                let mut forged = proof.clone();
                forged[place][byte] ^= 1;
                prop_assert!(!verify_consistency((old, &old_root), (new, &new_root), &forged));
            }
        }
    }

    #[test]
    fn nothing_is_shown_of_what_is_not_there() {
        let leaves = numbered(8);
        assert_eq!(inclusion(8, 8, &of(&leaves)), None);
        assert_eq!(consistency(8, 7, &of(&leaves)), None);
        assert!(!verify_inclusion(&leaves[0], 0, 0, &[], &[0; 32]));
    }
}
