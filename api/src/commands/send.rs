//! Step 1: somebody sends a message.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{Caller, MessageId, mailbox::Message, message::Content};
use eventlog::fresh;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mod client_id;
mod execute;
mod files;
mod recipients;

use client_id::check_id;
pub(crate) use execute::{Audience, Draft, Sending, execute};
use files::files;
use recipients::{check_reply, to_conversation, to_people};

use crate::{
    Api,
    fresh_read::written,
    http::{Problem, Strict, text},
    idempotency::{self, First, Key},
    identity,
    letters::Letter,
};

/// A message to be sent. Exactly one of `to` and `conversation_id`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// Usernames. Oneself: a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 1000)]
    to: Option<Vec<String>>,
    /// A conversation of the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    /// Up to 255 characters.
    #[serde(default)]
    subject: String,
    /// 1 to 20,000 characters; with an attachment it may be empty.
    body: String,
    /// Own files that were uploaded and not sent yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    attachments: Vec<Uuid>,
    /// The message it answers, in the same conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Uuid>,
    /// A `UUIDv7` made by the client, so that it can send again without sending twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// Send a message.
#[utoipa::path(
    post, path = "/messages", tag = "messages", request_body = NewMessage,
    params(Key),
    responses(
        (status = 201, description = "It is stored", body = Message),
        (status = 404, description = "There is no such conversation"),
        (status = 409, description = "The id is another account's message"),
        (status = 410, description = "It was sent before, and taken back since"),
        (status = 422, description = "A field breaks a rule; an unknown recipient is `/to/0`"),
    )
)]
pub(crate) async fn send(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    Strict(request): Strict<NewMessage>,
) -> Result<Response, Problem> {
    let id = MessageId(request.id.unwrap_or_else(fresh::id));
    let result = serde_json::json!({ "message": id }).to_string();
    let kept = key.keep(&api, &caller, &request, StatusCode::CREATED, result)?;
    if let Some(first) = idempotency::seen(&api, kept.as_ref()).await? {
        return replay(&api, &caller, &first).await;
    }
    let draft = draft(&api, &caller, id, request).await?;
    match execute(&api, &caller, draft, kept).await? {
        Sending::Sent(letter) => Ok(answer(&api, &caller, id, &letter)),
        Sending::Before(letter) => again(&api, &caller, id, &letter),
        Sending::Replayed(first) => replay(&api, &caller, &first).await,
    }
}

async fn draft(
    api: &Api,
    caller: &Caller,
    id: MessageId,
    request: NewMessage,
) -> Result<Draft, Problem> {
    let body = if request.attachments.is_empty() {
        text::body("/body", &request.body)
    } else {
        text::body_beside_attachment("/body", &request.body)
    };
    text::all([
        text::subject("/subject", &request.subject),
        body,
        request.id.map_or(Ok(()), |id| check_id(id, fresh::now())),
    ])?;
    let (conversation, audience) = match (request.to, request.conversation_id) {
        (Some(to), None) => to_people(api, caller, &to).await?,
        (None, Some(id)) => to_conversation(api, caller, id).await?,
        _ => {
            return Err(Problem::unprocessable(
                "Give exactly one of `to` and `conversation_id`.",
            ));
        }
    };
    let reply_to = request.reply_to.map(MessageId);
    if let Some(reply_to) = reply_to {
        check_reply(api, caller, conversation, reply_to).await?;
    }
    let content = Content {
        subject: request.subject,
        body: request.body,
        attachments: files(api, caller, id, &request.attachments).await?,
    };
    Ok(Draft {
        id,
        conversation,
        audience,
        reply_to,
        content,
    })
}

async fn replay(api: &Api, caller: &Caller, first: &First) -> Result<Response, Problem> {
    #[derive(Deserialize)]
    struct Ids {
        message: MessageId,
    }
    let Ids { message: id } = serde_json::from_str(&first.result).map_err(Problem::internal)?;
    let letter = api
        .letter(id)
        .await?
        .ok_or_else(|| Problem::internal("an answer without its message"))?;
    again(api, caller, id, &letter)
}

/// The first answer again. What was erased since cannot be said again.
fn again(api: &Api, caller: &Caller, id: MessageId, letter: &Letter) -> Result<Response, Problem> {
    if letter.content()?.is_none() {
        return Err(Problem::gone(
            "This message was sent, and taken back since.",
        ));
    }
    Ok(idempotency::again(answer(api, caller, id, letter)))
}

fn answer(api: &Api, caller: &Caller, id: MessageId, letter: &Letter) -> Response {
    let message = letter.shown(caller, id, letter.sent.content.clone());
    let mut response = written(api, StatusCode::CREATED, letter.position, Some(&message));
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/messages/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
