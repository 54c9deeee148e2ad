//! Step 1: somebody sends a message.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AccountId, Caller, ConversationId, MessageId, Metadata, SessionId, conversation,
    mailbox::{Message, Person},
    message::{self, Command, Content, Sent},
};
use eventlog::{Appended, Purpose, fresh};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mod recipients;

use recipients::{check_reply, to_conversation, to_people};

use crate::{
    Api,
    execute::{Done, Errand, Failure, Stream},
    fresh_read::written,
    http::{FieldError, Problem, Strict, text},
    idempotency::{self, First, Key},
    identity,
    letters::Letter,
};

/// How far ahead of the service's clock a client's id may be, and how far back.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
const BACK: TimeDelta = TimeDelta::days(30);

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
    /// 1 to 20,000 characters.
    body: String,
    /// The message it answers, in the same conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Uuid>,
    /// A `UUIDv7` made by the client, so that it can send again without sending twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// A message whose recipients are known.
pub(crate) struct Draft {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub recipients: Vec<AccountId>,
    pub reply_to: Option<MessageId>,
    pub content: Content,
}

/// What became of a draft.
pub(crate) enum Sending {
    /// It was sent.
    Sent(Appended),
    /// It had been sent before.
    Before(Box<Letter>),
    /// Another message was the first under its idempotency key.
    Replayed(First),
}

/// Send a message.
#[utoipa::path(
    post, path = "/messages", tag = "messages", request_body = NewMessage,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters")),
    responses(
        (status = 201, description = "It is stored", body = Message),
        (status = 409, description = "The id is another account's message"),
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
    let (conversation, reply_to, content) =
        (draft.conversation, draft.reply_to, draft.content.clone());
    match execute(&api, &caller, draft, kept).await? {
        Sending::Sent(appended) => {
            let message = Message {
                id: id.0,
                conversation_id: conversation.0,
                sender: Person {
                    id: caller.account.0,
                    username: caller.username.to_string(),
                },
                subject: Some(content.subject),
                body: Some(content.body),
                attachments: Vec::new(),
                reply_to: reply_to.map(Uuid::from),
                sent_at: appended.recorded_at,
                edited_at: None,
                unsent_at: None,
            };
            Ok(answer(&api, appended.first_position, &message))
        }
        Sending::Before(letter) => {
            let message = as_sent(&caller, id, &letter);
            Ok(idempotency::again(answer(&api, letter.position, &message)))
        }
        Sending::Replayed(first) => replay(&api, &caller, &first).await,
    }
}

async fn draft(
    api: &Api,
    caller: &Caller,
    id: MessageId,
    request: NewMessage,
) -> Result<Draft, Problem> {
    text::all([
        text::subject("/subject", &request.subject),
        text::body("/body", &request.body),
        request.id.map_or(Ok(()), |id| check_id(id, fresh::now())),
    ])?;
    let (conversation, recipients) = match (request.to, request.conversation_id) {
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
    };
    Ok(Draft {
        id,
        conversation,
        recipients,
        reply_to,
        content,
    })
}

fn check_id(id: Uuid, now: DateTime<Utc>) -> text::Checked {
    let wrong = |detail| Err(FieldError::new("/id", detail));
    let Some((seconds, nanos)) = id
        .get_timestamp()
        .filter(|_| id.get_version_num() == 7)
        .map(|time| time.to_unix())
    else {
        return wrong("An id is a UUIDv7.");
    };
    let made = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, nanos));
    match made {
        Some(made) if made <= now + AHEAD && made >= now - BACK => Ok(()),
        _ => wrong("The time in the id is more than 5 minutes ahead, or more than 30 days back."),
    }
}

/// Sends a draft: the one way in for every API.
pub(crate) async fn execute(
    api: &Api,
    caller: &Caller,
    draft: Draft,
    kept: Option<eventlog::Idempotency>,
) -> Result<Sending, Problem> {
    api.identity.throttle().command(caller.account.0)?;
    let Draft {
        id,
        conversation,
        recipients,
        reply_to,
        content,
    } = draft;
    let sender = caller.account;
    let key = api
        .keyring
        .account(sender)
        .await?
        .ok_or_else(|| Problem::internal("an account without a key"))?;
    let plain = serde_json::to_vec(&content).map_err(Problem::internal)?;
    let stream_id = id.to_string();
    let purpose = Purpose {
        name: message::SENT,
        aggregate_id: &stream_id,
    };
    let (sealed, key_row) = key.seal(purpose, Some(id), &plain);
    let sent = Sent {
        sender,
        conversation,
        recipients,
        reply_to,
        content: sealed,
    };
    let opened = message::Event::Sent(Sent {
        sender,
        conversation,
        recipients: sent.recipients.clone(),
        reply_to,
        content: content.clone(),
    });
    let metadata = Metadata {
        actor: Some(sender),
        session: Some(caller.session),
        conversation: Some(conversation),
        command: Some(fresh::id()),
        traceparent: None,
    };
    let recipients = sent.recipients.clone();
    let errand = Errand {
        keys: vec![key_row],
        idempotency: kept.clone(),
        ..Errand::from(Command::Send { message: sent })
    };
    let done = api
        .execute::<message::Message>(Stream::New, &stream_id, &metadata, errand, |_, new| {
            new.opened_as(&opened)
        })
        .await;
    match (done, kept) {
        (Ok(Done::Appended(appended)), _) => Ok(Sending::Sent(appended)),
        (Ok(Done::Replayed(replayed)), Some(kept)) => {
            Ok(Sending::Replayed(idempotency::first(&kept, replayed)?))
        }
        (Ok(Done::Replayed(_) | Done::Nothing), _) => {
            Err(Problem::internal("a message was neither sent nor refused"))
        }
        (Err(Failure::Conflict), _) => {
            before(
                api,
                caller,
                id,
                conversation,
                &recipients,
                reply_to,
                &content,
            )
            .await
        }
        (Err(failure), _) => Err(failure.problem(Problem::internal)),
    }
}

