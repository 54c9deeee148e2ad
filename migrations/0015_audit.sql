-- The log convinces somebody who does not trust us: the tree over its leaf hashes, and its signed heads.
--
-- Everything here follows from `log.events`, except the signatures. The key that makes them is a file and is never here.

-- The roots of the perfect subtrees of 256, 65,536, … leaves: what tiles above the leaves are made of. The leaves themselves
-- stand in `log.events`, where a tile of them is one range of the primary key; one of the next level would be 65,536 rows.
-- A row for 256 events: 100 million events have 392 thousand.
create table log.subtrees (
  level smallint not null check (level between 1 and 7),
  number bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (level, number)
);

-- The heads that were signed: the root over the first `size` events, and the signed note that says so. At most one a second,
-- and none without a new event.
create table log.heads (
  size bigint primary key check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  note text not null,
  signed_at timestamptz not null
);

-- The public parts of the keys that signed, as C2SP writes them, and the first head of each.
create table log.audit_keys (
  key text primary key,
  since bigint not null
);

-- Nobody takes back what was signed.
create trigger subtrees_are_kept before update or delete on log.subtrees
  for each row execute function log.refuse_change();
create trigger subtrees_are_not_truncated before truncate on log.subtrees
  for each statement execute function log.refuse_change();
create trigger heads_are_kept before update or delete on log.heads
  for each row execute function log.refuse_change();
create trigger heads_are_not_truncated before truncate on log.heads
  for each statement execute function log.refuse_change();

-- Takes a new head with the subtrees that it completes. Of two sealers that come from the same head one is told `false`, and
-- looks again: whoever is first is right, since both say the same of the same events.
create function log.seal(
  from_size bigint, to_size bigint, root bytea, note text, signed_by text,
  st_level smallint[], st_number bigint[], st_hash bytea[]
)
returns boolean language plpgsql security definer set search_path = log, pg_temp as $$
begin
  perform pg_advisory_xact_lock(7235422);
  if from_size <> (select coalesce(max(h.size), 0) from log.heads h) then
    return false;
  end if;
  if to_size <= from_size or to_size > (select coalesce(max(e.position), 0) from log.events e) then
    raise exception 'a head of % does not fit behind %', to_size, from_size using errcode = 'TD004';
  end if;
  insert into log.subtrees (level, number, hash)
    select s.level, s.number, s.hash from unnest(st_level, st_number, st_hash) as s(level, number, hash);
  insert into log.heads (size, root, note, signed_at) values (to_size, root, note, clock_timestamp());
  insert into log.audit_keys (key, since) values (signed_by, to_size) on conflict do nothing;
  return true;
end
$$;

revoke all on function log.seal from public;
grant execute on function log.seal to tidings_service;
grant select on log.subtrees, log.heads, log.audit_keys to tidings_service;
