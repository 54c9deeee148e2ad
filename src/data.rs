//! The data directory: who holds it, where a running `tidings up` can be reached, and the secrets.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use api::attachments::Location;
use nix::unistd::{Gid, Uid, geteuid};
use serde::{Deserialize, Serialize};

/// Everything that one `tidings up` keeps, below one directory.
pub struct DataDir {
    path: PathBuf,
    /// The lock is the open file, so it goes with the process, however that ends.
    held: Option<File>,
}

/// How the other commands reach a running `up`. Without `Debug`, for it holds secrets.
#[derive(Serialize, Deserialize)]
pub struct Run {
    /// Of the `up`.
    pub pid: u32,
    /// Where people open it.
    pub url: String,
    /// The administration's address.
    pub admin: Option<String>,
    /// As sqlx and libpq understand it.
    pub database_url: String,
    /// Without credentials, if it is the embedded one.
    pub nats_url: String,
    /// The embedded nats-server's.
    pub nats_token: Option<String>,
}

impl DataDir {
    /// `./.tidings` if there is one, otherwise the machine's place for services (root) or the user's for data.
    #[must_use]
    pub fn default_path() -> PathBuf {
        let here = PathBuf::from(".tidings");
        if here.is_dir() {
            here
        } else if geteuid().is_root() {
            "/var/lib/tidings".into()
        } else {
            let data_home = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
            data_home
                .or_else(|| Some(variable("HOME")?.join(".local/share")))
                .unwrap_or_default()
                .join("tidings")
        }
    }

