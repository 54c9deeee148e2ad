//! Step 1: to whom a message goes, and where.

use domain::{AccountId, Caller, ConversationId, MessageId, conversation, mailbox::Member};
use uuid::Uuid;

use crate::{
    Api,
    http::{FieldError, Problem},
};

/// The conversation of the caller with some people, by their names.
pub(super) async fn to_people(
    api: &Api,
    caller: &Caller,
    names: &[String],
) -> Result<(ConversationId, Vec<AccountId>), Problem> {
    if names.is_empty() {
        return Err(Problem::validation(vec![FieldError::new(
            "/to",
            "Name somebody to write to.",
        )]));
    }
    let found = api.identity.people().resolve(names).await?;
    let unknown = found
        .iter()
        .enumerate()
        .filter(|(_, known)| known.is_none());
    let errors: Vec<FieldError> = unknown
        .map(|(place, _)| {
            FieldError::new(
                format!("/to/{place}"),
                format!("Nobody is called {}.", names[place]),
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(Problem::validation(errors));
    }
    let mut people: Vec<AccountId> = found
        .into_iter()
        .flatten()
        .map(|known| known.account)
        .collect();
    people.push(caller.account);
    people.sort_unstable();
    people.dedup();
    let conversation = conversation::id_of(&people);
    people.retain(|person| *person != caller.account);
    Ok((conversation, people))
}

/// One of the caller's conversations.
pub(super) async fn to_conversation(
    api: &Api,
    caller: &Caller,
    id: Uuid,
) -> Result<(ConversationId, Vec<AccountId>), Problem> {
    let members = sqlx::query_scalar!(
        r#"select members::text as members from readmodel.last_conversation
           where owner_id = $1 and conversation_id = $2"#,
        caller.account.0,
        id
    );
    let members = members
        .fetch_optional(&api.reads)
        .await?
        .flatten()
        .ok_or_else(Problem::not_found)?;
    let members: Vec<Member> = serde_json::from_str(&members).map_err(Problem::internal)?;
    let others = members
        .into_iter()
        .map(|member| AccountId(member.id))
        .filter(|id| *id != caller.account);
    Ok((ConversationId(id), others.collect()))
}

/// A reply stays in its conversation.
pub(super) async fn check_reply(
    api: &Api,
    caller: &Caller,
    conversation: ConversationId,
    reply_to: MessageId,
) -> Result<(), Problem> {
    match api.letter(reply_to).await? {
        Some(letter)
            if letter.concerns(caller.account) && letter.sent.conversation == conversation =>
        {
            Ok(())
        }
        _ => {
            let detail = "There is no such message in this conversation.";
            Err(Problem::validation(vec![FieldError::new(
                "/reply_to",
                detail,
            )]))
        }
    }
}
