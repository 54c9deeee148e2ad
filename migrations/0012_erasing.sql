-- Erasing an account. What it wrote stays in the log, sealed by keys that are gone.

-- Copies in the stream that still have to be deleted: found by the keys, so written down when those are destroyed.
create table log.copies_to_erase (
  position bigint primary key
);

-- Behind each `account.erased` up to here the account is forgotten.
alter table log.erasures drop constraint erasures_what_check;
alter table log.erasures add constraint erasures_what_check
  check (what in ('keys', 'stream', 'accounts', 'attachments'));
insert into log.erasures (what, position) values ('accounts', 0);

-- Forgets an account that was erased: all of it, or nothing. Twice is once.
--
-- Its number stays its own, since the classic API counts by it. Its name stays taken by `name_hash` alone, the same that
-- every registration claims beside the name; `null` the second time, when nobody knows the name any more.
create function log.forget_account(account uuid, name_hash text) returns void
language plpgsql security definer set search_path = log, auth, pg_temp as $$
#variable_conflict use_variable
begin
  if not exists (select from log.events e
                 where e.aggregate_type = 'account' and e.aggregate_id = account::text
                   and e.event_type = 'account.erased') then
    raise exception 'account % was not erased', account using errcode = 'TD004';
  end if;

  insert into log.copies_to_erase (position)
    select e.position from log.keys k
    join log.events e on e.aggregate_type = 'message' and e.aggregate_id = k.message_id::text
    where k.account_id = account and k.message_id is not null and e.event_type <> 'message.unsent'
    union
    select e.position from log.events e
    where e.aggregate_type = 'account' and e.aggregate_id = account::text
      and e.event_type in ('account.registered', 'account.profile_changed')
    union
    -- Titles that it gave. Groups are few beside messages.
    select e.position from log.keys k
    join log.events e on e.aggregate_type = 'conversation'
      and e.event_type in ('conversation.started', 'conversation.renamed')
      and e.payload->'title'->>'key' = k.key_id::text
    where k.account_id = account and k.message_id is null
  on conflict do nothing;

  if name_hash is not null then
    insert into log.claims (kind, key, account_id) values ('username_for_ever', name_hash, account) on conflict do nothing;
  end if;
  update log.claims c set key = 'erased:' || account, label = null where c.kind = 'username' and c.account_id = account;
  delete from log.keys k where k.account_id = account;
  delete from log.idempotency i where i.account_id = account;
  delete from log.drafts d where d.owner_id = account;
  delete from auth.credentials c where c.account_id = account;
  -- The rows stay until they are pruned: by them the other nodes learn that the sessions have ended.
  update auth.sessions s set device = null, ended_at = coalesce(s.ended_at, clock_timestamp()) where s.account_id = account;
end
$$;
revoke all on function log.forget_account from public;
grant execute on function log.forget_account to tidings_service;
grant select, delete on log.copies_to_erase to tidings_service;
