//! How long somebody needs who verifies a large export: made here, since only its size matters.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};
use eventlog::{
    Secret,
    audit::{Entry, head_line},
    fresh,
    merkle::{Checkpoint, Frontier, SigningKey, leaf},
};
use serde_json::json;
use uuid::Uuid;

use super::scratch::Scratch;
use crate::{
    audit::{
        export::{EVENTS, Export, HEADS},
        source::Source,
        verify::check,
    },
    progress::Progress,
};

const COUNT: i64 = 1_000_000;
/// As many events as one head covers under load.
const HEAD: i64 = 5_000;

/// Makes an export, and verifies it as `tidings audit verify` does.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(as_json: bool) -> anyhow::Result<()> {
    let scratch = Scratch::make()?;
    let key = SigningKey::new("tidings/bench/1".to_owned(), &Secret::new([1; 32]));
    let progress = Progress::start();
    progress.say("writing an export of a million events");
    let bytes = write(scratch.path(), &key, fresh::now())?;
    drop(progress);
    let started = Instant::now();
    let source = Source::Export(Export::at(scratch.path().to_owned()));
    let (verified, _) = check(&source, &[key.public().clone()], None).await?;
    let seconds = started.elapsed().as_secs_f64();
    if as_json {
        let report = json!({ "events": verified.events, "heads": verified.heads, "bytes": bytes, "seconds": seconds });
        println!("{report}");
    } else {
        println!(
            "audit  {} events, {} signed heads, {} MB: verified in {seconds:.1} s",
            verified.events,
            verified.heads,
            bytes / 1_000_000
        );
    }
    Ok(())
}

/// Events as long as messages of 200 bytes; gives the length of all of them.
fn write(directory: &Path, key: &SigningKey, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let mut events = BufWriter::new(File::create_new(directory.join(EVENTS))?);
    let mut heads = BufWriter::new(File::create_new(directory.join(HEADS))?);
    let (mut frontier, mut line, mut bytes) = (Frontier::default(), Vec::new(), 0);
    for position in 1..=COUNT {
        let mut entry = entry(position, now);
        entry.leaf_hash = leaf(&entry.bytes());
        line.clear();
        entry.write(&mut line);
        events.write_all(&line)?;
        bytes += line.len();
        frontier.push(entry.leaf_hash, &mut Vec::new());
        if position % HEAD == 0 {
            let checkpoint = Checkpoint {
                origin: key.public().name().to_owned(),
                size: frontier.size(),
                root: frontier.root(),
            };
            heads.write_all(head_line(position, &checkpoint.sign(key)).as_bytes())?;
        }
    }
    events.flush()?;
    heads.flush()?;
    Ok(bytes)
}

fn entry(position: i64, now: DateTime<Utc>) -> Entry {
    let id = |n: i64| Uuid::from_u64_pair(0x0190_0000_0000_7000, n.unsigned_abs() | 1 << 63);
    Entry {
        position,
        aggregate_type: "message".to_owned(),
        aggregate_id: id(position).to_string(),
        sequence: 1,
        event_type: "message.sent".to_owned(),
        event_version: "1".to_owned(),
        event_id: id(-position),
        recorded_at: now + TimeDelta::microseconds(position * 71),
        payload: json!({
            "sender": id(position % 1_000), "conversation": id(position % 7_919), "recipients": [id(position % 1_009)],
            "content": { "key": id(position), "box": format!("{position:0>340}") }
        })
        .to_string(),
        metadata: json!({
            "actor": id(position % 1_000), "session": id(position % 1_000), "conversation": id(position % 7_919),
            "command": id(position)
        })
        .to_string(),
        leaf_hash: [0; 32],
    }
}
