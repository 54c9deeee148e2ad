//! Step 2: conversations between people who can never change: their ids follow from who takes part.

use uuid::Uuid;

use crate::{AccountId, ConversationId};

/// The namespace of conversation ids. Changing it would break every conversation apart.
const NAMESPACE: Uuid = Uuid::from_u128(0x7469_6469_6e67_5000_8000_636f_6e76_6572);

/// The conversation of exactly these people, in whatever order and however often they are named: two for a direct one,
/// one for notes to oneself.
#[must_use]
pub fn id_of(people: &[AccountId]) -> ConversationId {
    let mut people = people.to_vec();
    people.sort_unstable();
    people.dedup();
    let name: Vec<u8> = people
        .iter()
        .flat_map(|person| *person.0.as_bytes())
        .collect();
    ConversationId(Uuid::new_v5(&NAMESPACE, &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn both_ends_name_the_same_conversation() {
        assert_eq!(
            id_of(&[person(1), person(2)]),
            id_of(&[person(2), person(1), person(2)])
        );
    }

    #[test]
    fn other_people_have_another_conversation() {
        assert_ne!(id_of(&[person(1)]), id_of(&[person(1), person(2)]));
        assert_ne!(
            id_of(&[person(1), person(2)]),
            id_of(&[person(1), person(3)])
        );
    }

    #[test]
    fn ids_are_the_same_for_ever() {
        insta::assert_snapshot!(id_of(&[person(1), person(2)]));
    }
}
