//! The file of the master key: thirty-two bytes for each generation, the newest last.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use eventlog::{Secret, Secrets};
use nix::unistd::{Gid, Uid};

use crate::{
    cli::WhereArgs,
    data::{DataDir, write_file},
};

const BYTES: usize = 32;

/// The file that is named, or the one in the data directory.
pub fn file(args: &WhereArgs, data: Option<&DataDir>) -> anyhow::Result<PathBuf> {
    match (&args.master_key_file, data) {
        (Some(file), _) => Ok(file.clone()),
        (None, Some(data)) => data.secret_file("master"),
        (None, None) => DataDir::open(&args.data_path())
            .context("--master-key-file (TIDINGS_MASTER_KEY_FILE) names the 32 secret bytes of the service")?
            .secret_file("master"),
    }
}

/// What is in it, and will be: it is read again when a key turns up that a later generation has wrapped.
pub fn secrets(file: &Path) -> anyhow::Result<Secrets> {
    let again = file.to_owned();
    Secrets::kept(move || read(&again)).with_context(|| format!("cannot read {}", file.display()))
}

/// Adds a generation, in one step.
pub fn add(file: &Path) -> anyhow::Result<()> {
    let mut bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut next = [0; BYTES];
    aws_lc_rs::rand::fill(&mut next)
        .ok()
        .context("the system gives no randomness")?;
    bytes.extend(next);
    let before = fs::metadata(file)?;
    let owner = (Uid::from_raw(before.uid()), Gid::from_raw(before.gid()));
    write_file(file, &bytes, Some(owner)).context(
        "the master key cannot be followed by another here; add 32 random bytes to its file on every node, and come back",
    )?;
    // Whoever could read it still has to.
    Ok(fs::set_permissions(file, before.permissions())?)
}

fn read(file: &Path) -> io::Result<Vec<Secret>> {
    let bytes = fs::read(file)?;
    let (generations, rest) = bytes.as_chunks::<BYTES>();
    if generations.is_empty() || !rest.is_empty() || generations.len() > usize::from(u8::MAX) {
        let lengths = format!(
            "it has to hold 32 bytes, or 32 more for each generation, and holds {}",
            bytes.len()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, lengths));
    }
    Ok(generations.iter().copied().map(Secret::new).collect())
}
