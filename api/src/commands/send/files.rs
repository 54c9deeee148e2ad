//! Step 1: what comes with a message.

use domain::{AccountId, Caller, MessageId, message::Attachment};
use eventlog::Claim;
use uuid::Uuid;

use crate::{
    Api, attachments,
    http::{FieldError, Problem},
};

/// The sort of name that a sent file is: it belongs to one message.
const FILE: &str = "attachment";

/// The caller's files with these ids. Where the message was sent before they belong to it already.
pub(super) async fn files(
    api: &Api,
    caller: &Caller,
    message: MessageId,
    ids: &[Uuid],
) -> Result<Vec<Attachment>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let before = api.letter(message).await?;
    let before = before.filter(|letter| letter.sent.sender == caller.account);
    if let Some(letter) = before {
        // What was erased can no longer be compared.
        let files = letter.content()?.map(|content| content.attachments.clone());
        return match files {
            Some(files) if !files.iter().map(|file| file.id).eq(ids.iter().copied()) => {
                let detail = "This id is that of another message of yours.";
                Err(Problem::validation(vec![FieldError::new("/id", detail)]))
            }
            files => Ok(files.unwrap_or_default()),
        };
    }
    let rows = attachments::own_unsent(api, caller, ids).await?;
    Ok(rows
        .iter()
        .map(attachments::AttachmentRow::content)
        .collect())
}

/// What binds files to the message that is appended with it.
pub(super) fn claims(sender: AccountId, message: MessageId, files: &[Attachment]) -> Vec<Claim> {
    let claim = |file: &Attachment| Claim {
        kind: FILE,
        key: file.id.to_string(),
        account: sender,
        label: Some(message.to_string()),
    };
    files.iter().map(claim).collect()
}
