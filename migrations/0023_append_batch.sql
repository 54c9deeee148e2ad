-- `log.append` (0001) once more, for less: the answer says of a batch where it begins and when that was, and of its commands
-- only of those that lost. What became of the others follows from these two. With a row and a JSON object for every command,
-- appending cost a seventh more, and a batch's outcome was so long that it was stored compressed.
--
-- `log.append` stays for nodes of the version before, beside which this one runs during an upgrade.

-- Appends a batch of commands: all of one command or nothing of it, the commands in their order, positions without a gap.
--
-- The lock makes the order; it is held for this one call and never over a client's round trip. Inserts are tried at once
-- for the whole batch. Positions are the head and an ordinal, not a sequence, so the rollback of a failed try burns none.
-- After a violation each command is settled for itself, in this order: idempotency key seen, claim taken, expectation or
-- next sequence wrong; a losing command is dropped whole.
--
-- `ev_*` hold the events of all commands in order, `command_events` how many belong to each. A sequence of 0 means "the
-- next one": for streams whose events do not depend on each other. Commands are counted from 0, `idem_event` (the first event
-- of the command) from 1.
--
-- The events of the commands that are not among `losses` stand in the log one behind the other, from `after` + 1.
create function log.append_batch(
  batch uuid,
  command_events integer[],
  ev_aggregate_type text[], ev_aggregate_id text[], ev_sequence bigint[], ev_type text[], ev_version text[],
  ev_id uuid[], ev_payload text[], ev_metadata text[], ev_record_hash bytea[],
  key_command integer[], key_ids uuid[], key_accounts uuid[], key_messages uuid[], key_wrapped bytea[],
  claim_command integer[], claim_kind text[], claim_key text[], claim_account uuid[], claim_label text[],
  expect_command integer[], expect_type text[], expect_id text[], expect_sequence bigint[],
  idem_command integer[], idem_event integer[], idem_account uuid[], idem_key bytea[], idem_fingerprint bytea[],
  idem_status smallint[], idem_result text[],
  out after bigint, out recorded_at timestamptz, out losses json
)
language plpgsql security definer set search_path = log, pg_temp as $$
#variable_conflict use_column
declare
  commands constant integer := coalesce(cardinality(command_events), 0);
  events constant integer := coalesce(cardinality(ev_id), 0);
  head bigint;                       -- the last position given
  clock timestamptz;                 -- time never runs backwards in the log
  settling boolean := false;         -- one by one, after the optimistic try failed
  low integer := 0;                  -- the commands tried now: low to high
  high integer;
  from_event integer := 1;           -- and their events
  to_event integer;
  sequences bigint[];
  lost json[] := '{}';
  seen log.idempotency;
  loss json;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    -- Under a snapshot taken before the lock the last position could be stale.
    raise exception 'append needs READ COMMITTED' using errcode = 'TD002';
  end if;

  perform pg_advisory_xact_lock(7235421);

  select (b.outcome->>'after')::bigint, (b.outcome->>'recorded_at')::timestamptz, b.outcome->'losses'
    into after, recorded_at, losses from log.batches b where b.batch_id = batch;
  if found then
    return;
  end if;

  select e.position, e.recorded_at into head, clock from log.events e order by e.position desc limit 1;
  head := coalesce(head, 0);
  clock := greatest(clock_timestamp(), clock);
  after := head;
  recorded_at := clock;

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
    to_event := case when settling then from_event + command_events[low + 1] - 1 else events end;

    if settling then
      loss := null;
      select i.* into seen from unnest(idem_command, idem_account, idem_key) as k(command, account, key)
        join log.idempotency i on i.account_id = k.account and i.key_hash = k.key where k.command = low;
      if found then
        loss := json_build_object('command', low, 'outcome', 'replayed', 'first_position', seen.position,
          'recorded_at', seen.recorded_at, 'fingerprint', encode(seen.fingerprint, 'base64'), 'status', seen.status,
          'result', seen.result::text);
      elsif exists (select from unnest(claim_command, claim_kind, claim_key) as k(command, kind, key)
                    join log.claims t on t.kind = k.kind and t.key = k.key where k.command = low) then
        loss := json_build_object('command', low, 'outcome', 'claimed');
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
        loss := json_build_object('command', low, 'outcome', 'conflict');
      end if;
      if loss is not null then
        lost := lost || loss;
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
          select k.account, k.key, k.fingerprint, k.status, k.result::json, head + k.event - from_event + 1, clock
          from unnest(idem_command, idem_event, idem_account, idem_key, idem_fingerprint, idem_status, idem_result)
            as k(command, event, account, key, fingerprint, status, result)
          where k.command between low and high;
      end if;

      head := head + to_event - from_event + 1;
      low := high + 1;
      from_event := to_event + 1;
    exception when unique_violation then
      if settling then
        raise;                       -- each reason was looked for above, under the lock: this would be a defect
      end if;
      settling := true;
    end;
  end loop;

  losses := array_to_json(lost);
  insert into log.batches (batch_id, outcome)
    values (batch, json_build_object('after', after, 'recorded_at', recorded_at, 'losses', losses));
  perform pg_notify('tidings_log', head::text);
end
$$;

revoke all on function log.append_batch from public;
grant execute on function log.append_batch to tidings_service;
