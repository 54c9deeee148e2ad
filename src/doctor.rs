//! `tidings doctor`: engines, versions, lag and drift. Each line that is not well ends with what to do.

use anyhow::{Context, bail};
use api::readiness;
use chrono::TimeDelta;
use eventlog::{
    audit::{Entries, Heads},
    fresh,
};
use nats::Stream;
use projector::{Halt, Model, Rebuild};
use serde::Serialize;
use sqlx::PgPool;

use crate::{
    cli::{DoctorArgs, WhereArgs},
    data::DataDir,
    disk::State,
    migrate,
    roles::{Parts, Place},
};

/// How long an event may wait for a signature.
const SIGNED_WITHIN: TimeDelta = TimeDelta::seconds(10);
/// What makes counts and rows again.
const MEND: &str = "`tidings rebuild` makes them again from the log, while everybody goes on; please report it: it is a defect";

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Finding {
    fn well(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            ok: true,
            found: found.into(),
            fix: None,
        }
    }

    fn ill(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what,
            ok: false,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }
}

/// Looks at everything; fails when something is not well.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let findings = examine(args).await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for Finding {
            what,
            ok,
            found,
            fix,
        } in &findings
        {
            let mark = if *ok { "ok " } else { "ILL" };
            let fix = fix
                .as_ref()
                .map(|fix| format!(": {fix}"))
                .unwrap_or_default();
            println!("{mark}  {what:<12} {found}{fix}");
        }
    }
    let ill = findings.iter().filter(|finding| !finding.ok).count();
    if ill > 0 {
        bail!("{ill} of {} are not well", findings.len());
    }
    Ok(())
}

async fn examine(args: &DoctorArgs) -> Vec<Finding> {
    let mut findings = vec![open_files(&args.place)];
    let parts = match Place::of(&args.place) {
        Ok(place) => Parts::gather(&place).await,
        Err(error) => Err(error),
    };
    let parts = match parts {
        Ok(parts) => parts,
        Err(error) => {
            findings.push(Finding::ill(
                "service",
                format!("{error:#}"),
                "start it, or say where it is",
            ));
            return findings;
        }
    };
    let looks = [
        postgres(&parts.pool).await,
        projector(&parts).await,
        unread(&parts.pool).await,
        receipts(&parts.pool).await,
        boxes(&parts.pool).await,
        signed(&parts).await,
    ];
    findings.extend(looks.into_iter().map(|look| {
        look.unwrap_or_else(|error| {
            Finding::ill("postgres", format!("{error:#}"), "look at its log")
        })
    }));
    if args.full {
        findings.push(
            every_row(&parts)
                .await
                .unwrap_or_else(|error| Finding::ill("rows", format!("{error:#}"), "try again")),
        );
    }
    findings.extend(disk(&parts));
    findings.extend(nats(&parts).await);
    findings.extend(webhooks(&parts).await);
    findings
}

/// Of the `up` that runs there; where it cannot be seen (single roles elsewhere, a unit that is shut off), this command's own.
fn open_files(place: &WhereArgs) -> Finding {
    let running = DataDir::open(&place.data_path()).and_then(|data| data.running());
    let process = match running {
        Ok(Some(run)) if place.database_url.is_none() => run.pid.to_string(),
        _ => "self".to_owned(),
    };
    match limit_of(&process).or_else(|_| limit_of("self")) {
        Ok(limit) if limit < 4096 => Finding::ill(
            "open files",
            format!("{limit} allowed"),
            "raise it with `ulimit -n` or LimitNOFILE=",
        ),
        Ok(limit) => Finding::well("open files", format!("{limit} allowed")),
        Err(error) => Finding::ill("open files", format!("{error:#}"), "look at `ulimit -n`"),
    }
}

fn limit_of(process: &str) -> anyhow::Result<u64> {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits"))?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    soft.context("the kernel does not say how many files may be open")
}

fn disk(parts: &Parts) -> Option<Finding> {
    let disk = parts.disk.as_ref()?;
    let at = disk.directory().display();
    let room = match disk.look() {
        Ok(room) => room,
        Err(error) => {
            return Some(Finding::ill(
                "disk",
                error.to_string(),
                format!("look at {at}"),
            ));
        }
    };
    let found = format!("{room} at {at}");
    Some(match room.state {
        State::Ample => Finding::well("disk", found),
        State::Low => Finding::ill("disk", found, "make room, or move to a larger one"),
        State::Full => Finding::ill(
            "disk",
            format!("{found}: commands are refused"),
            "make room; what was taken is kept, and the service goes on by itself",
        ),
    })
}

