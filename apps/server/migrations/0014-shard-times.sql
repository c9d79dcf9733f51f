-- The latest instant at which alerts of a shard were put into their groups. Processes' clocks differ by milliseconds: without it the
-- alerts of one batch could seem older than those of the batch before, which another process handled.
create table inbound_shard_time (
  shard smallint primary key,
  last_at timestamptz not null
) with (fillfactor = 10);
