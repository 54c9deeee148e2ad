//! Keeps a child running until it is told to stop.

use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{info, warn};

use super::command::last_words;
use super::nats_server::NatsServer;
use super::postgres::Postgres;
use super::{Born, State};

/// A child that ends sooner than this after its start is started again with a growing pause.
const YOUNG: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// So often may one end before its first answer. The parts of a Postgres that was killed take a moment to go.
const FIRST_TRIES: u32 = 5;
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(20);
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
const STILL_WAITING: Duration = Duration::from_secs(10);

/// What differs between the two.
pub(super) trait Engine: Send + 'static {
    const NAME: &'static str;
    /// What ends it in order, and how long that may take before it is killed.
    const STOP: Signal;
    const STOPS_WITHIN: Duration;

    /// Before every start: ends what an earlier `up` left behind and writes the configuration.
    async fn prepare(&mut self) -> anyhow::Result<()>;
    fn command(&self) -> anyhow::Result<Command>;
    /// Asks whether it can be used now.
    async fn answers(&self) -> anyhow::Result<()>;
    fn log(&self) -> &Path;
    fn born(&self, after: Duration) -> Born;
}

/// One engine, seen from outside.
pub(super) struct Supervised {
    pub(super) name: &'static str,
    pub(super) state: watch::Receiver<State>,
    first_answer: Option<oneshot::Receiver<anyhow::Result<Born>>>,
    stop: watch::Sender<bool>,
}

impl Supervised {
    /// May be asked once.
    pub(super) async fn first_answer(&mut self) -> anyhow::Result<Born> {
        let answer = self.first_answer.take().context("asked twice")?;
        answer
            .await
            .with_context(|| format!("the supervision of {} ended", self.name))?
    }

    /// Returns when the child has ended: then its supervision drops the state.
    pub(super) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.state.changed().await.is_ok() {}
    }
}

/// The kernel ends the children when the *thread* that started them ends, and those of an async runtime come and go. So
/// the supervision has a thread of its own, with a small runtime on it.
pub(super) fn in_own_thread(
    nats: Option<NatsServer>,
    postgres: Option<Postgres>,
) -> anyhow::Result<Vec<Supervised>> {
    let mut seen = Vec::new();
    let nats = nats.map(|engine| Supervision::begin(engine, &mut seen));
    let postgres = postgres.map(|engine| Supervision::begin(engine, &mut seen));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("engines".into())
        .spawn(move || {
            runtime.block_on(async {
                tokio::join!(
                    async {
                        if let Some(nats) = nats {
                            nats.run().await;
                        }
                    },
                    async {
                        if let Some(postgres) = postgres {
                            postgres.run().await;
                        }
                    },
                )
            })
        })?;
    Ok(seen)
}

struct Supervision<E> {
    engine: E,
    state: watch::Sender<State>,
    first_answer: Option<oneshot::Sender<anyhow::Result<Born>>>,
    stop: watch::Receiver<bool>,
    restarts: u32,
}

/// How one life of a child went.
enum Ended {
    Stopped,
    Died(anyhow::Error),
    /// It could not even be started.
    Unborn(anyhow::Error),
}

impl<E: Engine> Supervision<E> {
    fn begin(engine: E, seen: &mut Vec<Supervised>) -> Self {
        let (state, state_seen) = watch::channel(State::Starting);
        let (stop_asked, stop) = watch::channel(false);
        let (first_answer, first_answer_seen) = oneshot::channel();
        seen.push(Supervised {
            name: E::NAME,
            state: state_seen,
            first_answer: Some(first_answer_seen),
            stop: stop_asked,
        });
        Self {
            engine,
            state,
            first_answer: Some(first_answer),
            stop,
            restarts: 0,
        }
    }

    async fn run(mut self) {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let born = Instant::now();
            let (reason, hopeless) = match self.live(begun).await {
                Ended::Stopped => return,
                Ended::Died(reason) => (reason, self.restarts + 1 >= FIRST_TRIES),
                Ended::Unborn(reason) => (reason, true),
            };
            if hopeless && let Some(first_answer) = self.first_answer.take() {
                let _ = first_answer.send(Err(reason));
                return;
            }
            self.restarts += 1;
            warn!(
                engine = E::NAME,
                restarts = self.restarts,
                "starting it again: {reason:#}"
            );
            self.mark_down();
            if born.elapsed() >= YOUNG {
                pause = FIRST_PAUSE;
            } else {
                // A pause that the wish to stop cuts short.
                if timeout(pause, stopped(&mut self.stop)).await.is_ok() {
                    return;
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    fn mark_down(&self) {
        let restarts = self.restarts;
        self.state.send_modify(|state| match state {
            State::Starting => {}
            State::Ready => {
                *state = State::Down {
                    since: Instant::now(),
                    restarts,
                }
            }
            State::Down { since, .. } => {
                *state = State::Down {
                    since: *since,
                    restarts,
                }
            }
        });
    }

    async fn live(&mut self, begun: Instant) -> Ended {
        let started = tokio::select! {
            () = stopped(&mut self.stop) => return Ended::Stopped,
            started = start(&mut self.engine) => started,
        };
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return Ended::Unborn(error),
        };

        let mut questions = interval(BETWEEN_QUESTIONS);
        questions.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_since = Instant::now();
        let mut ready = false;
        loop {
            tokio::select! {
                status = child.wait() => return Ended::Died(self.why(status)),
                () = stopped(&mut self.stop) => {
                    end::<E>(&mut child).await;
                    return Ended::Stopped;
                }
                answer = ask(&self.engine, &mut questions), if !ready => match answer {
                    Ok(()) => {
                        ready = true;
                        self.answered(begun);
                    }
                    Err(error) if silent_since.elapsed() > STILL_WAITING => {
                        silent_since = Instant::now();
                        info!(engine = E::NAME, "still waiting: {error:#}");
                    }
                    Err(_) => {}
                }
            }
        }
    }

    fn answered(&mut self, begun: Instant) {
        self.state.send_replace(State::Ready);
        if let Some(first_answer) = self.first_answer.take() {
            let _ = first_answer.send(Ok(self.engine.born(begun.elapsed())));
        }
    }

    fn why(&self, status: io::Result<ExitStatus>) -> anyhow::Error {
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let log = self.engine.log();
        anyhow::anyhow!(
            "{} ended ({status}); the end of {}: {}",
            E::NAME,
            log.display(),
            last_words(log)
        )
    }
}

async fn start<E: Engine>(engine: &mut E) -> anyhow::Result<Child> {
    engine.prepare().await?;
    engine
        .command()?
        .spawn()
        .with_context(|| format!("cannot start {}", E::NAME))
}

async fn ask<E: Engine>(engine: &E, questions: &mut tokio::time::Interval) -> anyhow::Result<()> {
    questions.tick().await;
    match timeout(ANSWER_WITHIN, engine.answers()).await {
        Ok(answer) => answer,
        Err(_) => bail!("no answer"),
    }
}

/// Whoever drops the other end wants it to stop, too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn end<E: Engine>(child: &mut Child) {
    let Some(pid) = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .map(Pid::from_raw)
    else {
        return;
    };
    let _ = kill(pid, E::STOP);
    if timeout(E::STOPS_WITHIN, child.wait()).await.is_err() {
        warn!(
            engine = E::NAME,
            "killed: it did not stop within {:?}",
            E::STOPS_WITHIN
        );
        let _ = killpg(pid, Signal::SIGKILL);
        let _ = child.wait().await;
    }
}
