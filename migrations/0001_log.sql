-- Step 3: the log, and the small plain tables which are written together with it.
--
-- Everything in the schema `readmodel` can be thrown away and is made again from here. What stands here cannot.

create schema log;

-- The service's roles take this role for each of their connections. It may append and read, and that is all: what is in
-- the log stays as it is. (Roles belong to the whole cluster, so another database may have made it already.)
do $$
begin
  create role tidings_service nologin;
exception when duplicate_object or unique_violation then
  null;
end
$$;

-- Whoever owns the database has to be able to take it.
do $$
begin
  if not pg_has_role(current_user, 'tidings_service', 'member') then
    execute format('grant tidings_service to %I', current_user);
  end if;
end
$$;

-- Which log this is. `epoch` grows when a restore lost a tail that somebody may have seen: every token and every subject
-- carries it, so that nobody mistakes a new event for an old one under the same number.
create table log.identity (
  only_row boolean primary key default true check (only_row),
  log_id uuid not null default gen_random_uuid(),
  epoch integer not null default 1 check (epoch between 1 and 65535)
);
insert into log.identity default values;

-- `json`, never `jsonb`: the stored bytes are the hashed bytes.
create table log.events (
  position bigint primary key,
  aggregate_type text collate "C" not null,
  aggregate_id text collate "C" not null,
  sequence bigint not null check (sequence > 0),
  event_type text collate "C" not null,
  event_version text collate "C" not null,
  payload json not null,
  metadata json not null,
  event_id uuid not null,
  recorded_at timestamptz not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  constraint events_stream_key unique (aggregate_type, aggregate_id, sequence)
);

-- What became of a batch, so that a COMMIT whose answer was lost is settled by calling again. Pruned after a day, by the
-- time inside of the UUIDv7.
create table log.batches (
  batch_id uuid primary key,
  outcome json not null
);

-- Names that may be given once, and who has them. `label` is the name as its owner spells it. `number` is the small
-- integer by which the classic API calls an account: its ordinal among the `account.registered` events, so it needs no
-- place in the log.
create table log.claims (
  kind text collate "C" not null,
  key text collate "C" not null,
  account_id uuid not null,
  label text,
  number bigint,
  primary key (kind, key),
  unique (kind, number)
);
-- "What is this account called?", asked at every log-in.
create index claims_account on log.claims (account_id);

-- One key per sealed text, wrapped by its account's key: the row whose key_id is the account's id, wrapped in its turn by
-- the master key, which is never here. Destroying a row erases what it sealed.
create table log.keys (
  key_id uuid primary key,
  account_id uuid not null,
  message_id uuid,
  wrapped bytea not null
);
-- Unsending a message destroys the keys of all its versions.
create index keys_message on log.keys (message_id) where message_id is not null;

-- The first answer to an idempotency key: its status and the ids in it, and an HMAC of the request. Never a body.
create table log.idempotency (
  account_id uuid not null,
  key_hash bytea not null,
  fingerprint bytea not null,
  status smallint not null,
  result json not null,
  position bigint not null,
  recorded_at timestamptz not null,
  primary key (account_id, key_hash)
);
-- Rows come in the order of time and are pruned after seven days.
create index idempotency_recorded_at on log.idempotency using brin (recorded_at);

-- How far the eraser has come: behind each `message.unsent` up to here the keys are destroyed, and the stream's copies
-- deleted.
create table log.erasures (
  what text primary key check (what in ('keys', 'stream')),
  position bigint not null
);
insert into log.erasures (what, position) values ('keys', 0), ('stream', 0);

-- Nobody changes the log, not even its owner by a slip.
create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log cannot be changed' using errcode = 'TD001';
end
$$;
create trigger events_are_kept before update or delete on log.events
  for each row execute function log.refuse_change();
create trigger events_are_not_truncated before truncate on log.events
  for each statement execute function log.refuse_change();

-- The RFC 6962 leaf: SHA-256(0x00 || entry), the entry being version 1, position, sequence, time in microseconds and the
-- record's hash (docs/log-format.md).
create function log.leaf_hash(at_position bigint, at_sequence bigint, recorded_at timestamptz, record_hash bytea)
returns bytea language sql stable strict parallel safe as $$
  select sha256(
    '\x0001'::bytea || int8send($1) || int8send($2) || int8send((extract(epoch from $3) * 1000000)::bigint) || $4)
$$;