    /// For commands that work beside a running `up`.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let path = path
            .canonicalize()
            .with_context(|| format!("there is no data directory {}", path.display()))?;
        Ok(Self { path, held: None })
    }

    /// For `up` itself, which wants to listen at `url`: makes the directory, and lets nobody else have it.
    pub fn hold(path: &Path, url: &str) -> anyhow::Result<Self> {
        // Root's children run as another user, who has to pass through to what is theirs.
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(path)
            .with_context(|| format!("cannot make the data directory {}", path.display()))?;
        let mut data = Self::open(path)?;
        data.path
            .to_str()
            .with_context(|| format!("the name of {} is not UTF-8", path.display()))?;
        data.held = Some(data.lock(url)?);
        Ok(data)
    }

    /// Where it is; absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where attached files are kept, unless somebody says otherwise.
    #[must_use]
    pub fn attachments(&self) -> Location {
        Location::Directory(self.path.join("attachments"))
    }

    /// Where erasures are written down, unless somebody says otherwise.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.path.join("erasures")
    }

    /// Takes a secret over that was made elsewhere. One that is here already has to be the same.
    pub fn adopt_secret(&self, name: &str, secret: &[u8]) -> anyhow::Result<()> {
        let directory = self.path.join("secrets");
        let file = directory.join(name);
        if !file.exists() {
            // Whoever only looks at a service must not make another key for it.
            ensure!(
                self.held.is_some(),
                "{} is not there; if it is kept elsewhere, name that place",
                file.display()
            );
            make_dir(&directory, 0o700, None)?;
            write_file(&file, secret, None)?;
        }
        if fs::read(&file)? != secret {
            bail!("{} has another secret", file.display());
        }
        Ok(())
    }

    fn lock(&self, url: &str) -> anyhow::Result<File> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(self.path.join("lock"))
            .with_context(|| {
                format!("cannot write to the data directory {}", self.path.display())
            })?;
        // `running` takes the lock too, for the blink of an eye.
        for _ in 0..20 {
            match file.try_lock() {
                Ok(()) => {
                    name_the_holder(&mut file, url)?;
                    return Ok(file);
                }
                Err(TryLockError::WouldBlock) => a_moment(),
                Err(TryLockError::Error(error)) => {
                    return Err(error).context("cannot lock the data directory");
                }
            }
        }
        let mut holder = String::new();
        file.read_to_string(&mut holder)?;
        bail!(
            "already running: {}; it holds {}",
            holder.trim(),
            self.path.display()
        )
    }

    /// Tells the other commands how to reach this `up`.
    pub fn announce(&mut self, run: &Run) -> anyhow::Result<()> {
        let file = self.held.as_mut().context("only `up` announces itself")?;
        name_the_holder(file, &run.url)?;
        write_file(
            &self.path.join("run.json"),
            &serde_json::to_vec_pretty(run)?,
            None,
        )
    }

    /// The `up` that holds this directory now, once it is ready.
    pub fn running(&self) -> anyhow::Result<Option<Run>> {
        let Ok(lock) = File::open(self.path.join("lock")) else {
            return Ok(None);
        };
        // Whoever gets the lock knows that the file is what a dead one left behind.
        if lock.try_lock_shared().is_ok() {
            return Ok(None);
        }
        let file = self.path.join("run.json");
        match fs::read(&file) {
            Ok(run) => serde_json::from_slice(&run)
                .with_context(|| format!("cannot read {}", file.display()))
                .map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Thirty-two random bytes under this name, made when `up` first asks for them.
    pub fn secret(&self, name: &str) -> anyhow::Result<[u8; 32]> {
        let file = self.secret_file(name)?;
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        bytes
            .try_into()
            .ok()
            .with_context(|| format!("{} is damaged: it must hold 32 bytes", file.display()))
    }

    /// The file of [`DataDir::secret`].
    pub fn secret_file(&self, name: &str) -> anyhow::Result<PathBuf> {
        let directory = self.path.join("secrets");
        let file = directory.join(name);
        if !file.exists() {
            // Whoever only looks at a service must not make another key for it.
            ensure!(
                self.held.is_some(),
                "{} is not there; if it is kept elsewhere, name that place",
                file.display()
            );
            make_dir(&directory, 0o700, None)?;
            make_secret(&directory, name)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(file)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if self.held.is_some() {
            let _ = fs::remove_file(self.path.join("run.json"));
        }
    }
}

/// Whole and on the disk before it has its name, for what is sealed with it can be read with nothing else; and if
/// another process was faster, its secret stays.
fn make_secret(directory: &Path, name: &str) -> anyhow::Result<()> {
    let mut secret = [0; 32];
    fill(&mut secret)?;
    let mut unique = [0; 8];
    fill(&mut unique)?;
    let new = directory.join(format!("{name}.{:016x}", u64::from_le_bytes(unique)));
    write_file(&new, &secret, None)?;
    let linked = fs::hard_link(&new, directory.join(name));
    fs::remove_file(&new)?;
    sync(directory)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn fill(bytes: &mut [u8]) -> anyhow::Result<()> {
    aws_lc_rs::rand::fill(bytes)
        .ok()
        .context("the system gives no randomness")
}

fn name_the_holder(file: &mut File, url: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "tidings up, process {}, {url}", process::id())
}

/// Makes a directory with exactly this mode, and gives it to the user who will use it. One that exists already keeps both.
pub fn make_dir(path: &Path, mode: u32, owner: Option<(Uid, Gid)>) -> anyhow::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    give(path, owner)
}

/// Replaces a file in one step, on the disk when this returns, readable by its owner only. Never follows a link, since
/// root writes into directories of other users.
pub fn write_file(path: &Path, content: &[u8], owner: Option<(Uid, Gid)>) -> anyhow::Result<()> {
    let new = path.with_added_extension("new");
    let _ = fs::remove_file(&new);
    let written = || -> anyhow::Result<()> {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        give(&new, owner)?;
        fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), sync)
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

fn give(path: &Path, owner: Option<(Uid, Gid)>) -> anyhow::Result<()> {
    let Some((user, group)) = owner else {
        return Ok(());
    };
    chown(path, Some(user.as_raw()), Some(group.as_raw()))
        .with_context(|| format!("cannot hand over {}", path.display()))
}

/// Makes the names in a directory as durable as the files.
pub fn sync(directory: &Path) -> anyhow::Result<()> {
    Ok(File::open(directory)?.sync_all()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the desktop's convention, not a setting of the service"
)]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "before the first task runs; a lock that is not awaited sends no news"
)]
fn a_moment() {
    thread::sleep(Duration::from_millis(5));
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;

    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let path = temp_dir().join(format!("tidings-data-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    fn run() -> Run {
        Run {
            pid: process::id(),
            url: "http://127.0.0.1:8000".into(),
            admin: None,
            database_url: "postgres:///tidings".into(),
            nats_url: "nats://127.0.0.1:4222".into(),
            nats_token: None,
        }
    }

    #[test]
    fn whoever_comes_second_is_told_who_holds_it() {
        let path = fresh("held");
        let first = DataDir::hold(&path, "http://127.0.0.1:8000").unwrap();
        let Err(refusal) = DataDir::hold(&path, "http://127.0.0.1:9000") else {
            panic!("held twice")
        };
        let expected = format!(
            "process {}, http://127.0.0.1:8000; it holds {}",
            process::id(),
            first.path().display()
        );
        assert!(refusal.to_string().ends_with(&expected), "{refusal}");

        drop(first);
        assert!(DataDir::hold(&path, "http://127.0.0.1:9000").is_ok());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn what_a_killed_one_announced_is_not_believed() {
        let path = fresh("announced");
        let mut held = DataDir::hold(&path, "http://127.0.0.1:8000").unwrap();
        let beside = DataDir::open(&path).unwrap();
        assert!(beside.running().unwrap().is_none(), "not ready yet");

        held.announce(&run()).unwrap();
        assert_eq!(beside.running().unwrap().unwrap().pid, process::id());
        assert_eq!(
            fs::metadata(path.join("run.json"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );

        // The lock goes with the process, the file does not.
        held.held = None;
        assert!(path.join("run.json").exists());
        assert!(beside.running().unwrap().is_none());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_secret_is_made_once_and_is_the_owners_only() {
        let path = fresh("secret");
        fs::create_dir_all(&path).unwrap();
        let data = DataDir::hold(&path, "here").unwrap();
        let made: Vec<_> = thread::scope(|scope| {
            let both = [(); 8].map(|()| scope.spawn(|| data.secret("key").unwrap()));
            both.into_iter()
                .map(|secret| secret.join().unwrap())
                .collect()
        });
        assert!(made.iter().all(|secret| secret == &made[0]));
        assert_ne!(data.secret("other").unwrap(), made[0]);
        let file = path.join("secrets/key");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );

        fs::write(&file, "short").unwrap();
        assert!(
            data.secret("key")
                .unwrap_err()
                .to_string()
                .ends_with("it must hold 32 bytes")
        );
        fs::remove_dir_all(path).unwrap();
    }
}
