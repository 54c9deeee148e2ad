//! What an account's clients are told of its mailbox.

use notifier::Event;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::{Part, as_json, messages, reference};

/// What the names of the push stream's messages begin with: some events of the log are called the same.
const PREFIX: &str = "push.";

/// The two ways in which the push stream is framed.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let mut others = Vec::new();
    Event::schemas(&mut others);
    part.add_schemas(others);
    let mut names = Vec::new();
    let mut frames = Vec::new();
    for schema in variants() {
        let Some(kind) = kind(&schema) else { continue };
        let name = format!("{PREFIX}{kind}");
        let frame = format!("frame.{kind}");
        part.messages
            .insert(name.clone(), message(&kind, &schema, &name));
        part.messages.insert(frame.clone(), framed(&kind, &name));
        part.schemas.insert(name.clone(), schema);
        names.push(name);
        frames.push(frame);
    }
    part.channels.insert("push.sse".to_owned(), events(&names));
    part.channels.insert("push.ws".to_owned(), socket(&frames));
    for channel in ["push.sse", "push.ws"] {
        part.operations.insert(
            format!("tell.{channel}"),
            json!({
                "action": "send",
                "channel": { "$ref": format!("#/channels/{channel}") },
                "summary": "Tell an account's client what changes in its mailbox.",
            }),
        );
    }
    part
}

/// One schema for each kind of event.
fn variants() -> Vec<Value> {
    match as_json(&Event::schema())["oneOf"].take() {
        Value::Array(variants) => variants,
        _ => Vec::new(),
    }
}

/// The one value that its `type` can have.
fn kind(schema: &Value) -> Option<String> {
    let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
    let own = std::iter::once(schema).chain(parts);
    let mut kinds = own.filter_map(|part| part["properties"]["type"]["enum"][0].as_str());
    kinds.next().map(str::to_owned)
}

/// An event as server-sent events carry it: `id` and `event` are lines of their own.
fn message(kind: &str, schema: &Value, name: &str) -> Value {
    json!({
        "name": kind,
        "title": kind,
        "summary": schema["description"].as_str().unwrap_or(kind),
        "description": "The line `event:` is the name; the line `id:`, where there is one, a token to resume from.",
        "contentType": "application/json",
        "payload": reference("schemas", name),
    })
}

/// The same as a text frame of a WebSocket.
fn framed(kind: &str, name: &str) -> Value {
    json!({
        "name": kind,
        "title": kind,
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "id": { "type": "string", "description": "A token to resume from, where there is one." },
                "event": { "const": kind },
                "data": reference("schemas", name),
            },
        },
    })
}

fn events(names: &[String]) -> Value {
    json!({
        "address": "/api/v1/events",
        "servers": [{ "$ref": "#/servers/push" }],
        "title": "The push stream",
        "description": "text/event-stream: `data` of each event. Resume with the header Last-Event-ID. The OpenAPI document says \
            the rest.",
        "messages": messages(names),
    })
}

fn socket(frames: &[String]) -> Value {
    json!({
        "address": "/api/v1/ws",
        "servers": [{ "$ref": "#/servers/socket" }],
        "title": "The push stream over a WebSocket",
        "description": "JSON as text frames, after a first frame {token, last_event_id}. What a client may send, the OpenAPI \
            document says.",
        "messages": messages(frames),
    })
}
