//! All messages between two people, newest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::{AccountId, conversation, mailbox::Attachment, message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::person::{Person, naive, people};
use crate::{
    Api,
    http::{Params, Problem},
    identity,
};

/// Who wrote to whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// A username. One of the two is the caller's.
    msg_sender: String,
    /// A username.
    msg_receiver: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassicMessage {
    id: i64,
    msg_sender_data: Person,
    msg_receiver_data: Person,
    message: String,
    /// Empty, or a URL.
    image: String,
    /// Empty, or a URL.
    file: String,
    /// Names this one message.
    conversation_id: String,
    conversation_subject: String,
    archived: bool,
    /// `YYYY-MM-DD`.
    publish: String,
    timestamp: String,
    updated: String,
}

/// Messages between the caller and somebody, in both directions.
#[utoipa::path(
    get, path = "/conversations", tag = "classic", params(Between),
    responses(
        (status = 200, body = Vec<ClassicMessage>),
        (status = 403, description = "Neither of the two is the caller, or both are"),
        (status = 404, description = "Nobody has this name"),
    )
)]
pub(crate) async fn conversations(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    Params(between): Params<Between>,
) -> Result<Json<Vec<ClassicMessage>>, Problem> {
    let own = |name: &str| name.eq_ignore_ascii_case(&caller.username);
    let other = match (own(&between.msg_sender), own(&between.msg_receiver)) {
        (true, false) => between.msg_receiver,
        (false, true) => between.msg_sender,
        _ => {
            return Err(Problem::forbidden(
                "One of msg_sender and msg_receiver has to be your own username.",
            ));
        }
    };
    let other = api
        .identity
        .people()
        .resolve(&[other])
        .await?
        .pop()
        .flatten()
        .ok_or_else(Problem::not_found)?;
    Ok(Json(messages(&api, caller.account, other.account).await?))
}

async fn messages(
    api: &Api,
    owner: AccountId,
    other: AccountId,
) -> Result<Vec<ClassicMessage>, Problem> {
    let known = people(api, &[owner.0, other.0]).await?;
    let (Some(own), Some(others)) = (known.get(&owner.0), known.get(&other.0)) else {
        return Err(Problem::not_found());
    };
    let rows = sqlx::query!(
        r#"select b.position as "position!", b.received as "received!", b.subject, b.body, b.attachments,
             b.sent_at as "sent_at!", b.edited_at, b.unsent_at, c.archived
           from (
             select position, true as received, conversation_id, subject, body, attachments::text as attachments,
               sent_at, edited_at, unsent_at
             from readmodel.inbox where owner_id = $1 and conversation_id = $2 and deleted_at is null
             union all
             select position, false, conversation_id, subject, body, attachments::text, sent_at, edited_at, unsent_at
             from readmodel.sent_box where owner_id = $1 and conversation_id = $2 and deleted_at is null) b
           join readmodel.last_conversation c on c.owner_id = $1 and c.conversation_id = b.conversation_id
           order by b.position desc"#,
        owner.0,
        conversation::id_of(&[owner, other]).0
    );
    let messages = rows.fetch_all(&api.reads).await?.into_iter().map(|row| {
        let (sender, receiver) = if row.received {
            (others, own)
        } else {
            (own, others)
        };
        let (image, file) = urls(row.attachments.as_deref());
        ClassicMessage {
            id: row.position,
            msg_sender_data: sender.clone(),
            msg_receiver_data: receiver.clone(),
            message: row.body.unwrap_or_default(),
            image,
            file,
            conversation_id: row.position.to_string(),
            conversation_subject: row.subject.unwrap_or_default(),
            archived: row.archived,
            publish: row.sent_at.format("%Y-%m-%d").to_string(),
            timestamp: naive(row.sent_at),
            updated: naive(row.unsent_at.or(row.edited_at).unwrap_or(row.sent_at)),
        }
    });
    Ok(messages.collect())
}

/// The first picture of a message and its first other file, by their URLs; `""` where there is none.
fn urls(attachments: Option<&str>) -> (String, String) {
    let attachments: Vec<message::Attachment> = attachments
        .and_then(|attachments| serde_json::from_str(attachments).ok())
        .unwrap_or_default();
    let first = |pictures: bool| {
        let attachment = attachments
            .iter()
            .find(|attachment| attachment.media_type.starts_with("image/") == pictures);
        attachment.map_or_else(String::new, |attachment| {
            Attachment::from(attachment.clone()).url
        })
    };
    (first(true), first(false))
}
