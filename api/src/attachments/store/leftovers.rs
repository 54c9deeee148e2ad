//! What a writer that was killed leaves in a directory: `object_store` writes to `<name>#<number>`, renames at the end, and
//! hides such files when it lists.

use std::{fs, io, path::Path, time::SystemTime};

/// Removes those that nobody has written to since a time.
pub(super) fn clear(directory: &Path, time: SystemTime) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_half_done = entry.file_name().to_string_lossy().contains('#');
        if is_half_done && is_older(&entry, time).unwrap_or(false) {
            match fs::remove_file(entry.path()) {
                // Another node was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
        }
    }
    Ok(())
}

fn is_older(entry: &fs::DirEntry, time: SystemTime) -> io::Result<bool> {
    Ok(entry.metadata()?.modified()? < time)
}
