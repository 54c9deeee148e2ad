-- Step 5: what somebody received. The key starts with the owner, here and in every per-owner table, so that mailboxes can
-- be spread over databases; a mailbox reads without a join.
--
-- `(changed, changed_n)`: the position of the last event which touched the row, and the row's ordinal among the rows of
-- this owner that it touched. Rows after a given pair, in this order, are the resume feed of the push stream.
create table readmodel.inbox (
  owner_id uuid not null,
  position bigint not null,           -- of message.sent
  changed bigint not null,
  changed_n integer not null,
  message_id uuid not null,
  conversation_id uuid not null,
  sender_id uuid not null,
  sender_name text not null,
  subject text,                       -- null with the body once its key is gone
  body text,
  reply_to uuid,
  sent_at timestamptz not null,
  edited_at timestamptz,
  unsent_at timestamptz,
  read_at timestamptz,
  delivered_at timestamptz,
  deleted_at timestamptz,
  primary key (owner_id, position)
) with (fillfactor = 85);
-- The resume feed: unchanged rows are found by the key, changed ones here.
create index inbox_changed on readmodel.inbox (owner_id, changed) where changed <> position;
-- A page of one conversation within a large mailbox.
create index inbox_conversation on readmodel.inbox (owner_id, conversation_id, position);
