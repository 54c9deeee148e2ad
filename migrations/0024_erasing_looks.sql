-- no-transaction
-- The erasers look every second whether there is anything for them among what came since. Without an index they read all of it;
-- this one holds only what they look for, so other events pay nothing but the question.
create index concurrently events_erasing on log.events (position) where event_type in ('message.unsent', 'account.erased')
