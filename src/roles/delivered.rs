//! From the streams to the marks: what was written to one has arrived.

use std::sync::Arc;

use api::Api;
use domain::mailbox::Delivered;
use tokio::sync::{Mutex, mpsc};

use super::Crew;

/// How much waits to be noted. What finds no room is not: reading it marks it as well.
const ROOM: usize = 8 * 1_024;

/// Between the two.
pub fn channel() -> (mpsc::Sender<Delivered>, mpsc::Receiver<Delivered>) {
    mpsc::channel(ROOM)
}

/// Notes what the streams tell, to the last of it: when the doors are closed, and before the log is.
pub fn note(crew: &Crew, api: &Arc<Api>, told: mpsc::Receiver<Delivered>) {
    let (api, told) = (Arc::clone(api), Arc::new(Mutex::new(told)));
    crew.chores
        .keep("delivered", crew.endings.chores.clone(), move |shutdown| {
            let (api, told) = (Arc::clone(&api), Arc::clone(&told));
            async move {
                api::keep_delivered(api, &mut *told.lock().await, shutdown).await;
                Ok(())
            }
        });
}
