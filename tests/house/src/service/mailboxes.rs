//! What belongs where, told by the log alone: not by the code that puts it there.

/// How many messages are not once in each box that they belong to, or are in one that they do not belong to; but for those that
/// an operator has told the projector to pass over.
pub(super) const ASTRAY: &str = "
with sent as (
  select position, (payload->>'sender')::uuid as sender, (payload->>'conversation')::uuid as conversation,
    json_typeof(payload->'recipients') = 'array' as named,
    case json_typeof(payload->'recipients') when 'array' then payload->'recipients' else '[]' end as people
  from log.events where event_type = 'message.sent' and position not in (select position from log.skipped)),
moves as (
  select position, aggregate_id::uuid as conversation, (m->>'account')::uuid as account, true as is_in
  from log.events cross join lateral json_array_elements(payload->'members') as m
  where event_type = 'conversation.started'
  union all
  select position, aggregate_id::uuid, (payload->>'member')::uuid, event_type = 'conversation.member_added'
  from log.events where event_type in ('conversation.member_added', 'conversation.member_removed')),
blocks as (
  select position, split_part(aggregate_id, ':', 1)::uuid as owner, (payload->>'account')::uuid as account,
    event_type = 'box.blocked' as is_on
  from log.events where event_type in ('box.blocked', 'box.unblocked')),
erased as (select aggregate_id::uuid as account from log.events where event_type = 'account.erased'),
expected as (
  select s.position, p.id::uuid as owner from sent s cross join lateral json_array_elements_text(s.people) as p(id)
  where s.named and not (json_array_length(s.people) = 1 and coalesce((
    select b.is_on from blocks b where b.owner = p.id::uuid and b.account = s.sender and b.position < s.position
    order by b.position desc limit 1), false))
  union all
  select s.position, m.account from sent s cross join lateral (
    select distinct on (account) account, is_in from moves
    where moves.conversation = s.conversation and moves.position < s.position order by account, position desc) m
  where not s.named and m.is_in and m.account <> s.sender)
select
  (select count(*) from (select * from expected where owner not in (select account from erased)) e
   full join readmodel.inbox i on i.owner_id = e.owner and i.position = e.position
   where i.position is null or e.position is null)
  + (select count(*) from (select * from sent where sender not in (select account from erased)) s
     full join readmodel.sent_box b on b.owner_id = s.sender and b.position = s.position
     where b.position is null or s.position is null)";

/// How many events have no copy in the stream: texts that were taken back, and what an erased account wrote. Whether a hole
/// belongs to a title is told by its key.
pub(super) const ERASED: &str = "
with gone as (select aggregate_id as account from log.events where event_type = 'account.erased')
select count(*) from log.events e
where (aggregate_type = 'message' and event_type <> 'message.unsent' and (
    payload->>'sender' in (select account from gone)
    or aggregate_id in (select aggregate_id from log.events where event_type = 'message.unsent')))
  or (event_type in ('account.registered', 'account.profile_changed') and aggregate_id in (select account from gone))
  or (event_type in ('conversation.started', 'conversation.renamed')
    and not exists (select from log.keys where key_id::text = e.payload->'title'->>'key'))";
