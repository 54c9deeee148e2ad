-- Read models that were not flushed fall back with a Postgres that was killed, and are made again from the log: the same rows,
-- under the same positions. Who reads them in between must not take what is there for what was there, so two statements say in
-- their own snapshot whether it is.
--
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

-- A projector looks up who is in a group, and writes a message to them at its checkpoint, which is compared. Between the two the
-- tables may have been set back and made again by another projector: then the checkpoint is what it was, and the look was not.
create function projection.assert_at(of_partition integer, of_generation integer, at_position bigint)
returns boolean language plpgsql stable as $$
begin
  if not exists (select from checkpoints c where c.partition = of_partition and c.generation = of_generation
                   and c.position = at_position) then
    raise exception 'partition % is no longer at position %, or was made anew', of_partition, at_position
      using errcode = 'TD003';
  end if;
  return true;
end
$$;
revoke all on function projection.assert_reached, projection.assert_at from public;
grant execute on function projection.assert_reached, projection.assert_at to tidings_service;
