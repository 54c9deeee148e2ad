-- Step 5: one row per owner and conversation, with its last visible message and the unread count.
--
-- No index on (owner_id, changed): it would keep the updates from being HOT, which is a ninth of all the work. The list
-- is made by sorting the owner's conversations.
create table readmodel.last_conversation (
  owner_id uuid not null,
  conversation_id uuid not null,
  changed bigint not null,
  changed_n integer not null,
  members json,                       -- [{"id", "username"}] where they can never change; null for a named group
  unread integer not null default 0 check (unread >= 0),
  archived boolean not null default false,
  muted boolean not null default false,
  last_position bigint,               -- null when every message was deleted
  last_message_id uuid,
  last_sender_id uuid,
  last_sender_name text,
  last_subject text,
  last_body text,
  last_reply_to uuid,
  last_sent_at timestamptz,
  last_edited_at timestamptz,
  last_unsent_at timestamptz,
  updated_at timestamptz not null,
  primary key (owner_id, conversation_id)
) with (fillfactor = 50);
