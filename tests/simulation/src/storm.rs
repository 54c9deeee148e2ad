//! What goes wrong: one fault at a time, as the seed says.

use std::time::Duration;

use crate::{
    chronicler::note,
    dice::Dice,
    node::{Node, ROLES},
    turns::{Health, Part},
    world::World,
};

/// Something happens to the world. Says how long everybody stands still for it.
pub(crate) fn strike(world: &World, dice: &mut Dice) -> Duration {
    let none = Duration::ZERO;
    let fault = dice.roll(20);
    note(|| format!("fault {fault}"));
    match fault {
        0 => kill(world, dice),
        1..4 => kill_one(world, dice),
        4..7 => revive(world, dice),
        7 => fall_ill(world, dice, Part::Log),
        8 => fall_ill(world, dice, Part::Bus),
        9 => fall_ill(world, dice, Part::Tables),
        10 => get_well(world),
        11 => world.bus.lose_tail(),
        12 => world.bus.roll_back(),
        13 => match dice.roll(3) {
            0 => world.bus.wipe(),
            1 => world.bus.lose_one(),
            _ => world.journal.grow_old(),
        },
        14 => world.journal.strays_arrive(),
        15 => world.bus.strays_arrive(),
        16 => {
            let position = world.tables.position();
            let back = dice.between(0, 6.min(position));
            world.tables.set_back(position - back);
        }
        _ => return time(dice),
    }
    none
}

/// It is over: whatever was under way arrives, and everything works again.
pub(crate) fn clear_up(world: &World, dice: &mut Dice) {
    world.turns.heal();
    world.journal.strays_arrive();
    world.bus.strays_arrive();
    for id in 0..world.size {
        if !world.nodes().contains_key(&id) {
            Node::start(world, id, dice);
        }
    }
}

fn kill(world: &World, dice: &mut Dice) {
    let id = dice.roll(world.size);
    let node = world.nodes().remove(&id);
    if let Some(node) = node {
        node.kill();
    }
}

fn kill_one(world: &World, dice: &mut Dice) {
    let node = world.nodes().get(&dice.roll(world.size)).cloned();
    if let (Some(node), Some(role)) = (node, dice.one_of(&ROLES)) {
        node.kill_one(world, *role);
    }
}

fn revive(world: &World, dice: &mut Dice) {
    get_well(world);
    let missing = (0..world.size).find(|id| !world.nodes().contains_key(id));
    if let Some(id) = missing {
        Node::start(world, id, dice);
    }
}

fn fall_ill(world: &World, dice: &mut Dice, part: Part) {
    let health = if dice.once_in(2) {
        Health::Down
    } else {
        Health::Silent
    };
    world.turns.set(part, health);
}

fn get_well(world: &World) {
    for part in [Part::Log, Part::Bus, Part::Tables] {
        world.turns.set(part, Health::Well);
    }
}

/// Now and then long enough for every patience to end.
fn time(dice: &mut Dice) -> Duration {
    let longest = if dice.once_in(5) { 6_000 } else { 700 };
    Duration::from_millis(dice.roll(longest))
}
