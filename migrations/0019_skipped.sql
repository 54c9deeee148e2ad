-- Step 5: events that an operator has told the projector to pass over, since it cannot read them.
--
-- Not an event: a projector meets the unreadable one long before it could meet another that says so, and has to go by it again
-- in every rebuild. What stands here is about reading the log, and nothing that has happened.
create table log.skipped (
  position bigint primary key,
  reason text not null check (reason <> ''),
  skipped_at timestamptz not null default clock_timestamp()
);
grant select on log.skipped to tidings_service;
