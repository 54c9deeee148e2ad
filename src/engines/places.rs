//! A directory for the socket and free ports for the servers.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use aws_lc_rs::{digest, rand};
use nix::unistd::geteuid;

use super::run_as::RunAs;
use crate::data::make_dir;

/// A socket's path may have 107 bytes, and this is appended to the directory's.
const LONGEST: usize = 107 - "/.s.PGSQL.5432.lock".len();

/// Never below the data directory, whose path may be too long: named after it instead.
pub(super) fn socket_dir(data: &Path, run_as: &RunAs) -> anyhow::Result<PathBuf> {
    let name = format!("tidings-{}", short_hash(data));
    let base = if geteuid().is_root() {
        Some(PathBuf::from("/run"))
    } else {
        runtime_dir()
    };
    let base =
        base.filter(|base| base.is_dir() && base.as_os_str().len() + 1 + name.len() <= LONGEST);
    let directory = match base {
        Some(base) => base.join(name),
        // Everybody can write there, so the name tells users apart.
        None => PathBuf::from(format!(
            "/tmp/tidings-{}-{}",
            run_as.uid(),
            short_hash(data)
        )),
    };
    make_dir(&directory, 0o700, run_as.owner())?;
    // Somebody else may have been there first, to listen to us.
    let found = fs::symlink_metadata(&directory)?;
    ensure!(
        found.is_dir()
            && found.uid() == run_as.uid().as_raw()
            && found.permissions().mode() & 0o777 == 0o700,
        "{} belongs to somebody else: remove it",
        directory.display()
    );
    Ok(directory)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the desktop's convention, not a setting of the service"
)]
fn runtime_dir() -> Option<PathBuf> {
    std::env::var("XDG_RUNTIME_DIR")
        .ok()
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn short_hash(data: &Path) -> String {
    let digest = digest::digest(&digest::SHA256, data.as_os_str().as_encoded_bytes());
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(first))
}

/// Below the ports that the kernel gives to outgoing connections. Among those, a client trying to reconnect while the
/// server is down can be given the very port it calls, and then talks to itself and keeps the server from coming back.
pub(super) fn free_port() -> anyhow::Result<u16> {
    let below_the_ephemeral = 12_000..32_000_u16;
    let width = below_the_ephemeral.end - below_the_ephemeral.start;
    for _ in 0..1_000 {
        let mut random = [0; 2];
        rand::fill(&mut random)
            .ok()
            .context("the system gives no randomness")?;
        let chosen = below_the_ephemeral.start + u16::from_le_bytes(random) % width;
        if TcpListener::bind(("127.0.0.1", chosen)).is_ok() {
            return Ok(chosen);
        }
    }
    bail!("there is no free port between 12000 and 32000")
}
