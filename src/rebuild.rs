//! `tidings rebuild`: the read models made again from the log, while everybody goes on.

mod progress;

use std::time::{Duration, Instant};

use clap::Args;

use projector::{Compared, Model, Rebuild};
use serde::Serialize;

use crate::{
    cli::WhereArgs,
    migrate,
    roles::{Parts, Place},
};
use progress::Progress;

#[derive(Args)]
pub struct RebuildArgs {
    /// Which of them: accounts, inbox, `sent_box`, `last_conversation`, groups, blocks. All, if none is named.
    #[arg(value_name = "READ-MODEL")]
    models: Vec<Model>,
    #[command(flatten)]
    place: WhereArgs,
    /// How many minutes the old tables are kept.
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    keep: u64,
    /// Compare only: what was filled stays for the next time, and the tables stay as they are.
    #[arg(long)]
    check: bool,
    /// Throw away what a rebuild that was broken off has filled.
    #[arg(long, conflicts_with_all = ["models", "check", "keep"])]
    abort: bool,
    /// For programs: nothing but one JSON object.
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Serialize)]
struct Report {
    /// The position at which the versions were exchanged; none if they were not.
    switched_at: Option<i64>,
    /// Events read, of which a rebuild that was broken off may have read others before.
    events: i64,
    seconds: f64,
    events_per_second: f64,
    /// Whether both versions had the same rows.
    is_same: bool,
    tables: Vec<Compared>,
}

/// Fills, compares, exchanges.
pub async fn run(args: RebuildArgs) -> anyhow::Result<()> {
    let place = Place::of(&args.place)?;
    let progress = Progress::start(args.json);
    if args.abort {
        let had_begun = Rebuild::abort(&place.database_url).await?;
        progress.say(if had_begun {
            "what was filled is thrown away; the live tables were not touched"
        } else {
            "there was no rebuild to abort"
        });
        return Ok(());
    }
    let models = if args.models.is_empty() {
        Model::ALL.to_vec()
    } else {
        args.models.clone()
    };
    let parts = Parts::gather(&place).await?;
    let report = rebuild(&args, &models, &place.database_url, &parts, &progress).await?;
    progress.end();
    if args.json {
        print_json(&report)?;
    } else {
        print(&report);
    }
    if args.check && !report.is_same {
        anyhow::bail!("the tables are not what the log says: `tidings rebuild` mends them");
    }
    Ok(())
}

async fn rebuild(
    args: &RebuildArgs,
    models: &[Model],
    database_url: &str,
    parts: &Parts,
    progress: &Progress,
) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut rebuild = Rebuild::begin(database_url, parts.reader.clone(), migrate::newest()).await?;
    let begun = rebuild.position();
    if begun > 0 {
        progress.say(&format!("going on behind position {begun}"));
    }
    let head = parts.reader.head().await?;
    rebuild
        .catch_up(0, |position| progress.at(begun, position, head))
        .await?;
    let (events, filled) = (rebuild.position() - begun, started.elapsed());
    progress.say(&format!("comparing, at position {}", rebuild.position()));
    let tables = rebuild.compare(models).await?;
    let switched_at = if args.check {
        // Texts that are erased from now on are not left in it.
        rebuild.discard().await?;
        None
    } else {
        progress.say("exchanging");
        let keep = Duration::from_mins(args.keep);
        Some(rebuild.switch(models, keep).await?)
    };
    #[expect(clippy::cast_precision_loss, reason = "a speed")]
    let events_per_second = events as f64 / filled.as_secs_f64();
    Ok(Report {
        switched_at,
        events,
        seconds: started.elapsed().as_secs_f64(),
        events_per_second,
        is_same: tables.iter().all(Compared::is_same),
        tables,
    })
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn print_json(report: &Report) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is what the command says")]
fn print(report: &Report) {
    for table in &report.tables {
        let verdict = if table.is_same() { "same" } else { "DIFFERS" };
        println!("{verdict:<8} {:<20} {} rows", table.table, table.next_rows);
        if table.live_rows != table.next_rows {
            println!("         the old one had {}", table.live_rows);
        }
        for difference in &table.differences {
            println!("         {}: {}", difference.key, difference.what);
        }
    }
    println!(
        "{} events in {:.1} s, {:.0} a second while filling",
        report.events, report.seconds, report.events_per_second
    );
    match report.switched_at {
        Some(position) => println!("exchanged at position {position}"),
        None => println!("nothing was exchanged"),
    }
}
