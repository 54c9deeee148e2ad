//! Step 1: to whom a message goes, and where.

use domain::{AccountId, Caller, ConversationId, MessageId, conversation, group::MOST};
use uuid::Uuid;

use super::Audience;
use crate::{
    Api,
    groups::is_named,
    http::{FieldError, Problem},
};

/// The conversation of the caller with some people, by their names.
pub(super) async fn to_people(
    api: &Api,
    caller: &Caller,
    names: &[String],
) -> Result<(ConversationId, Audience), Problem> {
    let mut people = api.accounts_called("/to", names).await?;
    people.push(caller.account);
    people.sort_unstable();
    people.dedup();
    let conversation = conversation::id_of(&people);
    people.retain(|person| *person != caller.account);
    Ok((conversation, Audience::People(people)))
}

impl Api {
    /// Who has these names; a problem with each that nobody has, by its place in a field.
    pub(crate) async fn accounts_called(
        &self,
        field: &'static str,
        names: &[String],
    ) -> Result<Vec<AccountId>, Problem> {
        if names.is_empty() {
            let detail = "Name somebody.";
            return Err(Problem::validation(vec![FieldError::new(field, detail)]));
        }
        if names.len() > MOST {
            let detail = "This is more people than a group may have.";
            return Err(Problem::validation(vec![FieldError::new(field, detail)]));
        }
        let found = self.identity.people().resolve(names).await?;
        let unknown = found
            .iter()
            .zip(names)
            .enumerate()
            .filter(|(_, (known, _))| known.is_none());
        let errors: Vec<FieldError> = unknown
            .map(|(place, (_, name))| {
                let detail = format!("Nobody is called {name}.");
                FieldError::new(format!("{field}/{place}"), detail)
            })
            .collect();
        if errors.is_empty() {
            Ok(found
                .into_iter()
                .flatten()
                .map(|known| known.account)
                .collect())
        } else {
            Err(Problem::validation(errors))
        }
    }
}

/// One of the caller's conversations.
pub(super) async fn to_conversation(
    api: &Api,
    caller: &Caller,
    id: Uuid,
) -> Result<(ConversationId, Audience), Problem> {
    let conversation = ConversationId(id);
    if is_named(conversation) {
        api.groups.own(caller.account, conversation).await?;
        return Ok((conversation, Audience::Group));
    }
    let mut people = people_of(api, caller, id).await?;
    if people.is_none() {
        // What somebody wrote a moment ago is in the log, and may not be in the read models yet.
        api.freshness.wait_for(api.reader.head().await?).await?;
        people = people_of(api, caller, id).await?;
    }
    let people = people.ok_or_else(Problem::not_found)?;
    let mut others: Vec<AccountId> = people.into_iter().map(AccountId).collect();
    others.retain(|person| *person != caller.account);
    let known = api.identity.people().by_id(&others).await?;
    if known.iter().any(Option::is_none) {
        let detail = "Somebody in this conversation has erased their account.";
        return Err(Problem::validation(vec![FieldError::new(
            "/conversation_id",
            detail,
        )]));
    }
    // In the order in which they stand when they are named: the same message is the same either way.
    others.sort_unstable();
    Ok((conversation, Audience::People(others)))
}

/// Everybody in a conversation whose people cannot change, if the caller has it.
async fn people_of(api: &Api, caller: &Caller, id: Uuid) -> Result<Option<Vec<Uuid>>, Problem> {
    let people = sqlx::query_scalar!(
        r#"select case when c.is_group then
               array(select account_id from readmodel.members m where m.conversation_id = c.conversation_id)
             else array(select (m->>'id')::uuid from json_array_elements(c.members) as m) end as "people!"
           from readmodel.last_conversation c where c.owner_id = $1 and c.conversation_id = $2"#,
        caller.account.0,
        id
    );
    Ok(people.fetch_optional(&api.reads).await?)
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
            if letter.sent.conversation == conversation
                && api.concerns(&letter, caller.account).await? =>
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
