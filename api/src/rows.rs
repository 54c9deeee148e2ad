//! From a query's record to the row it is: records are anonymous types, so this is a macro.

/// A row of `readmodel.inbox`.
macro_rules! inbox_row {
    ($record:expr) => {{
        let record = $record;
        domain::mailbox::InboxRow {
            position: record.position,
            changed: record.changed,
            changed_n: record.changed_n,
            message_id: record.message_id,
            conversation_id: record.conversation_id,
            sender_id: record.sender_id,
            sender_name: record.sender_name,
            subject: record.subject,
            body: record.body,
            reply_to: record.reply_to,
            sent_at: record.sent_at,
            edited_at: record.edited_at,
            unsent_at: record.unsent_at,
            read_at: record.read_at,
            delivered_at: record.delivered_at,
            deleted_at: record.deleted_at,
        }
    }};
}

/// A row of `readmodel.sent_box`.
macro_rules! sent_row {
    ($record:expr) => {{
        let record = $record;
        domain::mailbox::SentRow {
            position: record.position,
            changed: record.changed,
            changed_n: record.changed_n,
            message_id: record.message_id,
            conversation_id: record.conversation_id,
            owner_id: record.owner_id,
            sender_name: record.sender_name,
            subject: record.subject,
            body: record.body,
            reply_to: record.reply_to,
            sent_at: record.sent_at,
            edited_at: record.edited_at,
            unsent_at: record.unsent_at,
            deleted_at: record.deleted_at,
            recipients: record.recipients,
            delivered_to: record.delivered_to,
            read_by: record.read_by,
        }
    }};
}

/// A row of `readmodel.last_conversation`.
macro_rules! conversation_row {
    ($record:expr) => {{
        let record = $record;
        domain::mailbox::ConversationRow {
            conversation_id: record.conversation_id,
            changed: record.changed,
            changed_n: record.changed_n,
            members: record.members,
            unread: record.unread,
            archived: record.archived,
            muted: record.muted,
            last_position: record.last_position,
            last_message_id: record.last_message_id,
            last_sender_id: record.last_sender_id,
            last_sender_name: record.last_sender_name,
            last_subject: record.last_subject,
            last_body: record.last_body,
            last_reply_to: record.last_reply_to,
            last_sent_at: record.last_sent_at,
            last_edited_at: record.last_edited_at,
            last_unsent_at: record.last_unsent_at,
            updated_at: record.updated_at,
        }
    }};
}

pub(crate) use {conversation_row, inbox_row, sent_row};
