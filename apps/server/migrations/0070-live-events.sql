-- What changed, for open web pages. A row is written by triggers in the transaction of the change, so that no writer can forget it,
-- and read by every web process in the order (xact, id): rows below the oldest transaction under way are final in that order.
-- Not logged: after a crash pages are told to read anew, and a page is no record. Kept for minutes; `live.prune` deletes.
-- Leads with xact, not with organization_id: a process reads the changes of all organizations at once.
create unlogged table live_event (
  xact xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  organization_id text not null,
  type text not null, -- alert_group.changed
  object_id text not null,
  alert_group_id text,
  integration_id text, -- whose team says who may know of it
  team_id text, -- the same, where no integration does
  user_id text, -- set: for this person only
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(), -- read by nothing but the deletion, which asks the same clock
  primary key (xact, id)
);
alter table live_event set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 20000);

create function live_alert_group_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, alert_group_id, integration_id, data)
  select organization_id, 'alert_group.created', id, id, integration_id, jsonb_build_object('number', number, 'state', state) from added;
  return null;
end $$;
create trigger alert_group_added_live after insert on alert_group referencing new table as added
  for each statement execute function live_alert_group_added();

-- Announces changes of state at once; the rest is found by polls, for an announcement makes commits wait for each other.
create function live_alert_group_changed() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, alert_group_id, integration_id, data)
  select n.organization_id, 'alert_group.changed', n.id, n.id, n.integration_id, jsonb_build_object(
      'number', n.number, 'state', n.state, 'changed', to_jsonb(c.fields),
      'actor', case n.state when 'resolved' then n.resolved_by_user_id when 'acknowledged' then n.acknowledged_by_user_id
                            when 'silenced' then n.silenced_by_user_id end)
  from added n join removed o on o.organization_id = n.organization_id and o.id = n.id,
  lateral (select array_remove(array[
      case when n.state <> o.state then 'state' end,
      case when n.alerts_count <> o.alerts_count then 'alerts_count' end,
      case when n.title is distinct from o.title then 'title' end,
      case when n.labels <> o.labels then 'labels' end,
      case when n.silenced_until is distinct from o.silenced_until then 'silenced_until' end,
      case when n.acknowledged_by_user_id is distinct from o.acknowledged_by_user_id then 'acknowledged_by' end,
      case when n.resolved_by_user_id is distinct from o.resolved_by_user_id then 'resolved_by' end,
      case when n.root_alert_group_id is distinct from o.root_alert_group_id then 'root_alert_group_id' end], null) as fields) c
  where c.fields <> '{}';
  if exists (select from added n join removed o on o.organization_id = n.organization_id and o.id = n.id where n.state <> o.state) then
    perform pg_notify('live_event', '');
  end if;
  return null;
end $$;
create trigger alert_group_changed_live after update on alert_group referencing new table as added old table as removed
  for each statement execute function live_alert_group_changed();

create function live_alert_group_removed() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, integration_id, data)
  select organization_id, 'alert_group.deleted', id, integration_id, jsonb_build_object('number', number) from removed;
  return null;
end $$;
create trigger alert_group_removed_live after delete on alert_group referencing old table as removed
  for each statement execute function live_alert_group_removed();

-- Records that come with a new group (21, 22) are told by its own event.
create function live_timeline_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, alert_group_id, data)
  select organization_id, 'alert_group.timeline', alert_group_id, alert_group_id,
         jsonb_build_object('realm', 'alert_group', 'types', jsonb_agg(type order by id))
  from added where type not in (21, 22) group by organization_id, alert_group_id;
  return null;
end $$;
create trigger timeline_record_added_live after insert on timeline_record referencing new table as added
  for each statement execute function live_timeline_added();

create function live_notification_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, alert_group_id, data)
  select organization_id, 'alert_group.timeline', alert_group_id, alert_group_id,
         jsonb_build_object('realm', 'user_notification', 'types', jsonb_agg(type order by id))
  from added group by organization_id, alert_group_id;
  return null;
end $$;
create trigger notification_record_added_live after insert on notification_record referencing new table as added
  for each statement execute function live_notification_added();

create function live_note_changed() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, alert_group_id, data)
  select organization_id, 'alert_group.timeline', alert_group_id, alert_group_id,
         jsonb_build_object('realm', 'resolution_note', 'types', jsonb_build_array(0))
  from added group by organization_id, alert_group_id;
  return null;
end $$;
create trigger resolution_note_added_live after insert on resolution_note referencing new table as added
  for each statement execute function live_note_changed();
create trigger resolution_note_changed_live after update on resolution_note referencing new table as added
  for each statement execute function live_note_changed();