impl Api {
    /// Sends a message between two accounts by their names, as the demonstration does: in no session.
    pub async fn send_as(
        &self,
        from: &str,
        to: &str,
        subject: &str,
        body: &str,
    ) -> Result<(), Problem> {
        let names = [from.to_owned(), to.to_owned()];
        let [Some(sender), Some(recipient)] = self
            .identity
            .people()
            .resolve(&names)
            .await?
            .try_into()
            .unwrap_or([const { None }; 2])
        else {
            return Err(Problem::not_found());
        };
        let caller = Caller {
            account: sender.account,
            username: sender.username,
            session: SessionId(Uuid::nil()),
            roles: [].into(),
        };
        let draft = Draft {
            id: MessageId(fresh::id()),
            conversation: conversation::id_of(&[sender.account, recipient.account]),
            recipients: vec![recipient.account],
            reply_to: None,
            content: Content {
                subject: subject.to_owned(),
                body: body.to_owned(),
            },
        };
        execute(self, &caller, draft, None).await.map(drop)
    }
}

/// The id is taken: by the same message, another one, or somebody else.
async fn before(
    api: &Api,
    caller: &Caller,
    id: MessageId,
    conversation: ConversationId,
    recipients: &[AccountId],
    reply_to: Option<MessageId>,
    content: &Content,
) -> Result<Sending, Problem> {
    let letter = api
        .letter(id)
        .await?
        .ok_or_else(|| Problem::internal("a taken id without a message"))?;
    if letter.sent.sender != caller.account {
        return Err(Problem::conflict("This id is another message's."));
    }
    let same_place =
        letter.sent.conversation == conversation && letter.sent.recipients == recipients;
    // What was erased can no longer be compared: the same place has to do.
    let same_text = letter
        .sent
        .content
        .as_ref()
        .is_none_or(|sent| sent == content);
    if same_place && same_text && letter.sent.reply_to == reply_to {
        return Ok(Sending::Before(Box::new(letter)));
    }
    let detail = "This id is that of another message of yours.";
    Err(Problem::validation(vec![FieldError::new("/id", detail)]))
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
    Ok(idempotency::again(answer(
        api,
        first.appended.first_position,
        &as_sent(caller, id, &letter),
    )))
}

/// A message as it was when it was sent.
fn as_sent(caller: &Caller, id: MessageId, letter: &Letter) -> Message {
    let content = letter.sent.content.clone();
    Message {
        id: id.0,
        conversation_id: letter.sent.conversation.0,
        sender: Person {
            id: caller.account.0,
            username: caller.username.to_string(),
        },
        subject: content.as_ref().map(|content| content.subject.clone()),
        body: content.map(|content| content.body),
        attachments: Vec::new(),
        reply_to: letter.sent.reply_to.map(Uuid::from),
        sent_at: letter.sent_at,
        edited_at: None,
        unsent_at: None,
    }
}

fn answer(api: &Api, position: i64, message: &Message) -> Response {
    let mut response = written(api, StatusCode::CREATED, position, Some(message));
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/messages/{}", message.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use uuid::{NoContext, Timestamp};

    use super::*;

    fn made_at(time: DateTime<Utc>) -> Uuid {
        Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            time.timestamp().unsigned_abs(),
            0,
        ))
    }

    #[test]
    fn an_id_is_a_recent_uuid_of_version_seven() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        for fine in [now, now + TimeDelta::minutes(4), now - TimeDelta::days(29)] {
            assert_eq!(check_id(made_at(fine), now), Ok(()));
        }
        for wrong in [now + TimeDelta::minutes(6), now - TimeDelta::days(31)] {
            assert!(check_id(made_at(wrong), now).is_err());
        }
        assert!(check_id(Uuid::from_u128(4), now).is_err());
    }
}
