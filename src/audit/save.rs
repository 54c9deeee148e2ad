//! `tidings audit export`.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use clap::Args;
use eventlog::{audit::note_in, merkle::Checkpoint};

use super::{
    export::{EVENTS, HEADS, KEYS},
    source::{Source, SourceArgs},
};
use crate::progress::Progress;

/// How often the progress is told.
const TOLD: u64 = 10_000;

#[derive(Args)]
pub struct ExportArgs {
    /// A directory to be made.
    directory: PathBuf,
    #[command(flatten)]
    source: SourceArgs,
}

/// Writes keys, heads, and the events that the newest head covers.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let source = Source::of(None, &args.source)?;
    let directory = &args.directory;
    fs::create_dir(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut keys = create(directory, KEYS)?;
    keys.write_all(source.keys().await?.as_bytes())?;
    finish(keys)?;
    let mut heads = create(directory, HEADS)?;
    let (mut size, mut count) = (0, 0);
    source
        .heads(0, |line| {
            size = size_of(line)?;
            count += 1;
            Ok(write_line(&mut heads, line)?)
        })
        .await?;
    finish(heads)?;
    ensure!(size > 0, "nothing of the log is signed yet");
    let mut events = create(directory, EVENTS)?;
    let (progress, mut position) = (Progress::start(), 0);
    source
        .events(0, size, |line| {
            position += 1;
            if position % TOLD == 0 {
                progress.say(&format!("{position} of {size} events"));
            }
            Ok(write_line(&mut events, line)?)
        })
        .await?;
    finish(events)?;
    drop(progress);
    ensure!(
        position == size,
        "the log ends at position {position}, and {size} were signed"
    );
    println!(
        "{}: {size} events, {count} signed heads",
        directory.display()
    );
    Ok(())
}

fn create(directory: &Path, name: &str) -> anyhow::Result<BufWriter<File>> {
    let path = directory.join(name);
    let file =
        File::create_new(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn write_line(file: &mut impl Write, line: &[u8]) -> std::io::Result<()> {
    file.write_all(line)?;
    file.write_all(b"\n")
}

fn finish(mut file: BufWriter<File>) -> anyhow::Result<()> {
    file.flush()?;
    Ok(file.get_ref().sync_all()?)
}

/// What a head covers, believed for now: `verify` looks at it.
fn size_of(line: &[u8]) -> anyhow::Result<u64> {
    let note = std::str::from_utf8(line).ok().and_then(note_in);
    let text = note
        .as_ref()
        .and_then(|note| Some(note.rsplit_once("\n\n")?.0));
    let head = text.map(|text| format!("{text}\n").parse::<Checkpoint>());
    Ok(head.context("a head is not one")??.size)
}
