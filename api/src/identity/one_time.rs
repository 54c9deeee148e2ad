//! Passwords that are made here, to be read out and typed once.

use aws_lc_rs::rand;

use super::Error;

/// No letter that looks like another one or like a digit.
const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
/// Each has five bits: together more than anybody can guess.
const LENGTH: usize = 16;
const GROUP: usize = 4;

/// A password by chance, in groups, as `k7mq-93vx-d2hw-8r5c`.
pub(crate) fn one_time_password() -> Result<String, Error> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes).map_err(|_| Error::Hashing)?;
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups = letters.chunks(GROUP).map(String::from_iter);
    Ok(groups.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_are_the_same_and_each_can_be_read_out() {
        let made: HashSet<String> = (0..1_000).map(|_| one_time_password().unwrap()).collect();
        assert_eq!(made.len(), 1_000);
        for password in made {
            assert_eq!(password.len(), 19);
            assert!(password.split('-').all(|group| group.len() == 4));
            assert!(!password.contains(['0', '1', 'l', 'o']));
        }
    }
}
