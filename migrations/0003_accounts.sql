-- Step 5: the read models begin. All of them can be dropped and filled again from the log.

create schema readmodel;

-- How far each partition has come: the only cursor there is. It moves by compare-and-set in the transaction which writes
-- the rows, so a projector that was thought dead cannot write a second time.
create table readmodel.checkpoints (
  partition integer primary key,
  position bigint not null
) with (fillfactor = 50);
insert into readmodel.checkpoints (partition, position) values (0, 0);

create function readmodel.advance(of_partition integer, from_position bigint, to_position bigint)
returns void language plpgsql as $$
begin
  update readmodel.checkpoints set position = to_position where partition = of_partition and position = from_position;
  if not found then
    raise exception 'partition % is no longer at position %', of_partition, from_position using errcode = 'TD003';
  end if;
end
$$;

-- Everybody, for names. `number` is the ordinal among the registered, as in log.claims.
create table readmodel.accounts (
  account_id uuid primary key,
  number bigint not null unique,
  username text not null,
  email text not null,
  first_name text not null,
  last_name text not null,
  roles text[] not null default '{}',
  registered_at timestamptz not null,
  disabled_at timestamptz,
  changed bigint not null
);
-- The list of people in its order. Words of names are looked for along it.
create unique index accounts_username on readmodel.accounts (lower(username) text_pattern_ops);
