-- A disabled account keeps its password for the day when it is enabled again; until then nobody logs in with it. What the log
-- says is looked at as well: this column settles the race between a log-in that has passed that look and the disabling.
-- Before it there was no enabling, and the password of a disabled account was thrown away: such an account gets a new one.

alter table auth.credentials add column locked_at timestamptz;
