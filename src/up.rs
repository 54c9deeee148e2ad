//! `tidings up`: everything on one machine.

use std::time::Instant;

use anyhow::{Context, ensure};
use eventlog::Role;
use nats::Address;
use tokio::signal::unix::{SignalKind, signal as on};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{Switch, UpArgs},
    data::{DataDir, Run},
    demo,
    engines::Engines,
    migrate, notify,
    roles::{self, Doors, Place, Roles},
};

/// Runs until a signal comes; then everything ends in order.
pub async fn run(mut args: UpArgs) -> anyhow::Result<()> {
    if args.demo {
        ensure!(
            args.listen.ip().is_loopback(),
            "--demo has known passwords, so it listens at a loopback address only"
        );
        args.rules.password_rule = Switch::Off;
    }
    let url = format!("http://{}", args.listen);
    let mut data = DataDir::hold(&args.place.data_path(), &url)?;
    say(&format!("data      {}", data.path().display()));
    let stop = on_signal();
    // While the engines start, Ctrl-C ends them as well: they go with this process.
    notify::starting("starting Postgres and NATS");
    let started = Engines::start(
        &data,
        args.place.database_url.clone(),
        args.place.nats_url.clone(),
    );
    let Some(engines) = stop.run_until_cancelled(started).await.transpose()? else {
        return Ok(());
    };
    for line in engines.report() {
        say(line);
    }
    let result = serve(&args, &mut data, &engines, &stop).await;
    engines.stop().await;
    result
}

async fn serve(
    args: &UpArgs,
    data: &mut DataDir,
    engines: &Engines,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let database_url = engines.database_url();
    // Before anything is written there.
    let asking = eventlog::connect(&database_url, Role::Owner, 1)?;
    eventlog::assert_durable(&asking).await?;
    asking.close().await;
    notify::starting("bringing the schema up to date");
    let (before, now) = migrate::migrate(&database_url).await?;
    notify::starting("starting");
    if before != now {
        say(&format!("schema    {before} → {now}"));
    }
    let place = Place {
        data: Some(data.path().to_owned()),
        database_url: database_url.clone(),
        nats: Address {
            url: engines.nats_url(),
            token: args
                .place
                .nats_token
                .clone()
                .or_else(|| engines.nats_token()),
        },
        secrets: roles::secrets(&args.place, Some(data))?,
        audit_key: roles::audit_key(&args.place, Some(data))?,
        attachments: Some(
            args.place
                .attachments
                .clone()
                .unwrap_or_else(|| data.attachments()),
        ),
        ledger: args.place.ledger(Some(data)),
        disk_reserve: args.place.disk_reserve,
    };
    let shutdown = CancellationToken::new();
    let doors = Doors {
        public: args.listen,
        admin: args.admin,
    };
    let running = roles::start(
        &place,
        &args.rules,
        doors,
        Roles::ALL,
        engines.states(),
        &shutdown,
    )
    .await?;
    if args.demo {
        demo::prepare(&running.api)
            .await
            .context("the demonstration's accounts cannot be made")?;
    }
    data.announce(&Run {
        pid: std::process::id(),
        url: running.url(),
        admin: Some(running.admin()),
        database_url,
        nats_url: place.nats.url.clone(),
        nats_token: place.nats.token.clone(),
    })?;
    say(&format!(
        "web       {:<35} ready {:.1} s",
        running.url(),
        started.elapsed().as_secs_f32()
    ));
    let told = notify::ready(&running.url());
    stop.cancelled().await;
    drop(told);
    say("ending    (once more: at once)");
    running.stop(shutdown).await;
    Ok(())
}

/// Cancelled by the first Ctrl-C or SIGTERM. The second one ends the process at once; its children go with it.
pub fn on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        for _ in 0..2 {
            if let Err(error) = signal().await {
                tracing::error!(%error, "signals cannot be heard");
                return;
            }
            if first.is_cancelled() {
                std::process::exit(130);
            }
            first.cancel();
        }
    });
    stop
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn signal() -> anyhow::Result<()> {
    let mut terminate = on(SignalKind::terminate())?;
    let mut interrupt = on(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "it is what the person who started it reads"
)]
fn say(line: &str) {
    println!("  {line}");
}
