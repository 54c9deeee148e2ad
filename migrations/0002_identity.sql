-- Who may come in: secrets are never events, so these are plain tables. They cannot be rebuilt.

create schema auth;

create table auth.credentials (
  account_id uuid primary key,
  password_hash text not null,        -- argon2id, PHC string
  changed_at timestamptz not null
);

-- A log-in on one device. A refresh token names its session and is stored as SHA-256; the one before the current is kept,
-- because its successor may have been lost on the way: presented again within 20 s it gets the same pair. Any other one
-- that was genuine once ends the session.
create table auth.sessions (
  session_id uuid primary key,
  account_id uuid not null,
  device text,
  classic boolean not null default false,   -- one long-lived token, no refresh
  created_at timestamptz not null,
  used_at timestamptz not null,
  expires_at timestamptz not null,
  refresh_hash bytea,
  previous_hash bytea,
  rotated_at timestamptz,
  ended_at timestamptz
);
create index sessions_account on auth.sessions (account_id, used_at);
-- Every node asks each second which sessions ended lately, by this database's clock.
create index sessions_ended on auth.sessions (ended_at) where ended_at is not null;

-- Ed25519 keys for access tokens, private halves wrapped by the master key. The newest signs, all listed are believed.
create table auth.signing_keys (
  kid text primary key,
  public_key bytea not null,
  wrapped bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

grant usage on schema auth to tidings_service;
grant select, insert, update, delete on all tables in schema auth to tidings_service;
