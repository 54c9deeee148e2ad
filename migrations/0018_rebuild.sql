-- Step 5: the read models made again from the log, beside the ones that are read.
--
-- The next version is a schema of its own, `readmodel_next`, filled by a projector whose connections have it in their
-- `search_path` where others have `readmodel`. So what writes the read models names no schema: neither the projector's
-- statements nor the functions here, which therefore stand in a schema that belongs to no version.
create schema projection;
grant usage on schema projection to tidings_service;

-- A projector of the version before cannot run beside this one (0014), so nobody calls these any more.
drop function readmodel.project_sent;
drop function readmodel.project_messages;
drop function readmodel.recount_group;
drop function readmodel.advance;

-- Which making of the read models this is. Their position alone would let a projector that stands at the right place go on
-- in the next version with what it remembers of the one before.
alter table readmodel.checkpoints add column generation integer not null default 0;

-- What became of the versions beside the live one.
create table log.rebuild (
  schema_name text primary key check (schema_name in ('readmodel_next', 'readmodel_old')),
  migration bigint not null,          -- the version of the schema it was made under: after another it is of no use
  at timestamptz not null default clock_timestamp(),
  position bigint,                    -- where the old one was left
  keep_until timestamptz              -- when it may go
);
grant select on log.rebuild to tidings_service;

-- Moves the checkpoint by compare-and-set, in the transaction which writes the rows.
create function projection.advance(of_partition integer, of_generation integer, from_position bigint, to_position bigint)
returns void language plpgsql as $$
begin
  update checkpoints set position = to_position
    where partition = of_partition and position = from_position and generation = of_generation;
  if not found then
    raise exception 'partition % is no longer at position %, or was made anew', of_partition, from_position
      using errcode = 'TD003';
  end if;
  -- When the tables are filled again, what was shown first stays what is told.
  insert into progress (partition, position, at) values (of_partition, to_position, clock_timestamp())
    on conflict do nothing;
end
$$;

-- Says again who is in a group, after a change.
create function projection.recount_group(of_conversation uuid) returns void language plpgsql as $$
begin
  update groups g set
    member_count = (select count(*) from members m where m.conversation_id = g.conversation_id and m.until is null),
    members = (
      select coalesce(json_agg(json_build_object('id', f.account_id, 'username', a.username, 'role', f.role)
                               order by f.since, f.n), '[]')
      from (select m.account_id, m.role, m.since, m.n from members m
            where m.conversation_id = g.conversation_id and m.until is null
            order by m.since, m.n limit 50) f
      join accounts a on a.account_id = f.account_id)
  where g.conversation_id = of_conversation;
end
$$;

