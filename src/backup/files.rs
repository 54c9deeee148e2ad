//! Attached files: whole directories of them, hashed.

use std::{fs, io, path::Path};

use anyhow::Context;

use super::manifest::{Copied, hash_of};

/// Copies what is below a directory. What is erased meanwhile is passed over.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<Vec<Copied>> {
    let mut copied = Vec::new();
    if from.is_dir() {
        copy_below(from, to, "attachments", &mut copied)?;
    }
    Ok(copied)
}

fn copy_below(from: &Path, to: &Path, name: &str, copied: &mut Vec<Copied>) -> anyhow::Result<()> {
    crate::data::make_dir(to, 0o700, None)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            copy_below(&source, &target, &name, copied)?;
            continue;
        }
        match fs::copy(&source, &target) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot copy {}", source.display()));
            }
        }
        let (bytes, sha256) = hash_of(&target)?;
        copied.push(Copied {
            file: name,
            bytes,
            sha256,
        });
    }
    Ok(())
}

/// Brings them back below another directory.
pub fn restore(backup: &Path, files: &[Copied], to: &Path) -> anyhow::Result<()> {
    for copied in files {
        let relative = copied.file.strip_prefix("attachments/");
        let target = to.join(relative.context("the manifest names a file that is no attachment")?);
        let parent = target.parent().context("a file is in a directory")?;
        crate::data::make_dir(parent, 0o700, None)?;
        fs::copy(backup.join(&copied.file), &target)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}
