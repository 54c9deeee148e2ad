-- Step 5: what somebody sent, with how far it came.
create table readmodel.sent_box (
  owner_id uuid not null,
  position bigint not null,
  changed bigint not null,
  changed_n integer not null,
  message_id uuid not null,
  conversation_id uuid not null,
  sender_name text not null,          -- the owner's own name, so that both boxes read alike
  subject text,
  body text,
  reply_to uuid,
  sent_at timestamptz not null,
  edited_at timestamptz,
  unsent_at timestamptz,
  deleted_at timestamptz,
  recipients integer not null,
  delivered_to integer not null default 0,
  read_by integer not null default 0,
  primary key (owner_id, position)
) with (fillfactor = 85);
create index sent_box_changed on readmodel.sent_box (owner_id, changed) where changed <> position;
create index sent_box_conversation on readmodel.sent_box (owner_id, conversation_id, position);

-- Which reader a mark was counted for: a mark that comes twice counts once. Lives with the sender's rows.
create table readmodel.receipts (
  owner_id uuid not null,
  position bigint not null,
  reader_id uuid not null,
  delivered_at timestamptz,
  read_at timestamptz,
  primary key (owner_id, position, reader_id)
);
