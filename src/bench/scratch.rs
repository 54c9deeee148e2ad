//! A directory that goes when its owner does, and what an earlier, killed one left behind.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process,
};

use anyhow::Context;
use eventlog::fresh;

/// On a disk: what would be measured in memory is not what is kept.
const BASE: &str = "/var/tmp";
const PREFIX: &str = "tidings-bench-";

/// The directory.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub fn make() -> anyhow::Result<Self> {
        let base = if Path::new(BASE).is_dir() {
            PathBuf::from(BASE)
        } else {
            std::env::temp_dir()
        };
        remove_left_overs(&base);
        let path = base.join(format!(
            "{PREFIX}{}-{}",
            process::id(),
            fresh::id().simple()
        ));
        // Postgres' user, who is not root, has to pass through to what is its own.
        DirBuilder::new()
            .mode(0o711)
            .create(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn remove_left_overs(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = name.to_str().and_then(|name| {
            name.strip_prefix(PREFIX)?
                .split('-')
                .next()?
                .parse::<u32>()
                .ok()
        });
        if maker.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
