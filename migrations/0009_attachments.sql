-- Files that come with messages. The bytes are objects in a store beside the database; here stands what they are.
--
-- A row is written once both objects are there, so that a row is a whole file. Which message a file belongs to is a claim
-- (kind `attachment`, key the file's id, label the message's), which `log.append` writes together with `message.sent`:
-- a file is bound once or not at all, and by the same COMMIT as its message.
create table log.attachments (
  id uuid primary key,
  owner_id uuid not null,                 -- who uploaded it; nobody else sees it before it is sent
  -- For display only, never a path: the objects are named by the id.
  name text not null check (octet_length(name) between 1 and 255),
  media_type text collate "C" not null,   -- as its bytes say; what the client called it is not kept
  size bigint not null check (size > 0),  -- of what is kept, which is not what came where an image was cleaned
  sha256 bytea not null check (octet_length(sha256) = 32),   -- the ETag; and whether the store still has what it was given
  width integer,                          -- of an image, upright
  height integer,
  preview_type text collate "C",          -- a smaller picture of an image is an object of its own
  preview_size bigint,
  uploaded_at timestamptz not null,
  constraint attachments_picture check ((width is null) = (height is null)),
  constraint attachments_preview check ((preview_type is null) = (preview_size is null))
);
-- "How much has this account uploaded and not sent?", asked at every upload. Only the last day is looked at.
create index attachments_owner on log.attachments (owner_id, uploaded_at);
-- The collector goes through them in the order of time.
create index attachments_uploaded_at on log.attachments using brin (uploaded_at);

-- "Which files came with this message?", asked when it is erased. Partial: the other claims do not pay for it. No claim is
-- of this kind yet, so the index is built at once.
create index claims_attachment_message on log.claims (label) where kind = 'attachment';

-- Keeps an uploaded file, unless its owner has too much that was not sent: `false`. One account's uploads wait for each
-- other, since two at once would each see the room that only one can have.
create function log.keep_attachment(
  file uuid, owner uuid, file_name text, type text, bytes bigint, hash bytea, pixels_wide integer, pixels_high integer,
  preview text, preview_bytes bigint, at timestamptz, since timestamptz, most bigint
)
returns boolean language plpgsql set search_path = log, pg_temp as $$
begin
  perform pg_advisory_xact_lock(7235422, hashtext(owner::text));
  if bytes + log.unsent_bytes(owner, since) > most then
    return false;
  end if;
  insert into log.attachments (id, owner_id, name, media_type, size, sha256, width, height, preview_type, preview_size,
      uploaded_at)
    values (file, owner, file_name, type, bytes, hash, pixels_wide, pixels_high, preview, preview_bytes, at);
  return true;
end
$$;

-- How much an account uploaded since a time and has not sent. What is older is the collector's.
create function log.unsent_bytes(owner uuid, since timestamptz) returns bigint language sql stable as $$
  select coalesce(sum(a.size), 0)::bigint from log.attachments a
  where a.owner_id = owner and a.uploaded_at > since
    and not exists (select from log.claims c where c.kind = 'attachment' and c.key = a.id::text)
$$;

grant select, insert, delete on log.attachments to tidings_service;

-- The files of what was taken back are erased by a task of the api, which has a place of its own: the store may be away
-- while the keys are not. Nothing had files before, so it begins at the head.
alter table log.erasures drop constraint erasures_what_check;
alter table log.erasures add constraint erasures_what_check check (what in ('keys', 'stream', 'attachments'));
insert into log.erasures (what, position) select 'attachments', coalesce(max(position), 0) from log.events;
