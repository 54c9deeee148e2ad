//! `tidings bench`: how fast a message travels on this machine, on a service of its own that is gone afterwards.

mod audit;
mod beside;
mod catch_up;
mod connections;
mod cpu;
mod drive;
mod empty_handler;
mod figures;
mod floors;
mod growth;
mod http;
mod letter;
mod listen;
mod memory;
mod mixed;
mod people;
mod read;
mod rebuild;
mod scratch;
mod send;
mod service;
mod stalled;
mod statements;
mod table;

use std::time::Duration;

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use self::{
    drive::{Plan, drive},
    figures::{Figure, Measured, Report},
    memory::Memory,
    people::Pair,
    service::Service,
};
use crate::progress::Progress;

/// What everybody's phone does together when nothing much goes on, and over how many senders it is spread.
const EVERYDAY: (u32, usize) = (10, 16);
/// As many as a group can have.
const GROUP: usize = 1_000;
/// How many pairs there are where no scenario needs a number of its own.
const PEOPLE: usize = 64;
/// As fast as a group of that size is projected on a small machine, and somewhat less.
const GROUP_PER_S: u32 = 20;
/// Ten messages a second for eight seconds would be few to tell a median from.
const EVERYDAY_IS_LONGER: u32 = 2;

/// What to measure, and for how long.
#[derive(Args)]
pub struct BenchArgs {
    /// Everything, if none is named.
    #[arg(value_enum)]
    scenario: Option<Scenario>,
    /// For programs: nothing but one JSON object.
    #[arg(long)]
    json: bool,
    /// How long each run is measured, after two seconds of warming up.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// How many send at once, each as soon as its last message is acknowledged. `deliver` takes the fewest and the most.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64", value_parser = clap::value_parser!(u16).range(1..=512))]
    senders: Vec<u16>,
    /// `mixed`: how much is asked for in a second, by all of them together.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    per_s: u32,
    /// Also tell which statements took Postgres's time.
    #[arg(long)]
    statements: bool,
    /// `rebuild` and `growth`: how many messages the log has.
    #[arg(long, default_value_t = 100_000)]
    messages: u32,
    /// `rebuild`: how many send meanwhile, and how many read. One request that fails ends it with an error.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=100))]
    beside: u16,
}

/// A way to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// How many messages are taken, and how soon each is acknowledged; their receivers listen.
    Send,
    /// How soon a message reaches its receiver: alone, in everyday traffic, and under as much load as it takes.
    Deliver,
    /// What a message to a group of 1,000 costs, beside direct ones.
    Group,
    /// Everyday life at a steady pace, whether or not the answers come: sending, reading, marking, editing, taking back, deleting.
    Mixed,
    /// How many lists can be read: conversations, the same when nothing has changed, an inbox page of 50.
    Read,
    /// How fast a client catches up on 100,000 messages.
    CatchUp,
    /// What a thousand open streams cost on which nothing happens.
    Connections,
    /// What a thousand streams cost whose readers stand still, and whether others notice. Not among "everything".
    Stalled,
    /// How long the verification of an export of a million events takes.
    Audit,
    /// How long the read models take to be made again. Not among "everything".
    Rebuild,
    /// What a message and a page cost once the log is long, beside what they cost before. Not among "everything".
    Growth,
}

impl Scenario {
    fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Deliver => "deliver",
            Self::Group => "group",
            Self::Mixed => "mixed",
            Self::Read => "read",
            Self::CatchUp => "catch-up",
            Self::Connections => "connections",
            Self::Stalled => "stalled",
            Self::Audit => "audit",
            Self::Rebuild => "rebuild",
            Self::Growth => "growth",
        }
    }
}

