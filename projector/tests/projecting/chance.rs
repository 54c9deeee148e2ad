//! Something happens, chance says what.

use domain::{
    boxes::{self, Messages, Which},
    marks::{self, Own, Received},
};

use crate::world::{Audience, Letter, World};

/// A random number that is the same in every run of a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.roll(one_in) == 0
    }
}

pub async fn anything(world: &mut World, dice: &mut Dice) {
    let people = world.people.len();
    let person = dice.roll(people);
    match dice.roll(20) {
        0 => change_a_group(world, dice, person).await,
        1 => change_a_view(world, dice, person).await,
        2 if dice.is(4) => world.block(person, dice.roll(people), dice.is(2)).await,
        3 if dice.is(10) && !world.is_erased(0) => world.erase(0).await,
        4..10 => send(world, dice, person).await,
        _ if world.letters.is_empty() => send(world, dice, person).await,
        _ => touch_a_letter(world, dice).await,
    }
}

async fn send(world: &mut World, dice: &mut Dice, sender: usize) {
    if world.is_erased(sender) {
        return;
    }
    let people = world.people.len();
    let audience = match dice.roll(4) {
        0 if !world.groups.is_empty() => Audience::Group(dice.roll(world.groups.len())),
        1 => Audience::People((0..people).filter(|other| *other != sender).collect()),
        2 if dice.is(3) => Audience::People(vec![]),
        _ => Audience::People(vec![(sender + 1 + dice.roll(people - 1)) % people]),
    };
    let body = format!("message {} \u{1F4EE}", world.letters.len());
    if world.may_send(sender, &audience) {
        world.send(sender, &audience, &body).await;
    }
}

async fn change_a_group(world: &mut World, dice: &mut Dice, person: usize) {
    let people = world.people.len();
    let Some(group) = dice.roll(world.groups.len() + 1).checked_sub(1) else {
        if !world.is_erased(person) {
            world.start(person, &[(person + 1) % people]).await;
        }
        return;
    };
    match dice.roll(3) {
        0 => world.rename(group).await,
        1 if !world.groups[group].members.contains(&person) && !world.is_erased(person) => {
            world.put(group, person).await;
        }
        _ if world.groups[group].members.contains(&person) => world.remove(group, person).await,
        _ => {}
    }
}

async fn change_a_view(world: &World, dice: &mut Dice, owner: usize) {
    if world.letters.is_empty() {
        return;
    }
    let letter = &world.letters[dice.roll(world.letters.len())];
    let conversation = boxes::Conversation {
        conversation: letter.conversation,
    };
    let event = match dice.roll(4) {
        0 => boxes::Event::Archived(conversation),
        1 => boxes::Event::Unarchived(conversation),
        2 => boxes::Event::Muted(conversation),
        _ => boxes::Event::Unmuted(conversation),
    };
    world.happen("box", world.day_of(owner), 0, &event).await;
}

async fn touch_a_letter(world: &mut World, dice: &mut Dice) {
    let place = dice.roll(world.letters.len());
    let letter = &world.letters[place];
    let (sender, position, is_unsent) = (letter.sender, letter.position, letter.is_unsent);
    let receivers = letter.receivers.clone();
    let reader = (!receivers.is_empty()).then(|| receivers[dice.roll(receivers.len())]);
    let is_own = reader.is_none() || dice.is(2);
    let owner = if is_own {
        sender
    } else {
        reader.unwrap_or(sender)
    };
    let which = if owner == sender {
        Which::Sent
    } else {
        Which::Inbox
    };
    let positions = vec![position];
    match (dice.roll(8), reader) {
        (0, _) => {
            let event = boxes::Event::Deleted(Messages { which, positions });
            world.happen("box", world.day_of(owner), 0, &event).await;
        }
        (1, _) => {
            let event = boxes::Event::Restored(Messages { which, positions });
            world.happen("box", world.day_of(owner), 0, &event).await;
        }
        (2 | 3, Some(reader)) => {
            let event = marks::Event::Read(received_by(world, reader, dice));
            world.happen("marks", world.day_of(reader), 0, &event).await;
        }
        (4, Some(reader)) => {
            let event = marks::Event::Unread(Own { positions });
            world.happen("marks", world.day_of(reader), 0, &event).await;
        }
        (5, Some(reader)) => {
            let event = marks::Event::Delivered(received_by(world, reader, dice));
            world.happen("marks", world.day_of(reader), 0, &event).await;
        }
        (6, _) if !is_unsent && !world.is_erased(sender) => {
            world.edit(place, &format!("edited {position}")).await;
        }
        (7, _) if !is_unsent && !world.is_erased(sender) => world.unsend(place).await,
        _ => {}
    }
}

/// Some of the messages that somebody received; some of them for the second time.
fn received_by(world: &World, reader: usize, dice: &mut Dice) -> Received {
    let mut from: Vec<marks::From> = Vec::new();
    let received = |letter: &&Letter| letter.receivers.contains(&reader);
    for letter in world.letters.iter().filter(received) {
        if dice.is(3) {
            let sender = world.account(letter.sender);
            match from.iter_mut().find(|from| from.sender == sender) {
                Some(from) => from.positions.push(letter.position),
                None => from.push(marks::From {
                    sender,
                    positions: vec![letter.position],
                }),
            }
        }
    }
    Received { from }
}
