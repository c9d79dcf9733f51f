-- Titles for the search in lists: apart from alert_group, whose rows are updated far more often than their titles change. The index
-- needs pg_trgm, which PostgreSQL brings along and owners of a database may install; without it a search reads the titles of an
-- organization one after the other.
create table alert_group_title (
  organization_id text not null,
  alert_group_id text not null,
  title text not null,
  primary key (organization_id, alert_group_id)
);
-- The index takes new titles in bulk, in the background: a storm of new groups must not wait for it.
alter table alert_group_title set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000);
insert into alert_group_title select organization_id, id, title from alert_group where title is not null;
do $$
begin
  create extension if not exists pg_trgm;
  execute 'create index alert_group_title_search on alert_group_title using gin (title gin_trgm_ops) with (fastupdate = on, gin_pending_list_limit = 16384)';
exception when others then
  raise notice 'alert groups are searched without an index: %', sqlerrm;
end $$;

create function alert_group_title_added() returns trigger language plpgsql as $$
begin
  insert into alert_group_title select organization_id, id, title from added where title is not null
  on conflict (organization_id, alert_group_id) do nothing;
  return null;
end $$;
create trigger alert_group_title_added after insert on alert_group referencing new table as added
  for each statement execute function alert_group_title_added();

create function alert_group_title_changed() returns trigger language plpgsql as $$
begin
  if new.title is null then
    delete from alert_group_title where organization_id = new.organization_id and alert_group_id = new.id;
  else
    insert into alert_group_title values (new.organization_id, new.id, new.title)
    on conflict (organization_id, alert_group_id) do update set title = excluded.title;
  end if;
  return null;
end $$;
create trigger alert_group_title_changed after update of title on alert_group
  for each row when (old.title is distinct from new.title) execute function alert_group_title_changed();

create function alert_group_title_removed() returns trigger language plpgsql as $$
begin
  delete from alert_group_title t using removed r where t.organization_id = r.organization_id and t.alert_group_id = r.id;
  return null;
end $$;
create trigger alert_group_title_removed after delete on alert_group referencing old table as removed
  for each statement execute function alert_group_title_removed();

-- Lists by who did what. Groups that nobody touched are in none of these.
create index alert_group_acknowledged_by on alert_group (organization_id, acknowledged_by_user_id, started_at desc, id desc)
  where acknowledged_by_user_id is not null;
create index alert_group_resolved_by on alert_group (organization_id, resolved_by_user_id, started_at desc, id desc)
  where resolved_by_user_id is not null;
create index alert_group_silenced_by on alert_group (organization_id, silenced_by_user_id, started_at desc, id desc)
  where silenced_by_user_id is not null;
create index personal_run_of_user on personal_run (organization_id, user_id, alert_group_id);
create index timeline_record_of_user on timeline_record (organization_id, actor_id, alert_group_id) where actor_type = 'user';
create index resolution_note_of_author on resolution_note (organization_id, author_id, alert_group_id) where deleted_at is null;
