//! What can happen to the store of a nats-server while it does not run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::{NatsServer, Random};

impl NatsServer {
    /// Keeps a copy of the store as it is, in place of the one before.
    pub fn keep_copy(&self) -> anyhow::Result<()> {
        ensure!(self.pid().is_none(), "stop it before copying its store");
        let copy = self.copy();
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copy_tree(&self.store_dir(), &copy)
    }

    /// Puts that copy in the store's place: a disk that came back as it once was.
    pub fn roll_back(&self) -> anyhow::Result<()> {
        let copy = self.copy();
        ensure!(copy.exists(), "there is no copy");
        self.wipe()?;
        copy_tree(&copy, &self.store_dir())
    }

    /// Flips one bit of a stored message.
    pub fn flip_a_bit(&self, random: &mut Random) -> anyhow::Result<()> {
        ensure!(self.pid().is_none(), "stop it before spoiling its store");
        let mut blocks = Vec::new();
        files_below(&self.store_dir(), &mut blocks)?;
        blocks.retain(|path| {
            let is_filled = fs::metadata(path).is_ok_and(|found| found.len() > 0);
            path.extension().is_some_and(|kind| kind == "blk") && is_filled
        });
        blocks.sort();
        let block = random.one_of(&blocks).context("nothing is stored")?;
        let mut bytes = fs::read(block)?;
        let place = random.below(bytes.len().try_into()?);
        bytes[usize::try_from(place)?] ^= 1 << random.below(8);
        Ok(fs::write(block, bytes)?)
    }

    fn copy(&self) -> PathBuf {
        self.store_dir().with_extension("copy")
    }
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &there)?;
        } else {
            fs::copy(entry.path(), there)?;
        }
    }
    Ok(())
}

fn files_below(directory: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
