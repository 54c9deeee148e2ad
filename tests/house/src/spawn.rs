//! Children that cannot outlive the test process, however it ends.

use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::thread;

type Request = (Command, Sender<io::Result<Child>>);

/// The kernel kills a child when the *thread* that started it ends, and a test's thread ends with the test while a server
/// may be shared. So all children are started from this one, which lives as long as the process.
static SPAWNER: LazyLock<Mutex<Sender<Request>>> = LazyLock::new(|| {
    let (requests, queue) = channel::<Request>();
    thread::spawn(move || {
        for (mut command, answer) in queue {
            // Whoever asked and has gone leaves a child behind, which must not stay.
            if let Err(unwanted) = answer.send(command.spawn())
                && let Ok(mut child) = unwanted.0
            {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    });
    Mutex::new(requests)
});

/// Starts `program`, to be killed by the kernel when this process ends (`setpriv` is part of util-linux).
pub fn spawn(program: &str, prepare: impl FnOnce(&mut Command)) -> io::Result<Child> {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", program]);
    prepare(&mut command);
    let (answer, child) = channel();
    SPAWNER
        .lock()
        .expect("nobody panics while holding it")
        .send((command, answer))
        .expect("the spawner never ends");
    child.recv().expect("the spawner never ends")
}
