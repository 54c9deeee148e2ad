//! `/asyncapi.json`: what is told to whom without being asked: the events on NATS and to webhooks, and the push stream.
//!
//! Put together from the types that are told, as `/openapi.json` is from the calls.

mod events;
mod push;

use axum::{Json, Router, routing::get};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Members of an object, by name.
type Members = Map<String, Value>;

/// A part of the document.
#[derive(Default)]
struct Part {
    channels: Members,
    operations: Members,
    messages: Members,
    schemas: Members,
}

/// Serves it.
pub fn router() -> Router {
    let document = document();
    Router::new().route("/asyncapi.json", get(async move || Json(document)))
}

/// The description of all that is told, an AsyncAPI 3.0 document.
pub fn document() -> Value {
    let mut whole = events::part();
    whole.add(push::part());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "tidings",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the messaging service tells: every event of its log, on NATS JetStream and to webhooks, and \
                to each account what changes in its mailbox. The calls it answers are described at /openapi.json.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": {
                "host": "localhost:4222",
                "protocol": "nats",
                "description": "The JetStream of the service. The stream is called TIDINGS_EVENTS.",
            },
            "push": {
                "host": "localhost:8000",
                "protocol": "http",
                "description": "The service itself, or a notifier of it. In the world it is behind https.",
                "security": [{ "$ref": "#/components/securitySchemes/token" }],
            },
            "socket": {
                "host": "localhost:8000",
                "protocol": "ws",
                "description": "The same, over a WebSocket.",
                "security": [{ "$ref": "#/components/securitySchemes/token" }],
            },
        },
        "channels": whole.channels,
        "operations": whole.operations,
        "components": {
            "messages": whole.messages,
            "schemas": whole.schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token of POST /api/v1/sessions.",
                },
            },
        },
    })
}

impl Part {
    fn add(&mut self, other: Self) {
        self.channels.extend(other.channels);
        self.operations.extend(other.operations);
        self.messages.extend(other.messages);
        self.schemas.extend(other.schemas);
    }

    /// Schemas by name, as they are written in the document.
    fn add_schemas(&mut self, schemas: impl IntoIterator<Item = (String, impl Serialize)>) {
        let schemas = schemas
            .into_iter()
            .map(|(name, schema)| (name, as_json(&schema)));
        self.schemas.extend(schemas);
    }
}

fn as_json(schema: &impl Serialize) -> Value {
    // Made of strings, numbers, lists and maps: that always serializes.
    serde_json::to_value(schema).unwrap_or_default()
}

fn reference(to: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{to}/{name}") })
}

/// The messages of a channel, by their names.
fn messages(names: impl IntoIterator<Item = impl AsRef<str>>) -> Members {
    let reference = |name: &str| (name.to_owned(), reference("messages", name));
    names
        .into_iter()
        .map(|name| reference(name.as_ref()))
        .collect()
}

#[cfg(test)]
mod tests;
