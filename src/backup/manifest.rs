//! What is in a backup, and the hashes by which it is known again.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{Context as Digest, SHA256};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Of this manifest and the files beside it.
pub const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";

/// Written last: a directory without one is no backup.
#[derive(Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub made_at: DateTime<Utc>,
    /// Which version made it.
    pub tidings: String,
    /// The newest of the migrations that the tables had.
    pub migration: i64,
    pub log_id: Uuid,
    pub epoch: u16,
    /// The log's last position.
    pub position: i64,
    pub tables: Vec<Table>,
    /// Whether the attached files are here, or where they are.
    pub attachments: String,
    pub files: Vec<Copied>,
}

/// A table, as COPY writes it in its text format.
#[derive(Serialize, Deserialize)]
pub struct Table {
    /// With its schema.
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
    #[serde(flatten)]
    pub file: Copied,
}

/// A file in the backup.
#[derive(Serialize, Deserialize)]
pub struct Copied {
    /// Its path below the backup's directory.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub fn write(&self, directory: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        crate::data::write_file(&directory.join(NAME), &text, None)
    }

    /// Reads it, and refuses a backup of which a byte is not as it was.
    pub fn read_and_check(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(NAME);
        let text = std::fs::read(&path).with_context(|| {
            format!(
                "{} is no backup, or one that was broken off: it has no {NAME}",
                directory.display()
            )
        })?;
        let manifest: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        ensure!(
            manifest.format == FORMAT,
            "the backup has format {}, and this version knows {FORMAT}",
            manifest.format
        );
        let tables = manifest.tables.iter().map(|table| &table.file);
        for copied in tables.chain(&manifest.files) {
            let is = hash_of(&directory.join(&copied.file))?;
            ensure!(
                is == (copied.bytes, copied.sha256.clone()),
                "{} in the backup is damaged: it is not what its manifest says",
                copied.file
            );
        }
        Ok(manifest)
    }
}

/// Length and SHA-256 of a file.
pub fn hash_of(path: &Path) -> anyhow::Result<(u64, String)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut file = BufReader::new(file);
    let (mut digest, mut bytes) = (Digest::new(&SHA256), 0);
    let mut chunk = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, hex(digest.finish().as_ref())));
        }
        digest.update(&chunk[..read]);
        bytes += u64::try_from(read)?;
    }
}

/// In lower case.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
