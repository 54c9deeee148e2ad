//! `tidings audit verify`.

use std::{fs, path::PathBuf};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use eventlog::{
    audit::{Finding, Verified, Verifier, note_in},
    merkle::{Checkpoint, NoteError, VerifyingKey},
};
use serde_json::json;

use super::source::{Source, SourceArgs, keys};
use crate::progress::Progress;

/// How often the progress is told.
const TOLD: u64 = 10_000;

#[derive(Args)]
pub struct VerifyArgs {
    /// An export; without it, the log of a service (--url) or of a database.
    directory: Option<PathBuf>,
    #[command(flatten)]
    source: SourceArgs,
    /// The public key that you have from elsewhere, or a file with it, one a line. Without it the log's own word is taken.
    #[arg(long)]
    key: Option<String>,
    /// A file with a checkpoint that you have kept: the log must begin with what it covers. Of a service or a database, only
    /// what is new since then is read.
    #[arg(long)]
    since: Option<PathBuf>,
    /// Where to keep the newest checkpoint, for the next time, once everything is right.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was verified, by what.
struct Outcome {
    verified: Verified,
    note: String,
    keys: Vec<VerifyingKey>,
}

/// Verifies, and says what was found.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: VerifyArgs) -> anyhow::Result<()> {
    let outcome = verify(&args).await;
    match &outcome {
        Ok(outcome) => {
            if let Some(keep) = &args.keep {
                fs::write(keep, &outcome.note)
                    .with_context(|| format!("cannot write {}", keep.display()))?;
            }
            println!("{}", report(&args, outcome));
        }
        Err(error) if args.json => {
            if let Some(finding) = error.downcast_ref::<Finding>() {
                let found = json!({ "ok": false, "position": finding.position(), "finding": finding.to_string() });
                println!("{found}");
            }
        }
        Err(_) => {}
    }
    outcome.map(drop)
}

async fn verify(args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let source = Source::of(args.directory.clone(), &args.source)?;
    let keys = match &args.key {
        Some(key) => keys(&fs::read_to_string(key).unwrap_or_else(|_| key.clone()))?,
        None => keys(&source.keys().await?)?,
    };
    let since = since(args, &keys)?;
    let (verified, note) = match check(&source, &keys, since.as_ref()).await {
        Ok(checked) => checked,
        Err(error) => return Err(explained(error, &source, &keys).await),
    };
    Ok(Outcome {
        verified,
        note,
        keys,
    })
}

/// Where a head is signed by none of the keys that were given: which others the log names. It has one for each time that it was
/// restored, since its heads' name changes with the epoch. Whether to believe them is the auditor's decision.
async fn explained(error: anyhow::Error, source: &Source, given: &[VerifyingKey]) -> anyhow::Error {
    let unsigned = |finding: &Finding| {
        let source = NoteError::Unsigned;
        matches!(finding, Finding::Head { source: found, .. } if *found == source)
    };
    if !error.downcast_ref().is_some_and(unsigned) {
        return error;
    }
    let Ok(named) = source.keys().await.and_then(|named| keys(&named)) else {
        return error;
    };
    let others = named.iter().filter(|key| !given.contains(key));
    let others: Vec<String> = others.map(ToString::to_string).collect();
    if others.is_empty() {
        return error;
    }
    error.context(format!(
        "not all heads are signed by a key that was given. The log names others, as it does once it was restored or signs with a \
         new key; give --key a file with all that you believe, one a line:\n{}\n",
        others.join("\n")
    ))
}

/// Goes through a log with the keys that are believed; what is right, and the newest note.
pub async fn check(
    source: &Source,
    keys: &[VerifyingKey],
    since: Option<&(Checkpoint, String)>,
) -> anyhow::Result<(Verified, String)> {
    let mut verifier = begin(source, keys, since).await?;
    let note = heads(source, &mut verifier, since).await?;
    let (from, size) = (verifier.position(), verifier.size());
    let progress = Progress::start();
    source
        .events(from, size, |line| {
            verifier.line(line)?;
            let position = verifier.position();
            if position % TOLD == 0 {
                progress.say(&format!("{position} of {size} events"));
            }
            Ok(())
        })
        .await?;
    Ok((verifier.finish()?, note))
}

/// The checkpoint that was kept, and its note.
fn since(args: &VerifyArgs, keys: &[VerifyingKey]) -> anyhow::Result<Option<(Checkpoint, String)>> {
    let Some(path) = &args.since else {
        return Ok(None);
    };
    let note =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let opened = keys.iter().map(|key| Checkpoint::open(&note, key));
    let opened = opened
        .reduce(Result::or)
        .unwrap_or(Err(NoteError::Unsigned));
    let checkpoint = opened.with_context(|| format!("{} does not help", path.display()))?;
    Ok(Some((checkpoint, note)))
}

/// From the beginning; or from behind what was kept, if the log's tiles make the same root.
async fn begin(
    source: &Source,
    keys: &[VerifyingKey],
    since: Option<&(Checkpoint, String)>,
) -> anyhow::Result<Verifier> {
    let keys = keys.to_vec();
    let Some((kept, _)) = since else {
        return Ok(Verifier::new(keys));
    };
    Ok(match source.frontier(kept.size).await {
        Ok(Some(frontier)) if frontier.root() == kept.root => Verifier::behind(keys, frontier),
        Ok(None) => Verifier::new(keys),
        Ok(Some(_)) | Err(_) => return Err(Finding::Since { size: kept.size }.into()),
    })
}

/// Takes the heads, with the one that was kept among them; gives the newest note.
async fn heads(
    source: &Source,
    verifier: &mut Verifier,
    since: Option<&(Checkpoint, String)>,
) -> anyhow::Result<String> {
    let mut kept = since;
    let (mut newest, mut number) = (String::new(), 0);
    let from = verifier.position();
    source
        .heads(from, |line| {
            number += 1;
            let source = NoteError::Form;
            let note = std::str::from_utf8(line).ok().and_then(note_in);
            let note = note.ok_or(Finding::Head { number, source })?;
            // In its place among the others.
            let is_before = |kept: &mut &(Checkpoint, String)| {
                size_in(&note).is_some_and(|size| size >= kept.0.size)
            };
            if let Some((_, kept)) = kept.take_if(is_before) {
                verifier.head(kept)?;
            }
            verifier.head(&note)?;
            newest = note;
            Ok(())
        })
        .await?;
    if let Some((_, note)) = kept {
        verifier.head(note)?;
        newest.clone_from(note);
    }
    Ok(newest)
}

fn size_in(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

fn report(args: &VerifyArgs, outcome: &Outcome) -> String {
    let Verified {
        events,
        heads,
        head,
    } = &outcome.verified;
    let root = STANDARD.encode(head.root);
    let keys: Vec<String> = outcome.keys.iter().map(ToString::to_string).collect();
    if args.json {
        return json!({
            "ok": true, "events": events, "heads": heads, "origin": head.origin, "size": head.size, "root": root,
            "keys": keys, "keys_given": args.key.is_some(),
        })
        .to_string();
    }
    let word = if args.key.is_some() {
        ""
    } else {
        "\n      by the log's own word: compare it with one that you have from elsewhere, or give it with --key"
    };
    format!(
        "ok    {events} events and {heads} signed heads agree\nhead  {} {root}\nkey   {}{word}",
        head.size,
        keys.join("\n      ")
    )
}
