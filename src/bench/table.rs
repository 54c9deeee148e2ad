//! What was measured, in the form that people read, and what is being measured meanwhile.

use std::io::{Write, stdout};

use super::{
    figures::{Figure, Report},
    mixed::Mixed,
};

/// The whole table.
pub fn print(report: &Report) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    if !report.figures.is_empty() {
        messages(&mut out, report)?;
    }
    if let Some(mixture) = &report.mixed {
        mixed(&mut out, mixture)?;
    }
    if !report.reads.is_empty() {
        reads(&mut out, report)?;
    }
    if let Some(open) = &report.connections {
        writeln!(
            out,
            "{} streams, idle: {:.1} KiB each, {:.2} ms CPU a second for 1,000, {:.0} MB in all\n",
            open.streams, open.kib_each, open.cpu_ms_per_s_per_1000, open.memory_mb
        )?;
    }
    if let Some(back) = &report.catch_up {
        writeln!(
            out,
            "catching up on {}: {:.0} a second, the first after {:.1} ms, {:.3} CPU s per 1,000, {:+.1} MB\n",
            back.items, back.per_s, back.first_ms, back.cpu_s_per_1000, back.more_memory_mb
        )?;
    }
    if let Some(stalled) = &report.stalled {
        writeln!(
            out,
            "{} readers standing still: {:+.1} MB; others' delivery p50 {:.2} ms instead of {:.2}, p99 {:.2} instead of {:.2}\n",
            stalled.streams,
            stalled.more_memory_mb,
            stalled.p50_ms,
            stalled.p50_ms_before,
            stalled.p99_ms,
            stalled.p99_ms_before
        )?;
    }
    if let Some(memory) = &report.memory_mb {
        writeln!(
            out,
            "memory in the end: service {:.0} MB, Postgres {:.0} MB, NATS {:.0} MB\n",
            memory.service, memory.postgres, memory.nats
        )?;
    }
    if !report.statements.is_empty() {
        statements(&mut out, report)?;
    }
    floors(&mut out, report)
}

fn mixed(out: &mut impl Write, mixture: &Mixed) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<19}{:>8}{:>10}{:>9}",
        "everyday life", "count", "p50, ms", "p99, ms"
    )?;
    for acted in &mixture.acts {
        writeln!(
            out,
            "{:<19}{:>8}{:>10.2}{:>9.2}",
            acted.act, acted.count, acted.p50_ms, acted.p99_ms
        )?;
    }
    Ok(writeln!(
        out,
        "{:.0} a second of {} asked for, {:.3} CPU s per 1,000\n",
        mixture.per_s, mixture.asked_per_s, mixture.cpu_s_per_1000.total
    )?)
}

fn statements(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:>6}{:>9}{:>10}{:>10}   statement",
        "share", "calls", "total, ms", "each, ms"
    )?;
    for statement in &report.statements {
        writeln!(
            out,
            "{:>5.1}%{:>9}{:>10.0}{:>10.3}   {}",
            statement.share * 100.0,
            statement.calls,
            statement.total_ms,
            statement.mean_ms,
            statement.text
        )?;
    }
    Ok(writeln!(out)?)
}

fn reads(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<15}{:>8}{:>9}{:>10}{:>9}{:>18}{:>20}",
        "read", "readers", "per s", "p50, ms", "p99, ms", "CPU s per 1,000", "of an empty handler"
    )?;
    for reading in &report.reads {
        writeln!(
            out,
            "{:<15}{:>8}{:>9.0}{:>10.2}{:>9.2}{:>18.3}{:>20.2}",
            reading.what,
            reading.readers,
            reading.per_s,
            reading.p50_ms,
            reading.p99_ms,
            reading.cpu_s_per_1000.total,
            reading.of_empty_handler,
        )?;
    }
    Ok(writeln!(out)?)
}

fn messages(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
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
    Ok(writeln!(out)?)
}

fn floors(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    let [before, after] = report.before_and_after;
    let event = (
        report.floors.one_event_per_commit,
        before.one_event_per_commit,
        after.one_event_per_commit,
    );
    let one = (
        report.floors.one_row_per_commit,
        before.one_row_per_commit,
        after.one_row_per_commit,
    );
    let batched = (report.floors.batched_rows, before.batched, after.batched);
    let published = (report.floors.published, before.published, after.published);
    for (name, (mean, before, after)) in [
        ("one event a commit", event),
        ("one row a commit", one),
        ("rows in batches of 500", batched),
        ("JetStream, 256 at once", published),
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
    if best > 0.0 {
        writeln!(
            out,
            "the most messages a second: {:.2} × one event a commit, {:.2} × one row a commit",
            best / report.floors.one_event_per_commit,
            best / report.floors.one_row_per_commit
        )?;
    }
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
