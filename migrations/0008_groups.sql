-- Step 5: conversations of more than two people, attachments in the boxes, and who lets whom in.

-- What is the same for everybody in a group. There is one row here instead of one in each mailbox, since a group may have a
-- thousand members: like `accounts`, every database of mailboxes has all of them, so a mailbox still reads by itself.
create table readmodel.groups (
  conversation_id uuid primary key,
  named boolean not null,             -- it has a stream of its own; else its people can never change
  title text,                         -- null for the unchangeable, and once it is erased
  titled_by uuid,                     -- with whom it is erased
  members json not null,              -- the first 50 who came: [{"id", "username", "role"}]
  member_count integer not null
) with (fillfactor = 70);

create index groups_titled_by on readmodel.groups (titled_by);

-- Who was in a group from where to where: a message to it was received by those who were in it at its position.
create table readmodel.members (
  conversation_id uuid not null,
  account_id uuid not null,
  since bigint not null,              -- the position of the event that let them in
  n integer not null,                 -- their place among those it let in
  until bigint,                       -- of the event after which they receive nothing; null while they are in it
  role text not null,
  primary key (conversation_id, account_id, since)
);
-- An account that is erased is named in every group it was ever in.
create index members_account on readmodel.members (account_id);

-- Says again who is in a group, after a change.
create function readmodel.recount_group(of_conversation uuid) returns void language sql as $$
  update readmodel.groups g set
    member_count = (select count(*) from readmodel.members m where m.conversation_id = g.conversation_id and m.until is null),
    members = (
      select coalesce(json_agg(json_build_object('id', f.account_id, 'username', a.username, 'role', f.role)
                               order by f.since, f.n), '[]')
      from (select m.account_id, m.role, m.since, m.n from readmodel.members m
            where m.conversation_id = g.conversation_id and m.until is null
            order by m.since, m.n limit 50) f
      join readmodel.accounts a on a.account_id = f.account_id)
  where g.conversation_id = of_conversation
$$;

-- Whose direct messages an owner does not want.
create table readmodel.blocks (
  owner_id uuid not null,
  account_id uuid not null,
  since bigint not null,
  primary key (owner_id, account_id)
);

-- JSON: [{"id", "name", "media_type", "size"}].
alter table readmodel.inbox add column attachments json;
alter table readmodel.sent_box add column attachments json;
alter table readmodel.last_conversation
  add column last_attachments json,
  add column is_group boolean not null default false,   -- title and members stand in readmodel.groups
  add column joined bigint,           -- where the owner came into the named group: it is shown also before its first message
  add column left_at timestamptz;     -- the owner is out of it: the row stays for the unread count and the resume feed
comment on column readmodel.last_conversation.members is
  'JSON: [{"id", "username"}] of a direct conversation; null for a group';

alter table readmodel.accounts add column erased_at timestamptz;

-- As `project_sent` (0007), with attachments and groups; that one stays for the version that calls it. What was erased before it was projected has no text; that it was taken back is
-- said by the event which comes later, so that mailboxes are the same however late they are made.
--
-- `g_*`: groups whose people can never change, met for the first time by this projector: `g_people` are all of them, as
-- "{id,id,…}". Those of a named group are known from its own events.
create function readmodel.project_messages(
  of_partition integer, from_position bigint, to_position bigint,
  m_position bigint[], m_id uuid[], m_conversation uuid[], m_sender uuid[], m_sender_name text[], m_subject text[],
  m_body text[], m_attachments text[], m_reply_to uuid[], m_sent_at timestamptz[], m_recipients integer[],
  in_owner uuid[], in_message integer[],
  c_owner uuid[], c_conversation uuid[], c_message integer[], c_unread integer[], c_members text[], c_is_group boolean[],
  g_conversation uuid[], g_position bigint[], g_people text[]
)
returns table (owner_id uuid, conversation_id uuid, members json, unread integer, archived boolean, muted boolean)
language plpgsql as $$
#variable_conflict use_column
begin
  perform readmodel.advance(of_partition, from_position, to_position);

  if cardinality(g_conversation) > 0 then
    with new as (
      insert into readmodel.groups (conversation_id, named, members, member_count)
        select g.conversation, false, '[]', 0 from unnest(g_conversation) as g(conversation)
      on conflict do nothing returning conversation_id)
    insert into readmodel.members (conversation_id, account_id, since, n, role)
      select g.conversation, p.account, g.position, p.n, 'member'
      from unnest(g_conversation, g_position, g_people) as g(conversation, position, people)
      join new on new.conversation_id = g.conversation
      cross join lateral unnest(g.people::uuid[]) with ordinality as p(account, n);
    perform readmodel.recount_group(g.conversation) from unnest(g_conversation) as g(conversation);
  end if;

  insert into readmodel.sent_box (owner_id, position, changed, changed_n, message_id, conversation_id, sender_name,
      subject, body, attachments, reply_to, sent_at, recipients)
    select m.sender, m.position, m.position, 0, m.id, m.conversation, m.sender_name,
      m.subject, m.body, m.attachments::json, m.reply_to, m.sent_at, m.recipients
    from unnest(m_position, m_id, m_conversation, m_sender, m_sender_name, m_subject, m_body, m_attachments, m_reply_to,
        m_sent_at, m_recipients)
      as m(position, id, conversation, sender, sender_name, subject, body, attachments, reply_to, sent_at, recipients);

  insert into readmodel.inbox (owner_id, position, changed, changed_n, message_id, conversation_id, sender_id,
      sender_name, subject, body, attachments, reply_to, sent_at)
    select i.owner, m_position[i.message], m_position[i.message], 0, m_id[i.message], m_conversation[i.message],
      m_sender[i.message], m_sender_name[i.message], m_subject[i.message], m_body[i.message],
      m_attachments[i.message]::json, m_reply_to[i.message], m_sent_at[i.message]
    from unnest(in_owner, in_message) as i(owner, message);

  return query
    insert into readmodel.last_conversation as t (owner_id, conversation_id, changed, changed_n, members, is_group, unread,
        last_position, last_message_id, last_sender_id, last_sender_name, last_subject, last_body, last_attachments,
        last_reply_to, last_sent_at, updated_at)
      select c.owner, c.conversation, m_position[c.message], 1, c.members::json, c.is_group, c.unread,
        m_position[c.message], m_id[c.message], m_sender[c.message], m_sender_name[c.message], m_subject[c.message],
        m_body[c.message], m_attachments[c.message]::json, m_reply_to[c.message], m_sent_at[c.message],
        m_sent_at[c.message]
      from unnest(c_owner, c_conversation, c_message, c_unread, c_members, c_is_group)
        as c(owner, conversation, message, unread, members, is_group)
    on conflict (owner_id, conversation_id) do update set
      changed = excluded.changed, changed_n = excluded.changed_n, unread = t.unread + excluded.unread,
      archived = false,
      last_position = excluded.last_position, last_message_id = excluded.last_message_id,
      last_sender_id = excluded.last_sender_id, last_sender_name = excluded.last_sender_name,
      last_subject = excluded.last_subject, last_body = excluded.last_body, last_attachments = excluded.last_attachments,
      last_reply_to = excluded.last_reply_to, last_sent_at = excluded.last_sent_at, last_edited_at = null,
      last_unsent_at = null, updated_at = excluded.updated_at
    returning t.owner_id, t.conversation_id, t.members, t.unread, t.archived, t.muted;
end
$$;

grant select, insert, update, delete, truncate on all tables in schema readmodel to tidings_service;
grant execute on all functions in schema readmodel to tidings_service;