/// Measures until it is done or a signal comes. Whichever it is, the service and its directory are gone on return.
pub async fn run(args: BenchArgs) -> anyhow::Result<()> {
    if args.scenario == Some(Scenario::Audit) {
        return tokio::select! {
            done = audit::run(args.json) => done,
            stopped = stopped() => stopped,
        };
    }
    if args.scenario == Some(Scenario::Rebuild) {
        let progress = Progress::start();
        let report = tokio::select! {
            report = rebuild::measure(args.messages, args.beside.into(), &progress) => report?,
            stopped = stopped() => return stopped,
        };
        drop(progress);
        return print_json(&report);
    }
    if args.scenario == Some(Scenario::Growth) {
        let progress = Progress::start();
        let each = Duration::from_secs(args.seconds.into());
        let growth = tokio::select! {
            growth = growth::measure(args.messages, each, &progress) => growth?,
            stopped = stopped() => return stopped,
        };
        drop(progress);
        return print_json(&growth);
    }
    let report = tokio::select! {
        report = measure(&args) => report?,
        stopped = stopped() => return stopped,
    };
    if args.json {
        report.print()
    } else {
        table::print(&report)
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn print_json(report: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}

async fn measure(args: &BenchArgs) -> anyhow::Result<Report> {
    let plans = plans(args);
    let is_asked = |scenario| args.scenario.is_none_or(|asked| asked == scenario);
    let most = plans.iter().map(|plan| plan.senders).max();
    let most = most.unwrap_or(match args.scenario {
        Some(Scenario::Stalled) => stalled::PAIRS,
        _ => PEOPLE,
    });
    let progress = Progress::start();
    progress.say("starting a service of its own");
    let library = args.statements.then_some(statements::LIBRARY);
    let service = Service::start(library).await?;
    progress.say(&format!("{most} pairs of accounts"));
    let mut pairs = people::register(service.address(), most).await?;
    progress.say("floors: the same Postgres without the service");
    let before = floors::measure(&service).await?;
    if args.statements {
        statements::begin(service.database_url()).await?;
    }
    let mut measured = Measured::default();
    for (number, plan) in plans.iter().enumerate() {
        progress.say(&format!("{} of {}: {plan}", number + 1, plans.len()));
        let figure = one(&service, &mut pairs, plan, number).await?;
        measured.figures.push(figure);
    }
    people::renew(service.address(), &mut pairs).await?;
    let each = Duration::from_secs(args.seconds.into());
    if is_asked(Scenario::Mixed) {
        progress.say("everyday life");
        measured.mixed = Some(mixed::mixed(&service, &pairs, args.per_s, each).await?);
    }
    if is_asked(Scenario::Read) {
        progress.say("16 readers");
        measured.reads = read::read(&service, &pairs, each).await?;
    }
    if is_asked(Scenario::Connections) {
        progress.say("many streams");
        measured.connections = Some(connections::connections(&service, &pairs).await?);
    }
    if is_asked(Scenario::CatchUp) {
        progress.say("somebody who was away");
        measured.catch_up = Some(catch_up::catch_up(&service, &pairs).await?);
    }
    if args.scenario == Some(Scenario::Stalled) {
        progress.say("readers that stand still");
        measured.stalled = Some(stalled::stalled(&service, &pairs).await?);
    }
    measured.memory = Some(Memory::by(service.pids())?);
    if args.statements {
        measured.statements = statements::end(service.database_url()).await?;
    }
    progress.say("floors again");
    let after = floors::measure(&service).await?;
    progress.say("ending the service");
    Ok(Report::of(measured, before, after))
}

async fn one(
    service: &Service,
    pairs: &mut [Pair],
    plan: &Plan,
    number: usize,
) -> anyhow::Result<Figure> {
    let pairs = &mut pairs[..plan.senders];
    people::renew(service.address(), pairs).await?;
    let group = match plan.scenario {
        Scenario::Group => Some(people::group(service.address(), pairs, GROUP).await?),
        _ => None,
    };
    drive(service, pairs, group.as_ref(), plan, number).await
}

fn plans(args: &BenchArgs) -> Vec<Plan> {
    let mut counts: Vec<usize> = args.senders.iter().copied().map(usize::from).collect();
    counts.sort_unstable();
    counts.dedup();
    let plan = |scenario, senders| Plan {
        scenario,
        senders,
        per_s: None,
        measured: Duration::from_secs(args.seconds.into()),
    };
    let mut plans = Vec::new();
    match args.scenario {
        None | Some(Scenario::Send) => {
            plans.extend(counts.iter().map(|senders| plan(Scenario::Send, *senders)));
        }
        // To compare with, at its cheapest.
        Some(Scenario::Group) => {
            plans.extend(counts.last().map(|most| plan(Scenario::Send, *most)));
        }
        Some(_) => {}
    }
    if matches!(args.scenario, None | Some(Scenario::Deliver)) {
        let (per_s, senders) = EVERYDAY;
        let everyday = Plan {
            per_s: Some(per_s),
            ..plan(Scenario::Deliver, senders)
        };
        plans.extend(
            counts
                .first()
                .map(|fewest| plan(Scenario::Deliver, *fewest)),
        );
        plans.push(Plan {
            measured: everyday.measured * EVERYDAY_IS_LONGER,
            ..everyday
        });
        plans.extend(
            counts
                .iter()
                .skip(1)
                .next_back()
                .map(|most| plan(Scenario::Deliver, *most)),
        );
    }
    if matches!(args.scenario, None | Some(Scenario::Group)) {
        plans.push(Plan {
            per_s: Some(GROUP_PER_S),
            ..plan(Scenario::Group, 1)
        });
    }
    plans
}

/// Ctrl-C, SIGTERM, or the terminal was closed.
async fn stopped() -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        asked = crate::up::signal() => asked?,
        _ = hangup.recv() => {}
    }
    bail!("stopped before it was done; nothing is left behind")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: BenchArgs,
    }

    fn planned(line: &[&str]) -> Vec<(&'static str, usize, Option<u32>)> {
        let args = Line::parse_from([&["bench"], line].concat()).args;
        plans(&args)
            .iter()
            .map(|plan| (plan.scenario.name(), plan.senders, plan.per_s))
            .collect()
    }

    #[test]
    fn without_arguments_everything_is_measured() {
        assert_eq!(
            planned(&[]),
            [
                ("send", 1, None),
                ("send", 16, None),
                ("send", 64, None),
                ("deliver", 1, None),
                ("deliver", 16, Some(10)),
                ("deliver", 64, None),
                ("group", 1, Some(20)),
            ]
        );
    }

    #[test]
    fn one_scenario_with_other_senders() {
        assert_eq!(
            planned(&["send", "--senders", "4,2,4"]),
            [("send", 2, None), ("send", 4, None)]
        );
        assert_eq!(
            planned(&["deliver", "--senders", "3"]),
            [("deliver", 3, None), ("deliver", 16, Some(10))]
        );
        assert_eq!(
            planned(&["group"]),
            [("send", 64, None), ("group", 1, Some(20))]
        );
    }
}
