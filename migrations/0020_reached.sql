-- The notifier reads rows up to a position of which it was told. Where Postgres came back meanwhile with read models that were
-- not flushed, the rows behind its checkpoint are missing for a moment: whoever took what is there for everything would never
-- ask for them again. So that is said by the statement that reads, in its own snapshot.
create function projection.assert_reached(at_position bigint) returns boolean language plpgsql stable as $$
begin
  if at_position > (select coalesce(min(c.position), 0) from readmodel.checkpoints c) then
    raise exception 'the read models do not hold position % any more', at_position using errcode = 'TD006';
  end if;
  return true;
end
$$;
revoke all on function projection.assert_reached from public;
grant execute on function projection.assert_reached to tidings_service;
