//! What happens, said as it happens: for whoever has a seed and wants to know why.

use std::cell::Cell;

use tokio::time::Instant;

thread_local! {
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Says what happens on this thread from now on, with the milliseconds since.
pub(crate) fn listen() {
    SINCE.set(Some(Instant::now()));
}

/// Something happens.
pub(crate) fn note(what: impl FnOnce() -> String) {
    if let Some(since) = SINCE.get() {
        println!("{:>6} {}", since.elapsed().as_millis(), what());
    }
}