-- A run of `message.sent`, checkpoint and all. What was erased before it was projected has no text; that it was taken back is
-- said by the event which comes later, so that mailboxes are the same however late they are made.
--
-- `in_*`: a row for each receiver, with the place of its message, from 1. `c_*`: what the run means for one owner's
-- conversation. `g_*`: groups whose people can never change, met for the first time by this projector: `g_people` are all of
-- them, as "{id,id,…}". Those of a named group are known from its own events.
create function projection.project_messages(
  of_partition integer, of_generation integer, from_position bigint, to_position bigint,
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
  perform projection.advance(of_partition, of_generation, from_position, to_position);

  if cardinality(g_conversation) > 0 then
    with new as (
      insert into groups (conversation_id, named, members, member_count)
        select g.conversation, false, '[]', 0 from unnest(g_conversation) as g(conversation)
      on conflict do nothing returning conversation_id)
    insert into members (conversation_id, account_id, since, n, role)
      select g.conversation, p.account, g.position, p.n, 'member'
      from unnest(g_conversation, g_position, g_people) as g(conversation, position, people)
      join new on new.conversation_id = g.conversation
      cross join lateral unnest(g.people::uuid[]) with ordinality as p(account, n);
    perform projection.recount_group(g.conversation) from unnest(g_conversation) as g(conversation);
  end if;

  insert into sent_box (owner_id, position, changed, changed_n, message_id, conversation_id, sender_name,
      subject, body, attachments, reply_to, sent_at, recipients)
    select m.sender, m.position, m.position, 0, m.id, m.conversation, m.sender_name,
      m.subject, m.body, m.attachments::json, m.reply_to, m.sent_at, m.recipients
    from unnest(m_position, m_id, m_conversation, m_sender, m_sender_name, m_subject, m_body, m_attachments, m_reply_to,
        m_sent_at, m_recipients)
      as m(position, id, conversation, sender, sender_name, subject, body, attachments, reply_to, sent_at, recipients);

  insert into inbox (owner_id, position, changed, changed_n, message_id, conversation_id, sender_id,
      sender_name, subject, body, attachments, reply_to, sent_at)
    select i.owner, m_position[i.message], m_position[i.message], 0, m_id[i.message], m_conversation[i.message],
      m_sender[i.message], m_sender_name[i.message], m_subject[i.message], m_body[i.message],
      m_attachments[i.message]::json, m_reply_to[i.message], m_sent_at[i.message]
    from unnest(in_owner, in_message) as i(owner, message);

  return query
    insert into last_conversation as t (owner_id, conversation_id, changed, changed_n, members, is_group, unread,
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

-- Makes the next version, empty: tables, constraints and indexes as the live ones, under the same names.
create function projection.begin_next(of_migration bigint) returns void language plpgsql as $$
declare
  t record;
  part text;
begin
  drop schema if exists readmodel_next cascade;
  create schema readmodel_next;
  for t in select c.oid, c.relname as name, array_to_string(c.reloptions, ', ') as options from pg_class c
           where c.relnamespace = 'readmodel'::regnamespace and c.relkind = 'r' loop
    execute format('create table readmodel_next.%I (like readmodel.%I including all excluding indexes) %s', t.name, t.name,
      'with (' || t.options || ')');
    for part in select format('alter table readmodel_next.%I add constraint %I %s', t.name, c.conname,
                    pg_get_constraintdef(c.oid))
                  from pg_constraint c where c.conrelid = t.oid and c.contype in ('p', 'u')
                union all
                select replace(pg_get_indexdef(i.indexrelid), ' ON readmodel.', ' ON readmodel_next.')
                  from pg_index i where i.indrelid = t.oid
                    and not exists (select from pg_constraint c where c.conindid = i.indexrelid) loop
      execute part;
    end loop;
  end loop;
  insert into readmodel_next.checkpoints (partition, position, generation)
    select partition, 0, generation + 1 from readmodel.checkpoints;
  grant usage on schema readmodel_next to tidings_service;
  grant select, insert, update, delete, truncate on all tables in schema readmodel_next to tidings_service;
  insert into log.rebuild (schema_name, migration, keep_until)
    values ('readmodel_next', of_migration, clock_timestamp() + interval '1 hour')
    on conflict (schema_name) do update set migration = excluded.migration, at = clock_timestamp(),
      keep_until = excluded.keep_until;
end
$$;

-- Throws a version away that is not the live one.
create function projection.drop_version(name text) returns void language plpgsql as $$
begin
  delete from log.rebuild where schema_name = name;
  if name in ('readmodel_next', 'readmodel_old') then
    execute format('drop schema if exists %I cascade', name);
  end if;
end
$$;

-- Throws a version away when its time is over: the old one, and one that nobody has gone on filling. The service may, so that
-- a text which is erased meanwhile does not stay there until somebody comes by. What is being filled is kept by the lock that
-- whoever rebuilds holds.
create function projection.drop_due() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform projection.drop_version(r.schema_name) from log.rebuild r
    where r.keep_until < clock_timestamp() and (r.schema_name = 'readmodel_old' or pg_try_advisory_xact_lock(7235430));
end
$$;

-- The tables that are compared: all but the marks of how far they are, and when.
create function projection.compared() returns setof text language sql stable as $$
  select c.relname::text from pg_class c
  where c.relnamespace = 'readmodel'::regnamespace and c.relkind = 'r' and c.relname not in ('checkpoints', 'progress')
  order by c.relname
$$;

-- Both versions of a table, in 64 buckets of those to whom its rows belong: how many rows each has, and whether these are the
-- same. The sum of the rows' hashes does not depend on their order. (A whole table is read as it lies: seqscan.)
create function projection.compare(of_table text)
returns table (bucket integer, live_rows bigint, next_rows bigint, is_same boolean)
language plpgsql stable set enable_seqscan = on as $$
declare
  owner text;
begin
  select a.attname into strict owner from pg_attribute a
    where a.attrelid = format('readmodel.%I', of_table)::regclass and a.attnum = 1;
  return query execute format($q$
    select bucket, coalesce(l.n, 0), coalesce(r.n, 0), l.n is not distinct from r.n and l.sum is not distinct from r.sum
    from (select (hashtextextended(t.%1$I::text, 0) & 63)::integer as bucket, count(*) as n,
            sum(hashtextextended(t::text, 0)) as sum from readmodel.%2$I t group by 1) l
    full join (select (hashtextextended(t.%1$I::text, 0) & 63)::integer as bucket, count(*) as n,
            sum(hashtextextended(t::text, 0)) as sum from readmodel_next.%2$I t group by 1) r using (bucket)
    order by bucket
  $q$, owner, of_table);
end
$$;

-- The first rows that differ: their keys, and what of them differs. Texts are not shown.
create function projection.differences(of_table text, at_most integer)
returns table (key text, what text)
language plpgsql stable set enable_seqscan = on as $$
declare
  keys text[];
  columns text;
begin
  select array_agg(quote_ident(a.attname) order by array_position(c.conkey, a.attnum)) into strict keys
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
    where c.conrelid = format('readmodel.%I', of_table)::regclass and c.contype = 'p';
  select string_agg(format('case when l.%1$I::text is distinct from r.%1$I::text then %2$s end', a.attname,
      case when t.typcategory in ('N', 'B', 'D') or t.typname = 'uuid'
        then format('format(%L, l.%2$I, r.%2$I)', a.attname || ': %s, and is %s', a.attname)
        else quote_literal(a.attname || ' differs') end), ', ' order by a.attnum) into strict columns
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = format('readmodel.%I', of_table)::regclass and a.attnum > 0 and not a.attisdropped;
  return query execute format($q$
    select concat_ws(' ', %1$s),
      case when l is null then 'is missing' when r is null then 'is too much' else concat_ws('; ', %2$s) end
    from readmodel.%3$I l full join readmodel_next.%3$I r using (%1$s)
    where l::text is distinct from r::text order by %1$s limit %4$s
  $q$, array_to_string(keys, ', '), columns, of_table, at_most);
end
$$;

-- Keeps the live projector where it is, as long as the transaction lasts. Where that is.
create function projection.hold() returns bigint language plpgsql set lock_timeout = '2s' as $$
declare
  held bigint;
begin
  perform from readmodel.checkpoints order by partition for update;
  select min(position) into held from readmodel.checkpoints;
  return held;
end
$$;

-- Whether a snapshot shows both versions at the same position.
create function projection.positions_agree() returns boolean language plpgsql stable as $$
begin
  return not exists (select from readmodel.checkpoints l full join readmodel_next.checkpoints n using (partition)
                     where l.position is distinct from n.position);
end
$$;

-- What the planner knows of the next version, before anybody asks it.
create function projection.analyze_next() returns void language plpgsql as $$
declare
  t text;
begin
  for t in select projection.compared() loop
    execute format('analyze readmodel_next.%I', t);
  end loop;
end
$$;

-- Makes the next version the live one, and the live one the old one, in the transaction which called `hold`. Names are
-- looked up for each statement, so whoever reads goes on with the other tables, prepared or not. Of the tables only those
-- named are exchanged; the others move along as they are, which waits for those who read them, though never for long enough
-- to be taken for a deadlock (deadlock_timeout is a second).
--
-- A projector that waits for the checkpoint in the old version finds it gone from its place, and looks again.
create function projection.switch(keep interval, exchanged text[]) returns void
language plpgsql set lock_timeout = '500ms' as $$
declare
  left_at bigint;
  t text;
begin
  if not projection.positions_agree() then
    raise exception 'the two versions are not at the same position' using errcode = 'TD005';
  end if;
  select min(position) into left_at from readmodel.checkpoints;
  update readmodel.checkpoints set position = -1, generation = -1;
  -- When something was shown first is not made again from the log, so `progress` always stays.
  for t in select c.relname from pg_class c where c.relnamespace = 'readmodel'::regnamespace and c.relkind = 'r'
             and c.relname <> 'checkpoints' and c.relname <> all (exchanged) order by c.relname loop
    execute format('drop table readmodel_next.%I', t);
    execute format('alter table readmodel.%I set schema readmodel_next', t);
  end loop;
  alter schema readmodel rename to readmodel_old;
  alter schema readmodel_next rename to readmodel;
  update log.rebuild set schema_name = 'readmodel_old', at = clock_timestamp(), position = left_at,
    keep_until = clock_timestamp() + keep where schema_name = 'readmodel_next';
end
$$;

revoke all on all functions in schema projection from public;
grant execute on function projection.advance, projection.recount_group, projection.project_messages, projection.drop_due
  to tidings_service;
