-- Tells open pages of schedules that are edited, and of who goes on call.
create function live_schedule_changed() returns trigger language plpgsql as $$
declare
  changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  org text := changed ->> 'organization_id';
  schedule text := case when tg_table_name = 'schedule' then changed ->> 'id' else changed ->> 'schedule_id' end;
  team text := changed ->> 'team_id';
begin
  if tg_table_name <> 'schedule' then
    -- Shifts of no schedule, and those that go with theirs, are nobody's news.
    select s.team_id into team from schedule s where s.organization_id = org and s.id = schedule;
    if not found then return null; end if;
  end if;
  insert into live_event (organization_id, type, object_id, team_id) values (org, 'schedule.changed', schedule, team);
  perform pg_notify('live_event', '');
  return null;
end $$;
create trigger schedule_live after insert or delete on schedule for each row execute function live_schedule_changed();
create trigger schedule_changed_live after update on schedule for each row when (old.* is distinct from new.*)
  execute function live_schedule_changed();
create trigger on_call_shift_live after insert or update or delete on on_call_shift for each row execute function live_schedule_changed();
create trigger shift_swap_live after insert or update or delete on shift_swap for each row execute function live_schedule_changed();
create trigger schedule_feed_live after update on schedule_feed for each row when (old.content is distinct from new.content)
  execute function live_schedule_changed();

create function live_on_call_changed() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, team_id, data)
  select n.organization_id, 'oncall.changed', n.schedule_id, s.team_id, jsonb_build_object('users', to_jsonb(n.user_ids))
  from added n join schedule s on s.organization_id = n.organization_id and s.id = n.schedule_id;
  perform pg_notify('live_event', '');
  return null;
end $$;
create trigger schedule_event_live after insert on schedule_event referencing new table as added
  for each statement execute function live_on_call_changed();
