-- When a message was projected and pushed, for whoever asks why it was late. Diagnostic: kept for seven days, and missed by
-- nothing when it is lost. (When it was stored is its event's time, when it was published its copy's in the stream.)

-- Each advance of the read models, written with it: one small row for a whole run of events.
create table readmodel.progress (
  partition integer not null,
  position bigint not null,
  at timestamptz not null,
  primary key (partition, position)
);
create or replace function readmodel.advance(of_partition integer, from_position bigint, to_position bigint)
returns void language plpgsql as $$
begin
  update readmodel.checkpoints set position = to_position where partition = of_partition and position = from_position;
  if not found then
    raise exception 'partition % is no longer at position %', of_partition, from_position using errcode = 'TD003';
  end if;
  -- When the tables are filled again, what was shown first stays what is told.
  insert into readmodel.progress (partition, position, at) values (of_partition, to_position, clock_timestamp())
    on conflict do nothing;
end
$$;

-- What was written to an open stream of its owner, and when: a row for all that is noted of an owner at once.
create table log.pushed (
  owner_id uuid not null,
  last bigint not null,               -- the highest of the positions
  first bigint not null,
  positions bigint[] not null,
  at timestamptz[] not null,
  primary key (owner_id, last, first)
);
create index pushed_at on log.pushed using brin ((at[1]));

grant select, insert, delete on log.pushed to tidings_service;
grant select, insert, update, delete, truncate on readmodel.progress to tidings_service;
