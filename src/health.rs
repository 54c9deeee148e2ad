//! `/livez` and `/readyz`: how this process and what it needs are.

use std::time::Duration;

use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use projector::Halt;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    disk::Room,
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
    shutdown: CancellationToken,
}

/// The answer of `/readyz`.
#[derive(Serialize)]
struct Readiness {
    /// `ready`, `degraded` (reading works; news are late, or nothing new is taken) or `unavailable`.
    status: &'static str,
    postgres: Value,
    nats: Value,
    projector: Value,
    /// How far the log is signed, where that is done.
    #[serde(skip_serializing_if = "Value::is_null")]
    sealer: Value,
    /// How many are in which state, and how far the last one is behind; where this process delivers.
    webhooks: Value,
    /// The disk that this process fills.
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<Room>,
    tasks: Vec<Value>,
    engines: Vec<Value>,
}

impl Health {
    pub fn new(
        parts: Parts,
        crew: Crew,
        roles: Roles,
        engines: Engines,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            parts,
            crew,
            roles,
            engines,
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

    async fn ready(&self) -> Response {
        let positions = timeout(PATIENCE, self.parts.positions()).await;
        let (postgres, mut projector) = match positions {
            Ok(Ok((head, checkpoint))) => {
                let lag = (head - checkpoint).max(0);
                (
                    json!({ "ok": true, "position": head }),
                    json!({ "position": checkpoint, "lag": lag }),
                )
            }
            _ => (json!({ "ok": false }), Value::Null),
        };
        let webhooks = self.webhooks().await;
        let disk = self.parts.disk.as_ref().and_then(|disk| disk.look().ok());
        let halt = self.halt(&projector).await;
        if let Some(halt) = &halt {
            projector["halted"] = json!(halt);
        }
        let connected = self.parts.wire.is_connected();
        let nats = if self.roles.relay {
            json!({ "ok": connected, "position": *self.parts.relayed.borrow() })
        } else {
            json!({ "ok": connected })
        };
        let sealer = if self.roles.relay && self.parts.audit_key.is_some() {
            json!({ "position": *self.parts.sealed.borrow() })
        } else {
            Value::Null
        };
        let tasks = self.crew.tasks();
        let has_failed = tasks.iter().any(|task| !task.is_running);
        let is_up = postgres["ok"] == true && !self.shutdown.is_cancelled();
        let takes_commands = !self.parts.log.is_full();
        let goes_well = connected && !has_failed && takes_commands && halt.is_none();
        let status = match (is_up, goes_well) {
            (false, _) => "unavailable",
            (true, false) => "degraded",
            (true, true) => "ready",
        };
        let tasks = tasks.iter().map(|task| {
            json!({ "name": task.name, "running": task.is_running, "restarts": task.restarts, "failure": task.failure })
        });
        let engines = self
            .engines
            .iter()
            .map(|(name, state)| engine(name, *state.borrow()));
        let (tasks, engines) = (tasks.collect(), engines.collect());
        let readiness = Readiness {
            status,
            postgres,
            nats,
            projector,
            sealer,
            webhooks,
            disk,
            tasks,
            engines,
        };
        if is_up {
            Json(readiness).into_response()
        } else {
            unavailable(&readiness)
        }
    }

    /// A receiver that fails makes nothing here unready.
    async fn webhooks(&self) -> Value {
        if !self.roles.webhooks {
            return Value::Null;
        }
        match timeout(PATIENCE, self.parts.webhooks()).await {
            Ok(Ok(webhooks)) => json!({
                "active": webhooks.active,
                "failing": webhooks.failing,
                "paused": webhooks.paused,
                "lag": webhooks.lag,
            }),
            _ => Value::Null,
        }
    }

    /// At what the projector stands, wherever it runs.
    async fn halt(&self, projector: &Value) -> Option<Halt> {
        if projector["lag"].as_i64().unwrap_or_default() == 0 {
            return None;
        }
        let looking = Halt::look(&self.parts.pool, &self.parts.reader);
        timeout(PATIENCE, looking).await.ok()?.ok()?
    }
}

/// An engine, as `/readyz` shows it.
fn engine(name: &str, state: State) -> Value {
    match state {
        State::Starting => json!({ "name": name, "state": "starting" }),
        State::Ready => json!({ "name": name, "state": "ready" }),
        State::Down { since, restarts } => {
            json!({ "name": name, "state": "down", "for_s": since.elapsed().as_secs(), "restarts": restarts })
        }
    }
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
