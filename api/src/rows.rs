//! From a query's record to the row it is: records are anonymous types, so this is a macro.

/// The columns which tell a message, of either box. `$sender` is who wrote it.
macro_rules! message_row {
    ($record:ident, $sender:ident) => {
        std::sync::Arc::new(domain::mailbox::MessageRow {
            position: $record.position,
            message_id: $record.message_id,
            conversation_id: $record.conversation_id,
            sender_id: $record.$sender,
            sender_name: $record.sender_name,
            subject: $record.subject,
            body: $record.body,
            attachments: $record.attachments,
            reply_to: $record.reply_to,
            sent_at: $record.sent_at,
            edited_at: $record.edited_at,
            unsent_at: $record.unsent_at,
        })
    };
}

/// A row of `readmodel.inbox`.
macro_rules! inbox_row {
    ($record:expr) => {{
        let record = $record;
        domain::mailbox::InboxRow {
            changed: record.changed,
            changed_n: record.changed_n,
            read_at: record.read_at,
            delivered_at: record.delivered_at,
            deleted_at: record.deleted_at,
            message: $crate::rows::message_row!(record, sender_id),
        }
    }};
}

/// A row of `readmodel.sent_box`.
macro_rules! sent_row {
    ($record:expr) => {{
        let record = $record;
        domain::mailbox::SentRow {
            changed: record.changed,
            changed_n: record.changed_n,
            deleted_at: record.deleted_at,
            recipients: record.recipients,
            delivered_to: record.delivered_to,
            read_by: record.read_by,
            message: $crate::rows::message_row!(record, owner_id),
        }
    }};
}

/// A row of `readmodel.last_conversation`, with its group's if it is one.
macro_rules! conversation_row {
    ($record:expr) => {{
        let record = $record;
        let people = domain::mailbox::People::of(
            record.members,
            record.group_members,
            record.title,
            record.member_count,
        );
        domain::mailbox::ConversationRow {
            conversation_id: record.conversation_id,
            changed: record.changed,
            changed_n: record.changed_n,
            people,
            unread: record.unread,
            archived: record.archived,
            muted: record.muted,
            left_at: record.left_at,
            updated_at: record.updated_at,
            last: record.last_position.and_then(|position| {
                Some(std::sync::Arc::new(domain::mailbox::MessageRow {
                    position,
                    message_id: record.last_message_id?,
                    conversation_id: record.conversation_id,
                    sender_id: record.last_sender_id?,
                    sender_name: record.last_sender_name?,
                    subject: record.last_subject,
                    body: record.last_body,
                    attachments: record.last_attachments,
                    reply_to: record.last_reply_to,
                    sent_at: record.last_sent_at?,
                    edited_at: record.last_edited_at,
                    unsent_at: record.last_unsent_at,
                }))
            }),
        }
    }};
}

pub(crate) use {conversation_row, inbox_row, message_row, sent_row};
