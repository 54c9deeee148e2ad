-- What somebody has begun to write, to be gone on with on another device. Never an event: it was not said to anybody.
create table log.drafts (
  owner_id uuid not null,
  conversation_id uuid not null,
  body text not null,
  updated_at timestamptz not null,
  primary key (owner_id, conversation_id)
);
grant select, insert, update, delete on log.drafts to tidings_service;
