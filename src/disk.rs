//! The disk that fills. Commands are refused while there is still room for what has to go on: Postgres, which would stop, and
//! everything that follows the log.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use nix::sys::statvfs::statvfs;
use serde::Serialize;

use crate::roles::{Crew, Parts};

/// So many times what is kept free, and it is time to make room.
const LOW: u64 = 4;
/// Bytes beyond what is kept free from which commands are taken again; at most an eighth of that.
const MORE: u64 = 128 * 1024 * 1024;

/// A directory on the disk that this process fills, and how much has to stay free.
#[derive(Clone)]
pub struct Disk {
    directory: Arc<Path>,
    /// Bytes.
    reserve: u64,
}

/// How much room there is, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Room {
    pub state: State,
    pub free: u64,
    pub size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ample,
    /// Commands are still taken.
    Low,
    /// Commands are refused.
    Full,
}

impl Disk {
    /// `reserve` in MiB.
    pub fn of(directory: PathBuf, reserve: u32) -> Self {
        Self {
            directory: directory.into(),
            reserve: u64::from(reserve) * 1024 * 1024,
        }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// In bytes.
    pub fn reserve(&self) -> u64 {
        self.reserve
    }

    pub fn look(&self) -> io::Result<Room> {
        // It may not be there before the first file is.
        let there = self.directory.ancestors().find(|path| path.exists());
        let disk = statvfs(there.unwrap_or(&self.directory))?;
        let block = disk.fragment_size();
        let (free, size) = (block * disk.blocks_available(), block * disk.blocks());
        let state = match free {
            free if free < self.reserve => State::Full,
            free if free < LOW * self.reserve => State::Low,
            _ => State::Ample,
        };
        Ok(Room { state, free, size })
    }

    /// What was full, or low, is so until there is a little more room than that: it is not to go on and off.
    fn after(&self, before: State, room: Room) -> State {
        let more = (self.reserve / 8).min(MORE);
        match before {
            State::Full if room.free < self.reserve + more => State::Full,
            State::Low if room.state == State::Ample && room.free < LOW * self.reserve + more => {
                State::Low
            }
            State::Full | State::Low | State::Ample => room.state,
        }
    }
}

impl fmt::Display for Room {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [free, size] = [self.free, self.size].map(|bytes| bytes / (1024 * 1024));
        write!(to, "{free} of {size} MiB free")
    }
}

/// Refuses commands while there is no room, from before the first of them on.
pub fn keep(crew: &Crew, parts: &Parts) {
    let Some(disk) = parts.disk.clone() else {
        return;
    };
    let log = parts.log.clone();
    let mut state = State::Ample;
    let mut step = move || match disk.look() {
        Ok(room) => {
            let now = disk.after(state, room);
            if now != state {
                tell(&disk, room, now);
            }
            log.set_full(now == State::Full);
            state = now;
        }
        Err(error) => {
            tracing::warn!(%error, disk = %disk.directory.display(), "nobody knows how much room there is");
        }
    };
    step();
    let works = crew.endings.works.clone();
    let step = Arc::new(std::sync::Mutex::new(step));
    crew.works.keep("disk", works, move |shutdown| {
        let step = Arc::clone(&step);
        async move {
            let mut seconds = tokio::time::interval(Duration::from_secs(1));
            while shutdown.run_until_cancelled(seconds.tick()).await.is_some() {
                if let Ok(mut step) = step.lock() {
                    step();
                }
            }
            Ok(())
        }
    });
}

fn tell(disk: &Disk, room: Room, now: State) {
    let at = disk.directory.display();
    let reserve = disk.reserve / (1024 * 1024);
    match now {
        State::Ample => tracing::info!(disk = %at, %room, "there is room again"),
        State::Low => {
            tracing::warn!(disk = %at, %room, "the disk is filling up: below {reserve} MiB commands are refused");
        }
        State::Full => {
            tracing::error!(disk = %at, %room, "the disk is full: commands are refused, so that what was taken is kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_full_stays_so_until_there_is_room_to_go_on() {
        let disk = Disk::of("/".into(), 80);
        let room = |mib: u64| {
            let free = mib * 1024 * 1024;
            let state = if free < disk.reserve {
                State::Full
            } else {
                State::Low
            };
            Room {
                state,
                free,
                size: free,
            }
        };
        assert_eq!(disk.after(State::Low, room(79)), State::Full);
        assert_eq!(disk.after(State::Full, room(89)), State::Full);
        assert_eq!(disk.after(State::Full, room(90)), State::Low);
        assert_eq!(disk.after(State::Low, room(81)), State::Low);
        let ample = |mib| Room {
            state: State::Ample,
            ..room(mib)
        };
        assert_eq!(disk.after(State::Low, ample(325)), State::Low);
        assert_eq!(disk.after(State::Low, ample(330)), State::Ample);
    }
}
