-- Whom to tell of what happens: addresses that administrators have named. What is configured is no event; how far each of
-- them has come stands beside it, since nobody else remembers that.
create table log.webhooks (
  id uuid primary key,
  url text not null,
  types text[],                       -- which events; null: all
  description text,
  secret bytea not null,              -- signs deliveries; wrapped by the master key
  created_by uuid not null,
  created_at timestamptz not null,
  -- Everything up to here was delivered, or is not wanted. Moved by compare-and-set, so that two couriers at once may repeat
  -- an event and never skip one.
  position bigint not null check (position >= 0),
  -- How often an administrator has set the position: what is under way meanwhile no longer moves it.
  replays integer not null default 0,
  paused boolean not null default false,
  delivered_at timestamptz,
  -- The event behind `position` could not be delivered so often, since then, and is tried again then.
  failures integer not null default 0,
  failing_since timestamptz,
  last_error text,
  retry_at timestamptz,
  -- The request that made it and the last one that set its position, for whoever repeats them under their Idempotency-Key.
  key_hash bytea,
  fingerprint bytea,
  replay_key_hash bytea,
  replay_fingerprint bytea,
  constraint webhooks_key unique (created_by, key_hash)
);
grant select, insert, update, delete on log.webhooks to tidings_service;

-- A bell for the courier. Not at every delivery: those are its own doing.
create function log.ring_for_webhooks() returns trigger language plpgsql as $$
begin
  perform pg_notify('tidings_webhooks', '');
  return null;
end
$$;
create trigger webhooks_ring after insert or delete or update of replays on log.webhooks
  for each statement execute function log.ring_for_webhooks();
