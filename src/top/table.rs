//! What is shown, as cells of text; and without a terminal, as lines.

use std::fmt::Write as _;

use super::{
    board::{Board, Partition, Process},
    figures::{bytes, number, seconds},
    keys::COLUMNS,
    stages::Stage,
};

/// What stands where nothing is known.
const UNKNOWN: &str = "-";
/// Above a stage's cells, but for its line of bars.
pub const STAGE: [&str; 6] = ["STAGE", "PER S", "P50", "P99", "LAG", "WAITS"];
/// Above a partition's.
pub const PARTITION: [&str; 4] = ["PARTITION", "CHECKPOINT", "LAG", "WAITS"];

pub fn stage(stage: &Stage) -> [String; 6] {
    [
        stage.name.to_owned(),
        cell(stage.rate, number),
        cell(stage.p50, seconds),
        cell(stage.p99, seconds),
        cell(stage.lag, number),
        cell(stage.waits, seconds),
    ]
}

pub fn process(process: &Process) -> [String; 6] {
    let share = process
        .disk_share
        .map_or_else(String::new, |share| format!(" {:.0} %", share * 100.0));
    let pools = process.pools.map(|(used, most)| format!("{used}/{most}"));
    [
        process.name.clone(),
        process.state.clone(),
        cell(process.memory, bytes),
        cell(process.disk_free, bytes) + &share,
        cell(process.connections, number),
        pools.unwrap_or_else(|| UNKNOWN.to_owned()),
    ]
}

pub fn partition(partition: &Partition) -> [String; 4] {
    [
        partition.name.clone(),
        format!("{:.0}", partition.checkpoint),
        number(partition.lag),
        seconds(partition.waits),
    ]
}

/// Everything, for scripts: a table for each thing, with an empty line between.
pub fn write(board: &Board) -> String {
    let mut out = String::new();
    rows(&mut out, STAGE, board.stages.iter().map(stage));
    rows(&mut out, COLUMNS, board.nodes.iter().map(process));
    rows(&mut out, PARTITION, board.partitions.iter().map(partition));
    let figures = board.figures.iter();
    let figures = figures.map(|(name, value)| [(*name).to_owned(), number(*value)]);
    rows(&mut out, ["FIGURE", "NOW"], figures);
    let engines = board.engines.iter();
    let engines = engines.map(|(name, state)| [name.clone(), state.clone()]);
    rows(&mut out, ["ENGINE", "STATE"], engines);
    let failures = board.failures.iter();
    let failures = failures.map(|(name, failure)| [name.clone(), failure.clone()]);
    rows(&mut out, ["TASK DOWN", "WHY"], failures);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn cell(value: Option<f64>, written: fn(f64) -> String) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), written)
}

/// A table without rows is left out.
fn rows<const N: usize>(
    out: &mut String,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let all: Vec<[String; N]> = std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .collect();
    if all.len() == 1 {
        return;
    }
    let widths: [usize; N] = std::array::from_fn(|column| {
        let widths = all.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    });
    for row in &all {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push('\n');
}