async fn postgres(pool: &PgPool) -> anyhow::Result<Finding> {
    let row = sqlx::query!(
        r#"select current_setting('server_version') as "version!",
             (select coalesce(max(position), 0) from log.events) as "head!",
             (select count(*) from log.events) as "count!""#
    )
    .fetch_one(pool)
    .await?;
    let found = format!("{}, {} events", row.version, row.head);
    Ok(if row.head == row.count {
        Finding::well("postgres", found)
    } else {
        let found = format!("{found}, of which {} are there", row.count);
        Finding::ill(
            "postgres",
            found,
            "positions have holes, which the service never makes: restore a backup",
        )
    })
}

async fn projector(parts: &Parts) -> anyhow::Result<Finding> {
    let (head, checkpoint) = parts.positions().await?;
    let lag = head - checkpoint;
    if let Some(halt) = Halt::look(&parts.pool, &parts.reader).await? {
        let found = format!("halted at position {}: {}", halt.position, halt.reason);
        let fix = format!(
            "run a version that can read it, put its key back if that is damaged, or go on without it: `tidings projector skip {} --reason …`",
            halt.position
        );
        return Ok(Finding::ill("projector", found, fix));
    }
    let found = format!("{lag} events behind");
    Ok(if lag < 10_000 {
        Finding::well("projector", found)
    } else {
        Finding::ill(
            "projector",
            found,
            "is one running? its log says what it waits for",
        )
    })
}

/// Counts again what the read models count as they go.
async fn unread(pool: &PgPool) -> anyhow::Result<Finding> {
    let row = sqlx::query!(
        r#"with counted as (
             select owner_id, conversation_id, count(*) as unread from readmodel.inbox
             where read_at is null and deleted_at is null group by owner_id, conversation_id)
           select count(*) as "conversations!",
             count(*) filter (where c.unread <> coalesce(n.unread, 0)) as "drifted!"
           from readmodel.last_conversation c left join counted n using (owner_id, conversation_id)"#
    )
    .fetch_one(pool)
    .await?;
    let found = format!(
        "{} conversations counted again, {} differ",
        row.conversations, row.drifted
    );
    Ok(if row.drifted == 0 {
        Finding::well("unread", found)
    } else {
        Finding::ill("unread", found, MEND)
    })
}

/// Counts again who has received and read what somebody sent.
async fn receipts(pool: &PgPool) -> anyhow::Result<Finding> {
    let row = sqlx::query!(
        r#"with counted as (
             select owner_id, position, count(delivered_at) as delivered, count(read_at) as read
             from readmodel.receipts group by owner_id, position)
           select count(*) as "messages!", count(*) filter (where
             s.delivered_to <> case when s.recipients = 1 then (s.delivered_at is not null)::int else coalesce(c.delivered, 0) end
             or s.read_by <> case when s.recipients = 1 then (s.read_at is not null)::int else coalesce(c.read, 0) end
           ) as "drifted!"
           from readmodel.sent_box s left join counted c using (owner_id, position)"#
    )
    .fetch_one(pool)
    .await?;
    let found = format!(
        "{} messages counted again, {} differ",
        row.messages, row.drifted
    );
    Ok(if row.drifted == 0 {
        Finding::well("receipts", found)
    } else {
        Finding::ill("receipts", found, MEND)
    })
}

/// Some messages of the log, whether they are where they belong. Whoever blocks somebody, or is erased, may lack some: they
/// are left aside.
async fn boxes(pool: &PgPool) -> anyhow::Result<Finding> {
    let row = sqlx::query!(
        r#"with reached as (select min(position) as position from readmodel.checkpoints),
           chosen as (
             select distinct 1 + floor(random() * r.position)::bigint as position from reached r, generate_series(1, 1000)),
           sent as (
             select e.position, (e.payload->>'sender')::uuid as sender, e.payload->'recipients' as recipients
             from chosen join log.events e on e.position = chosen.position where e.event_type = 'message.sent'),
           expected as (
             select position, sender as owner_id, true as is_sent from sent
             union all
             select position, r.id::uuid, false from sent,
               lateral json_array_elements_text(case json_typeof(recipients) when 'array' then recipients else '[]' end) as r(id))
           select count(*) as "rows!", count(*) filter (where case when is_sent
               then not exists (select from readmodel.sent_box s where s.owner_id = x.owner_id and s.position = x.position)
               else not exists (select from readmodel.inbox i where i.owner_id = x.owner_id and i.position = x.position)
             end) as "missing!"
           from expected x join readmodel.accounts a on a.account_id = x.owner_id and a.erased_at is null
           where not exists (
             select from log.events b where b.aggregate_type = 'box' and b.event_type = 'box.blocked'
               and b.aggregate_id >= x.owner_id::text || ':' and b.aggregate_id < x.owner_id::text || ';')"#
    )
    .fetch_one(pool)
    .await?;
    let found = format!(
        "{} rows looked for by chance, {} missing",
        row.rows, row.missing
    );
    Ok(if row.missing == 0 {
        Finding::well("boxes", found)
    } else {
        Finding::ill("boxes", found, MEND)
    })
}

