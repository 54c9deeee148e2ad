//! Tasks that run as long as the process: one that panics or fails is started again, and shows meanwhile.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use eventlog::fresh;
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What the supervised tasks are doing.
#[derive(Clone, Default)]
pub struct Supervisor {
    tracker: TaskTracker,
    tasks: Arc<Mutex<Vec<Task>>>,
}

/// A task, as `/readyz` shows it.
#[derive(Clone, Debug)]
pub struct Task {
    /// Which.
    pub name: &'static str,
    /// Runs, rather than waits to be started again.
    pub is_running: bool,
    /// How often it had to be started again.
    pub restarts: u32,
    /// Why it had to be, last time.
    pub failure: Option<String>,
}

impl Supervisor {
    /// Keeps a task running until shutdown. `start` begins it anew each time.
    pub fn keep<F>(
        &self,
        name: &'static str,
        shutdown: CancellationToken,
        start: impl Fn(CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let place = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.push(Task {
                name,
                is_running: true,
                restarts: 0,
                failure: None,
            });
            tasks.len() - 1
        };
        let own = self.clone();
        self.tracker.spawn(async move {
            let mut pause = Duration::from_millis(50);
            loop {
                let started = Instant::now();
                let failure = end_of(tokio::spawn(start(shutdown.clone()))).await;
                if shutdown.is_cancelled() {
                    return;
                }
                let failure = failure.unwrap_or_else(|| "it ended by itself".to_owned());
                tracing::error!(task = name, %failure, "a task is started again");
                own.note(place, Some(failure));
                if started.elapsed() > Duration::from_secs(30) {
                    pause = Duration::from_millis(50);
                }
                tokio::select! {
                    () = fresh::pause(pause) => {}
                    () = shutdown.cancelled() => return,
                }
                pause = (pause * 2).min(Duration::from_secs(5));
                own.note(place, None);
            }
        });
    }

    /// All tasks.
    pub fn tasks(&self) -> Vec<Task> {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns when all have ended.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn note(&self, place: usize, failure: Option<String>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let task = &mut tasks[place];
        task.is_running = failure.is_none();
        if failure.is_some() {
            task.restarts += 1;
            task.failure = failure;
        }
    }
}

/// Why a task ended; `None` when it simply did.
async fn end_of(task: JoinHandle<anyhow::Result<()>>) -> Option<String> {
    match task.await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(panic) => Some(format!("it panicked: {panic}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_or_fails_is_started_again() {
        let supervisor = Supervisor::default();
        let shutdown = CancellationToken::new();
        let (third_time, mut came) = mpsc::channel(1);
        let runs = Arc::new(AtomicU32::new(0));
        supervisor.keep("clumsy", shutdown.clone(), move |shutdown| {
            let (runs, third_time) = (Arc::clone(&runs), third_time.clone());
            async move {
                match runs.fetch_add(1, Ordering::Relaxed) {
                    0 => panic!("the first time"),
                    1 => anyhow::bail!("the second time"),
                    _ => third_time.send(()).await?,
                }
                shutdown.cancelled().await;
                Ok(())
            }
        });
        came.recv().await.unwrap();
        let task = supervisor.tasks().remove(0);
        assert_eq!(
            (task.is_running, task.restarts, task.failure.as_deref()),
            (true, 2, Some("the second time"))
        );
        shutdown.cancel();
        supervisor.finished().await;
    }
}
