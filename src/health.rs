//! `/livez` and `/readyz`: how this process and what it needs are.

use std::time::Duration;

use api::{
    Look,
    readiness::{
        Dependency, Engine, EngineState, Halted, Projector, Readiness, Room, RoomState, Sealer,
        Status, Streams, Task, Webhooks, Writer,
    },
};
use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use notifier::Notifier;
use projector::Halt;
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    disk,
    engines::State,
    roles::{Crew, Parts, Roles},
};

/// The engines that `up` runs, and how each of them is.
pub type Engines = Vec<(&'static str, watch::Receiver<State>)>;

/// How long a dependency may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks at a process.
#[derive(Clone)]
pub struct Health {
    parts: Parts,
    crew: Crew,
    roles: Roles,
    engines: Engines,
    notifier: Option<Notifier>,
    shutdown: CancellationToken,
}

impl Health {
    pub fn new(
        parts: Parts,
        crew: Crew,
        roles: Roles,
        engines: Engines,
        notifier: Option<Notifier>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            parts,
            crew,
            roles,
            engines,
            notifier,
            shutdown,
        }
    }

    /// The two questions.
    pub fn router(&self) -> Router {
        let own = self.clone();
        Router::new()
            .route("/livez", get(async || "alive\n"))
            .route(
                "/readyz",
                get(move || {
                    let health = own.clone();
                    async move { health.ready().await }
                }),
            )
    }

    /// The same, for whoever asks from within.
    pub fn look(&self) -> Look {
        let own = self.clone();
        Box::new(move || {
            let health = own.clone();
            Box::pin(async move { health.readiness().await })
        })
    }

    async fn ready(&self) -> Response {
        let readiness = self.readiness().await;
        if readiness.status == Status::Unavailable {
            unavailable(&readiness)
        } else {
            Json(readiness).into_response()
        }
    }

    async fn readiness(&self) -> Readiness {
        let positions = timeout(PATIENCE, self.parts.positions()).await;
        let positions = positions.ok().and_then(Result::ok);
        let projector = match positions {
            Some((head, checkpoint)) => Some(self.projector(head, checkpoint).await),
            None => None,
        };
        let tasks = self.tasks();
        let is_well = self.parts.wire.is_connected()
            && !self.parts.log.is_full()
            && tasks.iter().all(|task| task.running)
            && (projector.as_ref()).is_none_or(|projector| projector.halted.is_none());
        let (waiting, most) = self.parts.log.waiting();
        Readiness {
            status: match (
                positions.is_some() && !self.shutdown.is_cancelled(),
                is_well,
            ) {
                (false, _) => Status::Unavailable,
                (true, false) => Status::Degraded,
                (true, true) => Status::Ready,
            },
            postgres: Dependency {
                ok: positions.is_some(),
                position: positions.map(|(head, _)| head),
            },
            nats: Dependency {
                ok: self.parts.wire.is_connected(),
                position: (self.roles.relay).then(|| *self.parts.relayed.borrow()),
            },
            projector,
            sealer: (self.roles.relay && self.parts.audit_key.is_some()).then(|| Sealer {
                position: *self.parts.sealed.borrow(),
            }),
            webhooks: self.webhooks().await,
            writer: Writer { waiting, most },
            disk: (self.parts.disk.as_ref())
                .and_then(|disk| disk.look().ok())
                .map(room),
            streams: (self.notifier.as_ref()).map(|notifier| Streams {
                open: notifier.streams(),
            }),
            tasks,
            engines: (self.engines.iter())
                .map(|(name, state)| engine(name, *state.borrow()))
                .collect(),
        }
    }

    fn tasks(&self) -> Vec<Task> {
        let tasks = self.crew.tasks().into_iter().map(|task| Task {
            name: task.name,
            running: task.is_running,
            restarts: task.restarts,
            failure: task.failure,
        });
        tasks.collect()
    }

    async fn projector(&self, head: i64, checkpoint: i64) -> Projector {
        let lag = (head - checkpoint).max(0);
        Projector {
            position: checkpoint,
            lag,
            halted: self.halted(lag).await,
            drift: *self.parts.drift.borrow(),
        }
    }

    /// A receiver that fails makes nothing here unready.
    async fn webhooks(&self) -> Option<Webhooks> {
        if !self.roles.webhooks {
            return None;
        }
        let webhooks = timeout(PATIENCE, self.parts.webhooks()).await;
        webhooks.ok()?.ok()
    }

    /// At what the projector stands, wherever it runs.
    async fn halted(&self, lag: i64) -> Option<Halted> {
        if lag == 0 {
            return None;
        }
        let looking = Halt::look(&self.parts.pool, &self.parts.reader);
        let Halt { position, reason } = timeout(PATIENCE, looking).await.ok()?.ok()??;
        Some(Halted { position, reason })
    }
}

/// How much room there is, as `/readyz` shows it.
fn room(disk::Room { state, free, size }: disk::Room) -> Room {
    let state = match state {
        disk::State::Ample => RoomState::Ample,
        disk::State::Low => RoomState::Low,
        disk::State::Full => RoomState::Full,
    };
    Room { state, free, size }
}

/// An engine, as `/readyz` shows it.
fn engine(name: &'static str, state: State) -> Engine {
    let state = match state {
        State::Starting => EngineState::Starting,
        State::Ready => EngineState::Ready,
        State::Down { since, restarts } => EngineState::Down {
            for_s: since.elapsed().as_secs(),
            restarts,
        },
    };
    Engine { name, state }
}

/// 503, as a problem with members of its own.
fn unavailable(readiness: &Readiness) -> Response {
    let mut problem = json!({
        "type": "/problems/unavailable",
        "title": "Not ready",
        "detail": "The service is starting, stopping, or cannot reach its database.",
    });
    problem["status"] = json!(503);
    if let (Ok(Value::Object(members)), Value::Object(problem)) =
        (serde_json::to_value(readiness), &mut problem)
    {
        problem.insert("readiness".to_owned(), Value::Object(members));
    }
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(problem)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
