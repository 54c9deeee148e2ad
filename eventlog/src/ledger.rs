//! What was erased, written down beside the database: whoever restores an older backup erases it again.
//!
//! A file that is only appended to, one line for each erasure: `message <id>` or `account <id>`. It names ids and no texts. Lines
//! that come twice mean what one of them means. `epoch <n>` says which epochs there have been.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use uuid::Uuid;

/// What the ledger says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Erased {
    /// A message was taken back.
    Message(Uuid),
    /// An account was erased.
    Account(Uuid),
    /// A restore has begun this epoch.
    Epoch(u16),
}

/// The file. Several processes may write to the same one.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// In this file, which need not exist yet.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes lines down; they are on the disk when this returns. It blocks for that long.
    pub fn note(&self, erased: &[Erased]) -> io::Result<()> {
        let lines: String = erased.iter().map(|erased| erased.line()).collect();
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        cut_off_torn_line(&mut file)?;
        file.write_all(lines.as_bytes())?;
        file.sync_data()
    }

    /// All of it, each once; nothing where there is no file. A last line that was cut off is passed over: its erasure had not
    /// begun.
    pub fn read(&self) -> io::Result<Vec<Erased>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let mut erased = whole
            .lines()
            .map(|line| Erased::of(line).ok_or_else(|| unreadable(line)))
            .collect::<Result<Vec<_>, _>>()?;
        erased.sort_unstable();
        erased.dedup();
        Ok(erased)
    }
}

impl Erased {
    fn line(self) -> String {
        match self {
            Self::Message(id) => format!("message {id}\n"),
            Self::Account(id) => format!("account {id}\n"),
            Self::Epoch(epoch) => format!("epoch {epoch}\n"),
        }
    }

    fn of(line: &str) -> Option<Self> {
        match line.split_once(' ')? {
            ("message", id) => id.parse().ok().map(Self::Message),
            ("account", id) => id.parse().ok().map(Self::Account),
            ("epoch", epoch) => epoch.parse().ok().map(Self::Epoch),
            _ => None,
        }
    }
}

/// What a full disk or a power cut has left of a line: its erasure had not begun, and the next line does not belong to it.
fn cut_off_torn_line(file: &mut File) -> io::Result<()> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    if whole < text.len() {
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
    }
    Ok(())
}

fn unreadable(line: &str) -> io::Error {
    let what = format!("the erasure ledger has a line that nobody wrote: {line:?}");
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_once_and_a_torn_line_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("erasures");
        let ledger = Ledger::at(path.clone());
        assert_eq!(ledger.read().unwrap(), []);
        let (message, account) = (
            Erased::Message(Uuid::from_u128(1)),
            Erased::Account(Uuid::from_u128(2)),
        );
        ledger.note(&[message, account]).unwrap();
        ledger.note(&[message, Erased::Epoch(2)]).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"message 0190").unwrap();
        assert_eq!(ledger.read().unwrap(), [message, account, Erased::Epoch(2)]);
        // What is noted next does not grow together with it.
        ledger.note(&[Erased::Epoch(3)]).unwrap();
        let whole = [message, account, Erased::Epoch(2), Erased::Epoch(3)];
        assert_eq!(ledger.read().unwrap(), whole);
        file.write_all(b"message 0190\n").unwrap();
        assert!(ledger.read().is_err());
    }
}