-- Appends a batch of commands: all of one command or nothing of it, the commands in their order, positions without a gap.
--
-- The lock makes the order; it is held for this one call and never over a client's round trip. Inserts are tried at once
-- for the whole batch. Positions are the head and an ordinal, not a sequence, so the rollback of a failed try burns none.
-- After a violation each command is settled for itself, in this order: idempotency key seen, claim taken, expectation or
-- next sequence wrong; a losing command is dropped whole.
--
-- `ev_*` hold the events of all commands in order, `command_events` how many belong to each. A sequence of 0 means "the
-- next one": for streams whose events do not depend on each other. Commands are counted from 0.
create function log.append(
  batch uuid,
  command_events integer[],
  ev_aggregate_type text[], ev_aggregate_id text[], ev_sequence bigint[], ev_type text[], ev_version text[],
  ev_id uuid[], ev_payload text[], ev_metadata text[], ev_record_hash bytea[],
  key_command integer[], key_ids uuid[], key_accounts uuid[], key_messages uuid[], key_wrapped bytea[],
  claim_command integer[], claim_kind text[], claim_key text[], claim_account uuid[], claim_label text[],
  expect_command integer[], expect_type text[], expect_id text[], expect_sequence bigint[],
  idem_command integer[], idem_account uuid[], idem_key bytea[], idem_fingerprint bytea[], idem_status smallint[],
  idem_result text[]
)
returns table (
  command integer, outcome text, first_position bigint, recorded_at timestamptz,
  fingerprint bytea, status smallint, result text
)
language plpgsql security definer set search_path = log, pg_temp as $$
#variable_conflict use_column
declare
  commands constant integer := coalesce(cardinality(command_events), 0);
  head bigint;                       -- the last position given
  clock timestamptz;                 -- time never runs backwards in the log
  settling boolean := false;         -- one by one, after the optimistic try failed
  low integer := 0;                  -- the commands tried now: low to high
  high integer;
  from_event integer := 1;           -- and their events
  to_event integer;
  sequences bigint[];
  verdicts json[] := '{}';
  seen log.idempotency;
  verdict json;
  c integer;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    -- Under a snapshot taken before the lock the last position could be stale.
    raise exception 'append needs READ COMMITTED' using errcode = 'TD002';
  end if;

  perform pg_advisory_xact_lock(7235421);

  select b.outcome into verdict from log.batches b where b.batch_id = batch;
  if found then
    return query select v.command, v.outcome, v.first_position, v.recorded_at,
        decode(v.fingerprint, 'hex'), v.status, v.result
      from json_to_recordset(verdict) as v(command integer, outcome text, first_position bigint,
        recorded_at timestamptz, fingerprint text, status smallint, result text);
    return;
  end if;

  select e.position, e.recorded_at into head, clock from log.events e order by e.position desc limit 1;
  head := coalesce(head, 0);
  clock := greatest(clock_timestamp(), clock);

  if cardinality(expect_command) > 0 then
    -- An insert sees no stale expectation, so they are looked at first; against each other, one by one.
    settling := exists (
      select from unnest(expect_type, expect_id, expect_sequence) as x(type, id, sequence)
      where x.sequence <> (select coalesce(max(e.sequence), 0) from log.events e
                           where e.aggregate_type = x.type and e.aggregate_id = x.id)
         or exists (select from unnest(ev_aggregate_type, ev_aggregate_id) as e(type, id)
                    where e.type = x.type and e.id = x.id));
  end if;

  while low < commands loop
    high := case when settling then low else commands - 1 end;
    to_event := from_event - 1;
    for c in low..high loop
      to_event := to_event + command_events[c + 1];
    end loop;

    if settling then
      verdict := null;
      select i.* into seen from unnest(idem_command, idem_account, idem_key) as k(command, account, key)
        join log.idempotency i on i.account_id = k.account and i.key_hash = k.key where k.command = low;
      if found then
        verdict := json_build_object('command', low, 'outcome', 'replayed', 'first_position', seen.position,
          'recorded_at', seen.recorded_at, 'fingerprint', encode(seen.fingerprint, 'hex'), 'status', seen.status,
          'result', seen.result::text);
      elsif exists (select from unnest(claim_command, claim_kind, claim_key) as k(command, kind, key)
                    join log.claims t on t.kind = k.kind and t.key = k.key where k.command = low) then
        verdict := json_build_object('command', low, 'outcome', 'claimed');
      elsif exists (
          select from unnest(expect_command, expect_type, expect_id, expect_sequence) as x(command, type, id, sequence)
          where x.command = low
            and x.sequence <> (select coalesce(max(e.sequence), 0) from log.events e
                               where e.aggregate_type = x.type and e.aggregate_id = x.id))
        or exists (
          select from (
            select n.type, n.id, n.sequence, row_number() over (partition by n.type, n.id order by n.ordinal) as nth
            from unnest(ev_aggregate_type, ev_aggregate_id, ev_sequence) with ordinality as n(type, id, sequence, ordinal)
            where n.ordinal between from_event and to_event) n
          where n.sequence <> 0
            and n.sequence <> n.nth + (select coalesce(max(e.sequence), 0) from log.events e
                                       where e.aggregate_type = n.type and e.aggregate_id = n.id)) then
        verdict := json_build_object('command', low, 'outcome', 'conflict');
      end if;
      if verdict is not null then
        verdicts := verdicts || verdict;
        low := low + 1;
        from_event := to_event + 1;
        continue;
      end if;
    end if;

    begin
      sequences := ev_sequence;
      if 0 = any(ev_sequence[from_event:to_event]) then
        select array_agg(
            case when n.sequence <> 0 then n.sequence else n.nth + (
              select coalesce(max(e.sequence), 0) from log.events e
              where e.aggregate_type = n.type and e.aggregate_id = n.id) end
            order by n.ordinal) into sequences
          from (select u.*, row_number() over (
                  partition by u.type, u.id, u.ordinal between from_event and to_event order by u.ordinal) as nth
                from unnest(ev_aggregate_type, ev_aggregate_id, ev_sequence)
                  with ordinality as u(type, id, sequence, ordinal)) n;
      end if;

      insert into log.events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
          payload, metadata, event_id, recorded_at, leaf_hash)
        select head + e.ordinal - from_event + 1, e.aggregate_type, e.aggregate_id, e.sequence, e.type, e.version,
          e.payload::json, e.metadata::json, e.id, clock,
          log.leaf_hash(head + e.ordinal - from_event + 1, e.sequence, clock, e.record_hash)
        from unnest(ev_aggregate_type, ev_aggregate_id, sequences, ev_type, ev_version, ev_id, ev_payload, ev_metadata,
            ev_record_hash) with ordinality
          as e(aggregate_type, aggregate_id, sequence, type, version, id, payload, metadata, record_hash, ordinal)
        where e.ordinal between from_event and to_event;

      if cardinality(key_command) > 0 then
        insert into log.keys (key_id, account_id, message_id, wrapped)
          select k.id, k.account, k.message, k.wrapped
          from unnest(key_command, key_ids, key_accounts, key_messages, key_wrapped)
            as k(command, id, account, message, wrapped)
          where k.command between low and high;
      end if;

      if cardinality(claim_command) > 0 then
        insert into log.claims (kind, key, account_id, label, number)
          select k.kind, k.key, k.account, k.label,
            (select coalesce(max(t.number), 0) from log.claims t where t.kind = k.kind)
              + row_number() over (partition by k.kind order by k.ordinal)
          from unnest(claim_command, claim_kind, claim_key, claim_account, claim_label) with ordinality
            as k(command, kind, key, account, label, ordinal)
          where k.command between low and high;
      end if;

      if cardinality(idem_command) > 0 then
        insert into log.idempotency (account_id, key_hash, fingerprint, status, result, position, recorded_at)
          select k.account, k.key, k.fingerprint, k.status, k.result::json,
            head + coalesce((select sum(n) from unnest(command_events[low + 1:k.command]) as n), 0) + 1, clock
          from unnest(idem_command, idem_account, idem_key, idem_fingerprint, idem_status, idem_result)
            as k(command, account, key, fingerprint, status, result)
          where k.command between low and high;
      end if;

      for c in low..high loop
        verdicts := verdicts || json_build_object('command', c, 'outcome', 'appended', 'first_position', head + 1,
          'recorded_at', clock);
        head := head + command_events[c + 1];
      end loop;
      low := high + 1;
      from_event := to_event + 1;
    exception when unique_violation then
      if settling then
        raise;                       -- each reason was looked for above, under the lock: this would be a defect
      end if;
      settling := true;
    end;
  end loop;

  insert into log.batches (batch_id, outcome) values (batch, array_to_json(verdicts));
  perform pg_notify('tidings_log', head::text);

  return query select v.command, v.outcome, v.first_position, v.recorded_at,
      decode(v.fingerprint, 'hex'), v.status, v.result
    from json_to_recordset(array_to_json(verdicts)) as v(command integer, outcome text, first_position bigint,
      recorded_at timestamptz, fingerprint text, status smallint, result text);
end
$$;

revoke all on function log.append from public;
grant usage on schema log to tidings_service;
grant select on all tables in schema log to tidings_service;
grant execute on function log.append to tidings_service;
-- Erasing destroys keys and lets go of names; answers and batches grow old.
grant delete on log.keys, log.idempotency, log.batches to tidings_service;
grant update on log.erasures to tidings_service;
