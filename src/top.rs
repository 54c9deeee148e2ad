//! `tidings top`: rates, lags, connections and partitions of a running service, as they are now.

mod board;
mod draw;
mod exposition;
mod figures;
mod keys;
mod node;
mod rates;
mod stages;
mod table;

use std::{
    io::{IsTerminal, stdout},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::ensure;
use clap::Args;
use tokio::time::{MissedTickBehavior, interval};

use self::{
    board::{Board, Trends},
    keys::{Choice, Keys},
    node::{Node, Target},
};
use crate::data::DataDir;

/// How often the service is asked.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct TopArgs {
    /// The data directory of a `tidings up`, which says where that is to be found.
    #[arg(long, env = "TIDINGS_DATA")]
    data: Option<PathBuf>,
    /// Where a process shows its metrics (its --admin); once for each process.
    #[arg(long, value_name = "URL")]
    admin: Vec<String>,
    /// Look for a second, print a table and end: for scripts.
    #[arg(long)]
    once: bool,
}

/// Shows it until `q`; or once.
pub async fn run(args: TopArgs) -> anyhow::Result<()> {
    let mut nodes = nodes(&args)?;
    if args.once {
        return once(&mut nodes).await;
    }
    ensure!(
        stdout().is_terminal(),
        "this is no terminal: `tidings top --once` prints a table"
    );
    let mut terminal = ratatui::init();
    let watched = watch(&mut terminal, &mut nodes).await;
    ratatui::restore();
    watched
}

fn nodes(args: &TopArgs) -> anyhow::Result<Vec<Node>> {
    let mut targets: Vec<Target> = args.admin.iter().cloned().map(Target::Admin).collect();
    if targets.is_empty() {
        let path = args.data.clone().unwrap_or_else(DataDir::default_path);
        targets.push(Target::Data(path));
    }
    targets.into_iter().map(Node::new).collect()
}

async fn look(nodes: &mut [Node], started: Instant) {
    let looks = nodes.iter_mut().map(|node| node.look(started));
    futures::future::join_all(looks).await;
}

/// Two looks, a second between them: one knows no rates.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
async fn once(nodes: &mut [Node]) -> anyhow::Result<()> {
    let (started, mut ticks) = (Instant::now(), interval(EVERY));
    for _ in 0..2 {
        ticks.tick().await;
        look(nodes, started).await;
    }
    let board = Board::of(nodes, &mut Trends::default());
    print!("{}", table::write(&board));
    let troubles: Vec<_> = nodes.iter().filter_map(Node::trouble).collect();
    ensure!(troubles.is_empty(), "{}", troubles.join("; "));
    Ok(())
}

async fn watch(terminal: &mut ratatui::DefaultTerminal, nodes: &mut [Node]) -> anyhow::Result<()> {
    let (started, mut ticks) = (Instant::now(), interval(EVERY));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut keys, mut choice, mut trends) = (Keys::listen(), Choice::default(), Trends::default());
    let is_coloured = draw::may_be_coloured();
    let mut board = Board::default();
    while !choice.is_over {
        terminal.draw(|frame| draw::draw(frame, &board, &choice, is_coloured))?;
        tokio::select! {
            _ = ticks.tick(), if !choice.is_paused => {
                look(nodes, started).await;
                board = Board::of(nodes, &mut trends);
            }
            key = keys.next() => choice.take(&key?),
        }
    }
    Ok(())
}
