-- Step 5: a run of `message.sent` in one call: sqlx cannot pipeline, so several statements would be several round trips.
-- What belongs to one conversation is added up by the caller (doing that here was slower than one statement a row).
--
-- `m_*`: the messages. `in_*`: inbox rows, naming their message by its place in `m_*`, from 1. `c_*`: one row per owner and
-- conversation touched, naming the last message of it in this run.
create function readmodel.project_sent(
  of_partition integer, from_position bigint, to_position bigint,
  m_position bigint[], m_id uuid[], m_conversation uuid[], m_sender uuid[], m_sender_name text[], m_subject text[],
  m_body text[], m_reply_to uuid[], m_sent_at timestamptz[], m_unsent_at timestamptz[],
  m_recipients integer[],
  in_owner uuid[], in_message integer[],
  c_owner uuid[], c_conversation uuid[], c_message integer[], c_unread integer[], c_members text[]
)
returns table (owner_id uuid, conversation_id uuid, members json, unread integer, archived boolean, muted boolean)
language plpgsql as $$
#variable_conflict use_column
begin
  perform readmodel.advance(of_partition, from_position, to_position);

  insert into readmodel.sent_box (owner_id, position, changed, changed_n, message_id, conversation_id, sender_name,
      subject, body, reply_to, sent_at, unsent_at, recipients)
    select m.sender, m.position, m.position, 0, m.id, m.conversation, m.sender_name,
      m.subject, m.body, m.reply_to, m.sent_at, m.unsent_at, m.recipients
    from unnest(m_position, m_id, m_conversation, m_sender, m_sender_name, m_subject, m_body, m_reply_to,
        m_sent_at, m_unsent_at, m_recipients)
      as m(position, id, conversation, sender, sender_name, subject, body, reply_to, sent_at, unsent_at,
        recipients);

  insert into readmodel.inbox (owner_id, position, changed, changed_n, message_id, conversation_id, sender_id,
      sender_name, subject, body, reply_to, sent_at, unsent_at)
    select i.owner, m_position[i.message], m_position[i.message], 0, m_id[i.message], m_conversation[i.message],
      m_sender[i.message], m_sender_name[i.message], m_subject[i.message], m_body[i.message], m_reply_to[i.message],
      m_sent_at[i.message], m_unsent_at[i.message]
    from unnest(in_owner, in_message) as i(owner, message);

  return query
    insert into readmodel.last_conversation as t (owner_id, conversation_id, changed, changed_n, members, unread,
        last_position, last_message_id, last_sender_id, last_sender_name, last_subject, last_body, last_reply_to,
        last_sent_at, last_unsent_at, updated_at)
      select c.owner, c.conversation, m_position[c.message], 1, c.members::json, c.unread,
        m_position[c.message], m_id[c.message], m_sender[c.message], m_sender_name[c.message], m_subject[c.message],
        m_body[c.message], m_reply_to[c.message], m_sent_at[c.message],
        m_unsent_at[c.message], m_sent_at[c.message]
      from unnest(c_owner, c_conversation, c_message, c_unread, c_members)
        as c(owner, conversation, message, unread, members)
    on conflict (owner_id, conversation_id) do update set
      changed = excluded.changed, changed_n = excluded.changed_n, unread = t.unread + excluded.unread,
      archived = false,
      last_position = excluded.last_position, last_message_id = excluded.last_message_id,
      last_sender_id = excluded.last_sender_id, last_sender_name = excluded.last_sender_name,
      last_subject = excluded.last_subject, last_body = excluded.last_body, last_reply_to = excluded.last_reply_to,
      last_sent_at = excluded.last_sent_at, last_edited_at = null,
      last_unsent_at = excluded.last_unsent_at, updated_at = excluded.updated_at
    returning t.owner_id, t.conversation_id, t.members, t.unread, t.archived, t.muted;
end
$$;

grant usage on schema readmodel to tidings_service;
grant select, insert, update, delete, truncate on all tables in schema readmodel to tidings_service;
grant execute on all functions in schema readmodel to tidings_service;
