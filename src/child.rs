//! `tidings child`: becomes another program, one that cannot outlive its supervisor.
//!
//! A hidden command instead of code between fork and exec, which would need `unsafe`.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, ensure};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{User, getppid, setgid, setgroups, setuid};

/// What to become, and as whom.
#[derive(Debug, clap::Args)]
pub struct ChildArgs {
    /// Become this user first; only root can.
    #[arg(long)]
    user: Option<String>,
    /// The signal that the kernel sends when the supervisor ends, for example INT.
    #[arg(long, value_parser = signal)]
    signal: Signal,
    /// The supervisor's process id.
    #[arg(long)]
    parent: i32,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

fn signal(name: &str) -> nix::Result<Signal> {
    format!("SIG{name}").parse()
}

/// Returns only when it could not become the program.
pub fn run(args: &ChildArgs) -> anyhow::Result<Infallible> {
    let (program, arguments) = args.command.split_first().context("no program is named")?;
    // Opened while we may still go where the program stands: below root's home, for example.
    let opened = File::open(program);
    if let Some(user) = &args.user {
        become_user(user).with_context(|| format!("cannot become the user {user}"))?;
    }
    // After the change of user, which clears it.
    prctl::set_pdeathsig(args.signal)?;
    ensure!(
        getppid().as_raw() == args.parent,
        "the supervisor ended before {} began",
        program.display()
    );

    let mut failure = Command::new(program).args(arguments).exec();
    if failure.kind() == io::ErrorKind::PermissionDenied
        && let Ok(file) = opened
    {
        let by_descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
        failure = Command::new(by_descriptor)
            .arg0(program)
            .args(arguments)
            .exec();
    }
    Err(failure).with_context(|| format!("cannot run {}", program.display()))
}

/// The groups go first: without root's rights they could not be given up any more.
fn become_user(name: &str) -> anyhow::Result<()> {
    let user = User::from_name(name)?.context("there is no such user")?;
    setgroups(&[])?;
    setgid(user.gid)?;
    setuid(user.uid)?;
    Ok(())
}
