//! The one binary: every role, and the commands of operators.

mod account;
mod asyncapi;
mod audit;
mod backup;
mod bench;
mod child;
mod cli;
mod config;
mod data;
mod demo;
mod disk;
mod doctor;
mod engines;
mod health;
mod keys;
mod manual;
mod master_key;
mod migrate;
mod net;
mod notify;
mod progress;
mod rebuild;
mod restore;
mod roles;
mod supervise;
mod telemetry;
mod top;
mod up;
mod web;

use std::process::ExitCode;

use cli::Command;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let result = match config::parse().command {
        // Before there are threads: it becomes another program.
        Command::Child(args) => child::run(&args).map(|never| match never {}),
        command => run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidings: {error:#}");
            ExitCode::from(if error.is::<engines::Missing>() {
                69
            } else if error.is::<eventlog::audit::Finding>() {
                audit::REFUTED
            } else {
                1
            })
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    telemetry::start(command.is_service());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let _traces = telemetry::traces::Traces::start()?;
        match command {
            Command::Up(args) => up::run(args).await,
            Command::Api(args) => roles::run(args, roles::Roles::API).await,
            Command::Relay(args) => roles::relay::run(args).await,
            Command::Projector(args) => roles::projector::run(*args).await,
            Command::Notifier(args) => roles::run(args, roles::Roles::NOTIFIER).await,
            Command::Webhooks(args) => roles::run(args, roles::Roles::WEBHOOKS).await,
            Command::Migrate(args) => migrate::run(&args).await,
            Command::Rebuild(args) => rebuild::run(args).await,
            Command::Backup(args) => backup::run(&args).await,
            Command::Restore(args) => restore::run(&args).await,
            Command::Doctor(args) => doctor::run(&args).await,
            Command::Top(args) => top::run(args).await,
            Command::Account(args) => account::run(args).await,
            Command::Audit(args) => audit::run(args).await,
            Command::Keys(args) => keys::run(&args).await,
            Command::Config(args) => config::run(&args),
            Command::Bench(args) => bench::run(args).await,
            Command::Openapi => print(&api::openapi()),
            Command::Asyncapi => print(&asyncapi::document()),
            Command::Manual(args) => manual::run(&args),
            Command::Child(_) => Ok(()),
        }
    })
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn print(description: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(description)?);
    Ok(())
}
