//! `tidings doctor`: engines, versions, lag and drift. Each line that is not well ends with what to do.

use anyhow::bail;
use chrono::TimeDelta;
use eventlog::{
    audit::{Entries, Heads},
    fresh,
};
use nats::Stream;
use serde::Serialize;
use sqlx::PgPool;

use crate::{
    cli::DoctorArgs,
    roles::{Parts, Place, Webhooks},
};

/// How long an event may wait for a signature.
const SIGNED_WITHIN: TimeDelta = TimeDelta::seconds(10);

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
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

    fn ill(what: &'static str, found: impl Into<String>, fix: &'static str) -> Self {
        Self {
            what,
            ok: false,
            found: found.into(),
            fix: Some(fix),
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
            let fix = fix.map(|fix| format!(": {fix}")).unwrap_or_default();
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
    let mut findings = vec![open_files()];
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
        signed(&parts).await,
    ];
    findings.extend(looks.into_iter().map(|look| {
        look.unwrap_or_else(|error| {
            Finding::ill("postgres", format!("{error:#}"), "look at its log")
        })
    }));
    findings.extend(nats(&parts).await);
    findings.extend(webhooks(&parts).await);
    findings
}

fn open_files() -> Finding {
    use nix::sys::resource::{Resource, getrlimit};
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((limit, _)) if limit < 4096 => Finding::ill(
            "open files",
            format!("{limit} allowed"),
            "raise it with `ulimit -n` or LimitNOFILE=",
        ),
        Ok((limit, _)) => Finding::well("open files", format!("{limit} allowed")),
        Err(error) => Finding::ill("open files", error.to_string(), "look at `ulimit -n`"),
    }
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
        Finding::ill("unread", found, "a defect: please report it")
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
    let Webhooks {
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
