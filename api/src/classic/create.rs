//! Step 1: somebody sends a message, as the original's clients do it.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use domain::{MessageId, conversation, message::Content};
use eventlog::fresh;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    commands::send::{Audience, Draft, Sending, execute},
    http::{Lenient, Problem, text},
    identity,
};

/// A message to one person.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Create {
    /// The caller's username.
    msg_sender: String,
    /// Another one's username.
    msg_receiver: String,
    message: String,
    #[serde(default)]
    conversation_subject: String,
}

/// The message that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Created {
    msg_sender: i64,
    msg_receiver: i64,
    message: String,
    image: Option<String>,
    /// Names this one message.
    conversation_id: String,
}

/// Send a message.
#[utoipa::path(
    post, path = "/conversation/create", tag = "classic", request_body = Create,
    responses(
        (status = 201, body = Created),
        (status = 403, description = "`msg_sender` is not the caller"),
        (status = 404, description = "Nobody is called `msg_receiver`"),
    )
)]
pub(crate) async fn create(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    Lenient(create): Lenient<Create>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    if !create.msg_sender.eq_ignore_ascii_case(&caller.username) {
        return Err(Problem::forbidden(
            "msg_sender has to be your own username.",
        ));
    }
    text::all([
        text::body("/message", &create.message),
        text::subject("/conversation_subject", &create.conversation_subject),
    ])?;
    let people = api.identity.people();
    let receiver = people
        .resolve(&[create.msg_receiver])
        .await?
        .pop()
        .flatten()
        .ok_or_else(Problem::not_found)?;
    let sender = people
        .by_id(&[caller.account])
        .await?
        .pop()
        .flatten()
        .ok_or_else(Problem::not_found)?;
    let mut recipients = vec![receiver.account];
    recipients.retain(|recipient| *recipient != caller.account);
    let draft = Draft {
        id: MessageId(fresh::id()),
        conversation: conversation::id_of(&[caller.account, receiver.account]),
        audience: Audience::People(recipients),
        reply_to: None,
        content: Content {
            subject: create.conversation_subject,
            body: create.message.clone(),
            attachments: Vec::new(),
        },
    };
    let Sending::Sent(letter) = execute(&api, &caller, draft, None).await? else {
        return Err(Problem::internal("a new id was taken"));
    };
    api.freshness.wait_for(letter.position).await?;
    let created = Created {
        msg_sender: sender.number,
        msg_receiver: receiver.number,
        message: create.message,
        image: None,
        conversation_id: letter.position.to_string(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}
