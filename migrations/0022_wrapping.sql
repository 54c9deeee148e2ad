-- Which generation of the master key wraps. A process may have wrapped a key just before the master key was followed by another:
-- once `tidings keys rotate-master` has said so here, such a key is refused rather than taken behind the back of the last pass
-- over all keys. Whoever made it makes it again.
create table log.wrapping (
  is_one boolean primary key default true check (is_one),
  generation smallint not null
);
insert into log.wrapping (generation) values (1);

create function log.assert_wrapping() returns trigger
language plpgsql security definer set search_path = log, pg_temp as $$
declare
  least smallint;
  wrapped bytea;
begin
  if tg_table_name = 'webhooks' then
    wrapped := new.secret;
  else
    wrapped := new.wrapped;
  end if;
  -- Locked: whoever raises it waits for what is under way here, and finds it.
  select w.generation into least from log.wrapping w for share;
  if get_byte(wrapped, 0) < least then
    raise exception 'master key % wraps by now', least using errcode = 'TD007';
  end if;
  return new;
end
$$;

-- The keys of texts are wrapped by their account's key.
create trigger keys_wrapping before insert on log.keys
  for each row when (new.key_id = new.account_id) execute function log.assert_wrapping();
create trigger signing_keys_wrapping before insert on auth.signing_keys
  for each row execute function log.assert_wrapping();
create trigger webhooks_wrapping before insert on log.webhooks
  for each row execute function log.assert_wrapping();