/// Every row, against what the log makes of it beside the live tables.
async fn every_row(parts: &Parts) -> anyhow::Result<Finding> {
    let mut rebuild =
        Rebuild::begin(&parts.database_url, parts.reader.clone(), migrate::newest()).await?;
    rebuild.catch_up(0, |_| {}).await?;
    let compared = rebuild.compare(&Model::ALL).await?;
    rebuild.discard().await?;
    let rows: i64 = compared.iter().map(|table| table.next_rows).sum();
    let differing: Vec<String> = compared
        .iter()
        .filter(|table| !table.is_same())
        .map(|table| {
            let first = table.differences.first();
            let first = first.map(|first| format!(" ({}: {})", first.key, first.what));
            format!("{}{}", table.table, first.unwrap_or_default())
        })
        .collect();
    Ok(if differing.is_empty() {
        Finding::well(
            "rows",
            format!("{rows} compared with the log, none differs"),
        )
    } else {
        let found = format!(
            "{rows} compared with the log; differing: {}",
            differing.join(", ")
        );
        Finding::ill("rows", found, MEND)
    })
}

/// Whether the newest head is as new as it should be.
async fn signed(parts: &Parts) -> anyhow::Result<Finding> {
    let size = Heads::new(parts.pool.clone()).latest().await?;
    let size = size.map_or(0, |head| head.size);
    let first = Entries::new(parts.pool.clone())
        .page(size, size + 1, None)
        .await?;
    let waits = first.entries.first().map(|entry| entry.recorded_at);
    let found = format!("{size} events are signed");
    Ok(match waits {
        Some(since) if fresh::now() - since > SIGNED_WITHIN => Finding::ill(
            "audit",
            found,
            "does a relay run with --audit-key-file? its log says what is wrong",
        ),
        _ => Finding::well("audit", found),
    })
}

async fn nats(parts: &Parts) -> Vec<Finding> {
    for _ in 0..40 {
        if parts.wire.is_connected() {
            break;
        }
        eventlog::fresh::pause(std::time::Duration::from_millis(50)).await;
    }
    let Some(version) = parts.wire.version() else {
        return vec![Finding::ill(
            "nats",
            "does not answer",
            "messages are kept, news are late: start it again",
        )];
    };
    let stream = match Stream::open(&parts.wire, &parts.reader).await {
        Ok(stream) => {
            let head = parts.reader.head().await.unwrap_or(stream.place.last);
            let found = format!(
                "from {} to {}, {} behind",
                stream.place.first,
                stream.place.last,
                head - stream.place.last
            );
            Finding::well("stream", found)
        }
        Err(error) => Finding::ill(
            "stream",
            error.to_string(),
            "see docs/ARCHITECTURE.md, the wire",
        ),
    };
    vec![Finding::well("nats", version), stream]
}

/// Nothing where there are none.
async fn webhooks(parts: &Parts) -> Option<Finding> {
    let webhooks = match parts.webhooks().await {
        Ok(webhooks) => webhooks,
        Err(error) => {
            let found = format!("{error:#}");
            return Some(Finding::ill("webhooks", found, "look at Postgres' log"));
        }
    };
    let readiness::Webhooks {
        active,
        failing,
        paused,
        lag,
    } = webhooks;
    if active + failing + paused == 0 {
        return None;
    }
    let found = format!("{active} active, {failing} failing, {paused} paused, {lag} events behind");
    Some(if paused == 0 {
        Finding::well("webhooks", found)
    } else {
        let advice = "GET /api/v1/webhooks says why; mend the receiver, and `replay` goes on";
        Finding::ill("webhooks", found, advice)
    })
}
