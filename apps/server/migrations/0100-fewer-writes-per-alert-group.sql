-- What a storm of new alert groups writes, once for a statement instead of once for each group.

-- A row may tell of many groups: a batch of the pipeline writes one row, not hundreds. Then object_id is empty; of a new group it has
-- integration, number and state, of one whose timeline grew the types of the records, one place for each record.
alter table live_event add column group_ids text[], add column integration_ids text[], add column numbers bigint[],
  add column states text[], add column types smallint[];

create or replace function live_alert_group_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, group_ids, integration_ids, numbers, states)
  select organization_id, 'alert_group.created', '', array_agg(id), array_agg(integration_id), array_agg(number), array_agg(state)
  from added group by organization_id;
  return null;
end $$;

create or replace function live_timeline_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, data, group_ids, types)
  select organization_id, 'alert_group.timeline', '', '{"realm": "alert_group"}', array_agg(alert_group_id), array_agg(type)
  from added where type not in (21, 22) group by organization_id;
  return null;
end $$;

create or replace function live_notification_added() returns trigger language plpgsql as $$
begin
  insert into live_event (organization_id, type, object_id, data, group_ids, types)
  select organization_id, 'alert_group.timeline', '', '{"realm": "user_notification"}', array_agg(alert_group_id), array_agg(type)
  from added group by organization_id;
  return null;
end $$;

-- A group that was just made has no title here yet.
create or replace function alert_group_title_added() returns trigger language plpgsql as $$
begin
  insert into alert_group_title select organization_id, id, title from added where title is not null;
  return null;
end $$;

-- The key of open groups finds them by their grouping key too, whatever their route; those that are not open, but not resolved either, are
-- few and have an index of their own (alert_group_waiting).
drop index alert_group_open;
create unique index alert_group_open on alert_group (organization_id, integration_id, grouping_key, coalesce(route_id, ''))
  where is_open_for_grouping;
drop index alert_group_unresolved_key;
