//! Step 1: the one way in for messages, whichever API they come by.

use std::sync::Arc;

use domain::{
    AccountId, Caller, ConversationId, MessageId, Metadata, Sealed, SessionId, conversation,
    message::{self, Command, Content, Recipients, Sent},
};
use eventlog::{Appended, Idempotency, KeyRow, Purpose, fresh};
use uuid::Uuid;

use super::files::claims;
use crate::{
    Api,
    execute::{Done, Errand, Failure, Stream},
    groups::Group,
    http::{FieldError, Problem},
    idempotency::{self, First},
    letters::Letter,
};

/// How often a message to a group is tried whose people change at the same time: its sender can do nothing about it.
const TRIES: usize = 20;

/// A message that is well-formed.
pub(crate) struct Draft {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub audience: Audience,
    pub reply_to: Option<MessageId>,
    pub content: Content,
}

/// Whom it is for.
pub(crate) enum Audience {
    /// These people.
    People(Vec<AccountId>),
    /// Whoever is in the named group when it is appended.
    Group,
}

/// What became of a draft.
pub(crate) enum Sending {
    /// It was sent.
    Sent(Box<Letter>),
    /// It had been sent before.
    Before(Box<Letter>),
    /// Another message was the first under its idempotency key.
    Replayed(First),
}

/// Sends a draft.
pub(crate) async fn execute(
    api: &Api,
    caller: &Caller,
    draft: Draft,
    kept: Option<Idempotency>,
) -> Result<Sending, Problem> {
    api.identity.throttle().command(caller.account.0)?;
    let sealed = seal(api, caller, &draft).await?;
    let mut group = match draft.audience {
        Audience::Group => Some(api.groups.own(caller.account, draft.conversation).await?),
        Audience::People(_) => None,
    };
    for _ in 0..TRIES {
        match append(api, caller, &draft, group.as_deref(), &sealed, kept.clone()).await {
            Ok((Done::Appended(appended), recipients)) => {
                return Ok(Sending::Sent(Box::new(draft.sent(
                    caller,
                    &recipients,
                    appended,
                ))));
            }
            Ok((Done::Replayed(replayed), _)) => {
                let kept = kept.ok_or_else(|| Problem::internal("a replay without a key"))?;
                return Ok(Sending::Replayed(idempotency::first(&kept, replayed)?));
            }
            Ok((Done::Nothing, _)) => {
                return Err(Problem::internal("a message was neither sent nor refused"));
            }
            Err(Failure::Conflict) => {
                if let Some(letter) = api.letter(draft.id).await? {
                    return before(caller, &draft, letter);
                }
                group = Some(
                    api.groups
                        .own_now(caller.account, draft.conversation)
                        .await?,
                );
            }
            Err(Failure::Claimed) => {
                if let Some(letter) = api.letter(draft.id).await? {
                    return before(caller, &draft, letter);
                }
                let detail = "A file was sent with another message at the same time.";
                let error = FieldError::new("/attachments", detail);
                return Err(Problem::validation(vec![error]));
            }
            Err(failure) => return Err(failure.problem(Problem::internal)),
        }
    }
    Err(Failure::<message::Rejection>::Conflict.problem(Problem::internal))
}

async fn seal(api: &Api, caller: &Caller, draft: &Draft) -> Result<(Sealed, KeyRow), Problem> {
    let key = api
        .keyring
        .account(caller.account)
        .await?
        .ok_or_else(|| Problem::internal("an account without a key"))?;
    let plain = serde_json::to_vec(&draft.content).map_err(Problem::internal)?;
    let purpose = Purpose {
        name: message::SENT,
        aggregate_id: &draft.id.to_string(),
    };
    Ok(key.seal(purpose, Some(draft.id), &plain))
}

/// Appends it, unless the group has changed since it was looked at.
async fn append(
    api: &Api,
    caller: &Caller,
    draft: &Draft,
    group: Option<&Group>,
    (sealed, key): &(Sealed, KeyRow),
    kept: Option<Idempotency>,
) -> Result<(Done, Recipients), Failure<message::Rejection>> {
    let recipients = match (&draft.audience, group) {
        (Audience::Group, Some(group)) => Recipients::Group {
            membership: group.sequence,
        },
        (Audience::People(people), _) => Recipients::People(people.clone()),
        (Audience::Group, None) => return Err(Failure::Conflict),
    };
    let opened = message::Event::Sent(draft.event(caller, &recipients, draft.content.clone()));
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        conversation: Some(draft.conversation),
        command: Some(fresh::id()),
        traceparent: None,
    };
    let message = draft.event(caller, &recipients, sealed.clone());
    let errand = Errand {
        keys: vec![key.clone()],
        claims: claims(caller.account, draft.id, &draft.content.attachments),
        expects: group
            .map(|group| group.expect(draft.conversation))
            .into_iter()
            .collect(),
        idempotency: kept,
        ..Errand::from(Command::Send { message })
    };
    let done = api
        .execute::<message::Message>(
            Stream::New,
            &draft.id.to_string(),
            &metadata,
            errand,
            |_, new| new.opened_as(&opened),
        )
        .await?;
    Ok((done, recipients))
}

/// The id is taken: by the same message, another one, or somebody else.
fn before(caller: &Caller, draft: &Draft, letter: Letter) -> Result<Sending, Problem> {
    let sent = &letter.sent;
    if sent.sender != caller.account {
        return Err(Problem::conflict("This id is another message's."));
    }
    let same_people = match (&draft.audience, &sent.recipients) {
        (Audience::People(people), Recipients::People(sent_to)) => people == sent_to,
        (Audience::Group, Recipients::Group { .. }) => true,
        _ => false,
    };
    // What was erased can no longer be compared: the same place has to do.
    let same_text = letter
        .content()?
        .is_none_or(|content| *content == draft.content);
    let same_place = sent.conversation == draft.conversation && sent.reply_to == draft.reply_to;
    if same_people && same_place && same_text {
        return Ok(Sending::Before(Box::new(letter)));
    }
    let detail = "This id is that of another message of yours.";
    Err(Problem::validation(vec![FieldError::new("/id", detail)]))
}

impl Draft {
    fn event<C>(&self, caller: &Caller, recipients: &Recipients, content: C) -> Sent<C> {
        Sent {
            sender: caller.account,
            conversation: self.conversation,
            recipients: recipients.clone(),
            reply_to: self.reply_to,
            content,
        }
    }

    fn sent(self, caller: &Caller, recipients: &Recipients, appended: Appended) -> Letter {
        Letter {
            position: appended.first_position,
            sent_at: appended.recorded_at,
            sent: self.event(caller, recipients, Some(self.content.clone())),
            is_unopened: false,
        }
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
            username: Arc::clone(&sender.username),
            session: SessionId(Uuid::nil()),
            roles: [].into(),
        };
        let draft = Draft {
            id: MessageId(fresh::id()),
            conversation: conversation::id_of(&[sender.account, recipient.account]),
            audience: Audience::People(vec![recipient.account]),
            reply_to: None,
            content: Content {
                subject: subject.to_owned(),
                body: body.to_owned(),
                attachments: Vec::new(),
            },
        };
        execute(self, &caller, draft, None).await.map(drop)
    }
}
