//! What was measured, in the form that people read, and what is being measured meanwhile.

use std::io::{Write, stdout};

use super::figures::{Figure, Report};

/// The whole table.
pub fn print(report: &Report) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:<9}{:>8}{:>9}   {:>15}   {:>15}   {:>31}   {:>8}",
        "", "", "", "send, ms", "delivery, ms", "CPU s per 1,000 messages", "× driver"
    )?;
    writeln!(
        out,
        "{:<9}{:>8}{:>9}   {:>7}{:>8}   {:>7}{:>8}   {:>8}{:>9}{:>7}{:>7}   {:>8}",
        "scenario",
        "senders",
        "per s",
        "p50",
        "p99",
        "p50",
        "p99",
        "service",
        "postgres",
        "nats",
        "total",
        "CPU"
    )?;
    for figure in &report.figures {
        writeln!(out, "{}", line(figure))?;
    }
    writeln!(out)?;
    let [before, after] = report.before_and_after;
    let one = (
        report.floors.one_row_per_commit_per_s,
        before.one_row_per_commit,
        after.one_row_per_commit,
    );
    let batched = (
        report.floors.batched_rows_per_s,
        before.batched,
        after.batched,
    );
    for (name, (mean, before, after)) in [
        ("one row a commit", one),
        ("rows in batches of 500", batched),
    ] {
        writeln!(
            out,
            "floor: {name:<23}{mean:>8.0} per s   ({before:.0} before, {after:.0} after)"
        )?;
    }
    let best = report
        .figures
        .iter()
        .map(|figure| figure.per_s)
        .fold(0.0, f64::max);
    writeln!(
        out,
        "the most messages a second: {:.2} × one row a commit",
        best / report.floors.one_row_per_commit_per_s
    )?;
    if let Some(each) = report.group_recipient_per_direct {
        writeln!(
            out,
            "each recipient of a group: {each:.4} of a direct message's CPU, 1/{:.0}",
            each.recip()
        )?;
    }
    Ok(())
}

fn line(figure: &Figure) -> String {
    let paced = if figure.paced_per_s.is_some() {
        "="
    } else {
        ""
    };
    let cpu = &figure.cpu_s_per_1000;
    format!(
        "{:<9}{:>8}{:>9}   {:>7.2}{:>8.2}   {:>7.2}{:>8.2}   {:>8.3}{:>9.3}{:>7.3}{:>7.3}   {:>8.1}",
        figure.scenario,
        figure.senders,
        format!("{paced}{:.0}", figure.per_s),
        figure.p50_ms,
        figure.p99_ms,
        figure.delivery_p50_ms,
        figure.delivery_p99_ms,
        cpu.service,
        cpu.postgres,
        cpu.nats,
        cpu.total,
        figure.driver_cpu_ratio,
    )
}
