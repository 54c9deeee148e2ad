//! The events of the log, as CloudEvents.

use domain::{SUBJECT_BUCKETS, schemas};
use serde_json::{Value, json};

use super::{Part, as_json, messages, reference};

const CLOUD_EVENT: &str = "CloudEvent";
const STREAM_HEADERS: &str = "StreamHeaders";

/// A channel for each event on NATS, and one for all of them to a webhook.
pub(super) fn part() -> Part {
    let (events, others) = schemas::events();
    let mut part = Part::default();
    part.schemas.insert(CLOUD_EVENT.to_owned(), cloud_event());
    part.schemas
        .insert(STREAM_HEADERS.to_owned(), stream_headers());
    part.add_schemas(others);
    for (name, schema) in events {
        let schema = as_json(&schema);
        part.messages.insert(name.clone(), message(&name, &schema));
        part.channels.insert(name.clone(), channel(&name));
        let channel = json!({ "$ref": format!("#/channels/{name}") });
        let summary = format!("The relay publishes each {name}, in the log's order.");
        part.operations.insert(
            format!("publish.{name}"),
            json!({ "action": "send", "channel": channel, "summary": summary }),
        );
        part.schemas.insert(name, schema);
    }
    let names: Vec<String> = part.messages.keys().cloned().collect();
    part.channels.insert("webhook".to_owned(), webhook(&names));
    part.operations.insert("deliver".to_owned(), deliver());
    part
}

/// A subject of the stream.
fn channel(name: &str) -> Value {
    json!({
        "address": format!("tidings.v1.{{epoch}}.events.{name}.{{bucket}}"),
        "servers": [{ "$ref": "#/servers/nats" }],
        "description": "JetStream stream TIDINGS_EVENTS; the stream's sequence is the event's position in the log.",
        "parameters": {
            "epoch": { "description": "Grows when a restored log has lost events that somebody may have seen.", "default": "1" },
            "bucket": {
                "description": format!("xxh3 of the aggregate's id modulo {SUBJECT_BUCKETS}: all events of one aggregate have \
                    the same. Subscribe to `*` for all."),
            },
        },
        "messages": messages([name]),
    })
}

fn message(name: &str, schema: &Value) -> Value {
    let mut message = json!({
        "name": name,
        "title": name,
        "contentType": "application/cloudevents+json",
        "headers": reference("schemas", STREAM_HEADERS),
        "payload": {
            "allOf": [
                reference("schemas", CLOUD_EVENT),
                {
                    "type": "object",
                    "properties": {
                        "type": { "const": format!("tidings.{name}.v1") },
                        "data": { "oneOf": [reference("schemas", name), { "type": "null" }] },
                    },
                },
            ],
        },
    });
    if let Some(description) = schema["description"].as_str() {
        message["summary"] = json!(description);
    }
    message
}

fn cloud_event() -> Value {
    json!({
        "description": "CloudEvents 1.0, structured JSON.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "position", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid", "description": "The event's own. Deduplicate by it." },
            "source": { "type": "string", "format": "uri-reference", "description": "Which log: /tidings/<log id>." },
            "type": { "type": "string", "description": "tidings.<event>.v<version of its form>" },
            "subject": { "type": "string", "description": "The aggregate's id." },
            "time": { "type": "string", "format": "date-time", "description": "When it was stored." },
            "datacontenttype": { "const": "application/json" },
            "position": {
                "type": "string",
                "pattern": "^[1-9][0-9]*$",
                "description": "Its place in the log. Within an epoch there are no gaps, and none is given twice.",
            },
            "erased": {
                "const": true,
                "description": "Its texts were erased for good before it was written here; `data` is null.",
            },
            "unopened": {
                "const": true,
                "description": "Its texts did not open with their key when it was written here, which is damage; `data` is null. \
                    Once that is mended the log has them.",
            },
            "data": { "description": "What happened; null if it was erased or did not open." },
        },
    })
}

fn stream_headers() -> Value {
    json!({
        "type": "object",
        "description": "On NATS. What the headers of a webhook's delivery are, its channel says.",
        "properties": {
            "Tidings-Epoch": { "type": "string" },
            "Tidings-Position": { "type": "string", "description": "As `position`." },
            "Tidings-Mac": {
                "type": "string",
                "description": "HMAC-SHA256 over position and payload under the service's own key: by it the service believes \
                    its own events and no others.",
            },
            "traceparent": { "type": "string", "description": "W3C trace context of the command that caused it." },
        },
    })
}

/// Where an administrator wants to have events.
fn webhook(names: &[String]) -> Value {
    json!({
        "address": Value::Null,
        "title": "A webhook",
        "description": "The address that was given to POST /api/v1/webhooks. One event a request (POST), in the log's order, the \
            next only after a 2xx. Headers: webhook-id, webhook-timestamp and webhook-signature by the specification Standard \
            Webhooks; tidings-epoch, tidings-position, traceparent.",
        "messages": messages(names),
    })
}

fn deliver() -> Value {
    json!({
        "action": "send",
        "channel": { "$ref": "#/channels/webhook" },
        "summary": "Deliver events to a webhook.",
        "bindings": { "http": { "method": "POST" } },
    })
}
