use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::ensure;
use house::House;
use uuid::Uuid;

use crate::chaos::history::{Deed, Entry, NO_TOKEN};

/// Where histories are kept: `<seed>.jsonl`, a line a deed.
const DIRECTORY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/chaos");

/// Keeps a history for whoever wants to look at it.
pub fn keep(history: &[Entry], seed: u64) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(DIRECTORY)?;
    let path = Path::new(DIRECTORY).join(format!("{seed}.jsonl"));
    let mut file = BufWriter::new(File::create(&path)?);
    if let Some(beginning) = history.iter().map(|entry| entry.invoked).min() {
        for entry in history {
            writeln!(file, "{}", entry.line(beginning))?;
        }
    }
    Ok(path)
}

/// What was acknowledged is in the log exactly once, at the position that was told or, when it was tried again, before it;
/// what nobody knows of at most once; and nothing else is.
pub async fn acknowledged_deeds_are_in_the_log_once(
    history: &[Entry],
    house: &House,
) -> anyhow::Result<()> {
    let events: Vec<(i64, Uuid, String)> = sqlx::query_as(
        "select position, aggregate_id::uuid, event_type from log.events where aggregate_type = 'message' order by position",
    )
    .fetch_all(&house.pool)
    .await?;
    let mut log: HashMap<Uuid, BTreeMap<&str, Vec<i64>>> = HashMap::new();
    for (position, message, event) in &events {
        let of_it = log.entry(*message).or_default();
        of_it.entry(event.as_str()).or_default().push(*position);
    }
    for entry in history {
        let (Some(message), Some(event)) = (entry.about, event_of(entry.deed)) else {
            continue;
        };
        let there = log.get(&message).and_then(|of_it| of_it.get(event));
        let there = there.map_or(&[][..], Vec::as_slice);
        let is_once = entry.deed == Deed::Edit || there.len() <= 1;
        ensure!(is_once, "twice in the log, at {there:?}: {entry}");
        if let Some(position) = entry.position() {
            // What was done already when it was asked for again is answered without a token.
            let is_there = there.iter().any(|at| match entry.tries {
                1 => *at == position,
                _ => *at <= position || position == NO_TOKEN,
            });
            ensure!(
                is_there,
                "acknowledged, and in the log at {there:?}: {entry}"
            );
        }
    }
    let edits = events
        .iter()
        .filter(|(.., event)| event == "message.edited")
        .count();
    let tries: usize = history
        .iter()
        .filter(|it| it.deed == Deed::Edit)
        .map(|it| it.tries)
        .sum();
    ensure!(
        edits <= tries,
        "{edits} edits of {tries} that were asked for"
    );
    Ok(())
}

fn event_of(deed: Deed) -> Option<&'static str> {
    match deed {
        Deed::Send => Some("message.sent"),
        Deed::Edit => Some("message.edited"),
        Deed::Unsend => Some("message.unsent"),
        Deed::Change | Deed::Look => None,
    }
}

/// The log's order is that of real time: what was acknowledged before something else was asked for stands before it, whoever
/// asked whichever process.
pub fn the_log_is_in_real_time_order(history: &[Entry]) -> anyhow::Result<()> {
    let writes = || {
        let once = history.iter().filter(|entry| entry.tries == 1);
        once.filter(|entry| event_of(entry.deed).is_some() && entry.position().is_some())
    };
    let (mut by_end, mut by_start): (Vec<&Entry>, Vec<&Entry>) =
        (writes().collect(), writes().collect());
    by_end.sort_by_key(|entry| entry.ended);
    by_start.sort_by_key(|entry| entry.invoked);
    let mut ended = by_end.into_iter().peekable();
    let mut latest: Option<&Entry> = None;
    for entry in by_start {
        while let Some(before) = ended.next_if(|before| before.ended < entry.invoked) {
            if latest.is_none_or(|latest| latest.position() < before.position()) {
                latest = Some(before);
            }
        }
        if let Some(before) = latest {
            ensure!(
                before.position() < entry.position(),
                "{entry} stands before {before}"
            );
        }
    }
    Ok(())
}

/// What was read with a token was at least as new.
pub fn reads_with_a_token_were_new_enough(history: &[Entry]) -> anyhow::Result<usize> {
    let looks = history.iter().filter(|entry| entry.deed == Deed::Look);
    let mut count = 0;
    for look in looks {
        let Some(position) = look.position() else {
            continue;
        };
        ensure!(position >= look.asked, "an older state was shown: {look}");
        count += 1;
    }
    ensure!(count > 0, "nobody has read with a token");
    Ok(count)
}
