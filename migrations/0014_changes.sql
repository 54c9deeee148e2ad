-- Step 5: which rows of a box an event changed after they were written. One row for an event and an owner, however many rows
-- of the box that is, instead of an entry for each of them in an index on `changed`: that index kept the updates from being
-- HOT, so that a message which has arrived, or was read, was written anew into every index of its box.
--
-- A row that a later event changed again names that one in `changed`: where it is listed before, it is no longer part of
-- the feed.
--
-- No projector of the version before may run beside this one: what it changes would not be listed.
create table readmodel.inbox_changes (
  owner_id uuid not null,
  changed bigint not null,            -- the position of the event
  positions bigint[] not null,        -- of the messages
  primary key (owner_id, changed)
);
create table readmodel.sent_box_changes (
  owner_id uuid not null,
  changed bigint not null,
  positions bigint[] not null,
  primary key (owner_id, changed)
);

insert into readmodel.inbox_changes (owner_id, changed, positions)
  select owner_id, changed, array_agg(position) from readmodel.inbox
  where changed <> position group by owner_id, changed;
insert into readmodel.sent_box_changes (owner_id, changed, positions)
  select owner_id, changed, array_agg(position) from readmodel.sent_box
  where changed <> position group by owner_id, changed;

drop index readmodel.inbox_changed;
drop index readmodel.sent_box_changed;

-- A message to one person has one receipt, so it stands in the row itself; `receipts` has those of more than one reader.
alter table readmodel.sent_box
  add column delivered_at timestamptz,
  add column read_at timestamptz;
update readmodel.sent_box s set delivered_at = r.delivered_at, read_at = r.read_at
  from readmodel.receipts r where s.recipients = 1 and r.owner_id = s.owner_id and r.position = s.position;
delete from readmodel.receipts r using readmodel.sent_box s
  where s.recipients = 1 and r.owner_id = s.owner_id and r.position = s.position;

grant select, insert, update, delete, truncate on readmodel.inbox_changes, readmodel.sent_box_changes to tidings_service;
