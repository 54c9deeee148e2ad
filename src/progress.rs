//! What is being done, for whoever waits for it.

use std::io::{IsTerminal, Write, stderr};

/// One line that is written over, on a terminal only.
pub struct Progress {
    shown: bool,
}

impl Progress {
    pub fn start() -> Self {
        Self {
            shown: stderr().is_terminal(),
        }
    }

    pub fn say(&self, what: &str) {
        self.write(&format!("{what} …"));
    }

    /// Whether the line can be written is nothing to stop for.
    fn write(&self, line: &str) {
        if self.shown {
            let mut stderr = stderr();
            let _ = write!(stderr, "\r\x1b[K{line}");
            let _ = stderr.flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.write("");
    }
}
