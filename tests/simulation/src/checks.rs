//! What has to hold, decided by programs that know nothing of how it came about.

use std::collections::{BTreeMap, HashMap};

use domain::{
    AccountId, Event,
    mailbox::{Letter, Place, Replay},
};
use nats::Envelope;
use uuid::Uuid;

use crate::{commands::Fate, journal::Entry, rows::Rows, world::World};

type Verdict = Result<(), String>;

/// Whether everything has come to rest: cheap things first, since this is asked often.
pub(crate) fn has_settled(world: &World) -> Verdict {
    let head = world.journal.last();
    let behind =
        |what: &str, place: i64| Err(format!("{what} stands at {place}, the log at {head}"));
    if world.ledger().busy > 0 {
        return Err("somebody waits for an answer".to_owned());
    }
    if world.bus.last() != head {
        return behind("the stream", world.bus.last());
    }
    if world.tables.position() != head {
        return behind("the checkpoint", world.tables.position());
    }
    world.tables.with(|_, rows| {
        let views = world.views();
        match views.values().find_map(|view| view.difference(rows)) {
            Some(difference) => Err(difference),
            None => Ok(()),
        }
    })
}

/// Everything, at the end.
pub(crate) fn everything(world: &World, envelope: &Envelope) -> Verdict {
    let entries = world.journal.entries();
    dense(&entries)?;
    acknowledged_once(world, &entries)?;
    copied(world, envelope, &entries)?;
    world.tables.with(|_, rows| {
        unread_is_what_is_unread(rows)?;
        let mut people = world.people.iter();
        people.try_for_each(|person| replayed(person.account, &entries, rows))
    })
}

/// Positions count on, and so do the sequences of each stream.
fn dense(entries: &[Entry]) -> Verdict {
    let mut streams: HashMap<(&str, &str), i64> = HashMap::new();
    for (entry, position) in entries.iter().zip(1..) {
        let recorded = &entry.recorded;
        let stream = (
            recorded.aggregate_type.as_str(),
            recorded.aggregate_id.as_str(),
        );
        let sequence = streams.entry(stream).or_default();
        *sequence += 1;
        if recorded.position != position || entry.sequence != *sequence {
            return Err(format!("{recorded:?} stands at {position}, {sequence}"));
        }
    }
    Ok(())
}

/// What was acknowledged is there exactly once, and where it was said to be; what was refused is not; of what nobody
/// answered there is at most one.
fn acknowledged_once(world: &World, entries: &[Entry]) -> Verdict {
    let mut found: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for entry in entries {
        if let Some(command) = entry.command {
            found
                .entry(command)
                .or_default()
                .push(entry.recorded.position);
        }
    }
    for (command, fate) in &world.ledger().entries {
        let positions = found.get(command).map_or(&[][..], Vec::as_slice);
        let holds = match fate {
            Fate::Acknowledged(position) => positions == [*position],
            Fate::Refused => positions.is_empty(),
            Fate::Unknown => positions.len() < 2,
        };
        if !holds {
            return Err(format!(
                "command {command} is {fate:?}, and is at {positions:?}"
            ));
        }
    }
    Ok(())
}

/// What the stream holds is what the log holds there.
fn copied(world: &World, envelope: &Envelope, entries: &[Entry]) -> Verdict {
    let (first, messages) = world.bus.content();
    for (message, position) in messages.iter().zip(first..) {
        let Some(message) = message else { continue };
        let read = envelope.read(position, &message.payload, &message.mac);
        let theirs = read.map_err(|error| format!("the stream at {position}: {error}"))?;
        let ours = usize::try_from(position - 1)
            .ok()
            .and_then(|n| entries.get(n));
        if ours.map(|entry| entry.recorded.event_id) != Some(theirs.event_id) {
            return Err(format!("the stream has another event at {position}"));
        }
    }
    Ok(())
}

/// Also at any moment before the end.
pub(crate) fn unread_is_what_is_unread(rows: &Rows) -> Verdict {
    for (owner, row) in rows.all_conversations() {
        let recounted = rows.recounted(owner, row.conversation_id);
        if row.unread != recounted {
            return Err(format!(
                "{owner} has {recounted} unread in {}, counted {}",
                row.conversation_id, row.unread
            ));
        }
    }
    Ok(())
}

/// The tables hold what an independent program makes of the log.
fn replayed(owner: AccountId, entries: &[Entry], rows: &Rows) -> Verdict {
    let mut replay = Replay::of(owner);
    for entry in entries {
        let recorded = &entry.recorded;
        let event: Event = Event::read(&recorded.name, &recorded.version, &entry.sealed)
            .map_err(|error| error.to_string())?;
        let place = Place {
            position: recorded.position,
            time: recorded.recorded_at,
            aggregate_id: &recorded.aggregate_id,
        };
        replay.apply(place, &event);
    }
    let text = |letter: &Letter| {
        let sealed = letter.edited.as_ref().or(letter.first.as_ref());
        sealed.map(|sealed| sealed.sealed.clone())
    };
    let received = replay.inbox().map(|it| {
        let marks = [it.read_at.is_some(), it.deleted_at.is_some()];
        (it.letter.position, text(&it.letter), marks, [0, 0])
    });
    let sent = replay.sent().map(|it| {
        let counts = [it.delivered_to.len(), it.read_by.len()];
        let marks = [it.deleted_at.is_some(), false];
        (it.letter.position, text(&it.letter), marks, counts)
    });
    let model: (Vec<_>, Vec<_>) = (received.collect(), sent.collect());
    let inbox = rows.inbox_of(owner).map(|row| {
        let marks = [row.read_at.is_some(), row.deleted_at.is_some()];
        (
            row.message.position,
            row.message.body.clone(),
            marks,
            [0, 0],
        )
    });
    let count = |number: i32| usize::try_from(number).unwrap_or(usize::MAX);
    let sent = rows.sent_of(owner).map(|row| {
        let counts = [count(row.delivered_to), count(row.read_by)];
        let marks = [row.deleted_at.is_some(), false];
        (
            row.message.position,
            row.message.body.clone(),
            marks,
            counts,
        )
    });
    let (mut inbox, mut sent): (Vec<_>, Vec<_>) = (inbox.collect(), sent.collect());
    inbox.reverse();
    sent.reverse();
    if model.0 == inbox && model.1 == sent {
        Ok(())
    } else {
        Err(format!(
            "{owner}: the log says {model:?}, the tables {:?}",
            (inbox, sent)
        ))
    }
}
