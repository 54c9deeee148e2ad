//! Which messages are looked at.

use chrono::{DateTime, Utc};
use domain::{AccountId, Caller, conversation};
use uuid::Uuid;

use super::{MailBox, Question};
use crate::{
    Api,
    http::{FieldError, Problem},
};

/// Whose messages, and which of them.
#[derive(Debug)]
pub(super) struct Which {
    /// Whose.
    pub owner: Uuid,
    /// Received ones.
    pub inbox: bool,
    /// Sent ones.
    pub sent: bool,
    /// Of this conversation.
    pub conversation: Option<Uuid>,
    /// Received from this account.
    pub sender: Option<Uuid>,
    /// Not older.
    pub since: Option<DateTime<Utc>>,
    /// Older.
    pub until: Option<DateTime<Utc>>,
}

impl Which {
    /// As the question says.
    pub(super) async fn of(
        api: &Api,
        caller: &Caller,
        question: &Question,
    ) -> Result<Self, Problem> {
        let me = caller.account;
        let from = account(api, "/from", question.from.as_deref()).await?;
        let with = account(api, "/with", question.with.as_deref()).await?;
        let conversation = match (with, question.conversation_id) {
            (Some(_), Some(_)) => {
                let detail = "Give `with` or `conversation_id`, not both.";
                return Err(Problem::validation(vec![FieldError::new("/with", detail)]));
            }
            (Some(other), None) => Some(conversation::id_of(&[me, other]).0),
            (None, id) => id,
        };
        Ok(Self {
            owner: me.0,
            inbox: question.r#box != Some(MailBox::Sent) && from != Some(me),
            sent: question.r#box != Some(MailBox::Inbox) && from.is_none_or(|from| from == me),
            conversation,
            sender: from.filter(|from| *from != me).map(|from| from.0),
            since: question.since,
            until: question.until,
        })
    }
}

async fn account(
    api: &Api,
    pointer: &'static str,
    username: Option<&str>,
) -> Result<Option<AccountId>, Problem> {
    let Some(username) = username else {
        return Ok(None);
    };
    let known = api.identity.people().by_username(username).await?;
    let known = known.ok_or_else(|| {
        let detail = format!("Nobody is called {username}.");
        Problem::validation(vec![FieldError::new(pointer, detail)])
    })?;
    Ok(Some(known.account))
}
