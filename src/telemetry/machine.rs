//! What a process takes from its machine.

use std::fs;

use metrics::gauge;
use nix::{
    sys::resource::{Resource, getrlimit},
    unistd::{SysconfVar, sysconf},
};
use tikv_jemalloc_ctl::{epoch, stats};

use crate::disk::Disk;

/// Memory, files and the disk of a directory. What cannot be found out is not shown.
#[expect(clippy::cast_precision_loss, reason = "metrics")]
pub fn look(disk: Option<&Disk>) {
    // The statistics are of the last epoch.
    if epoch::advance().is_ok() {
        if let Ok(bytes) = stats::resident::read() {
            gauge!("tidings_memory_resident_bytes").set(bytes as f64);
        }
        if let Ok(bytes) = stats::allocated::read() {
            gauge!("tidings_memory_allocated_bytes").set(bytes as f64);
        }
    }
    if let Some(bytes) = resident() {
        gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(open.count() as f64);
    }
    if let Ok((most, _)) = getrlimit(Resource::RLIMIT_NOFILE) {
        gauge!("process_max_fds").set(most as f64);
    }
    if let Some((disk, room)) = disk.and_then(|disk| Some((disk, disk.look().ok()?))) {
        gauge!("tidings_disk_free_bytes").set(room.free as f64);
        gauge!("tidings_disk_size_bytes").set(room.size as f64);
        gauge!("tidings_disk_reserve_bytes").set(disk.reserve() as f64);
    }
}

/// As the kernel counts it, the program's own text included.
fn resident() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    let size = sysconf(SysconfVar::PAGE_SIZE).ok()??;
    Some(pages * u64::try_from(size).ok()?)
}
