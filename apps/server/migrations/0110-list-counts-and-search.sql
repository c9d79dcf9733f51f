-- Lists of integrations and webhooks leave out some rows always; with that in the index, counting reads nothing else.
create index integration_listed on integration (organization_id, created_at, id) where deleted_at is null and type <> 'maintenance';
drop index integration_list;
create index integration_team_listed on integration (organization_id, team_id, created_at, id)
  where team_id is not null and deleted_at is null and type <> 'maintenance';
drop index integration_team;
create index integration_unlisted on integration (organization_id, id) where deleted_at is not null or type = 'maintenance';
create index webhook_listed on webhook (organization_id, created_at, id) where deleted_at is null and source_integration_id is null;
create index webhook_team_listed on webhook (organization_id, team_id, created_at, id)
  where team_id is not null and deleted_at is null and source_integration_id is null;
drop index webhook_team;

-- Teams that share with everybody are looked up with the rights of each caller.
create index team_sharing on team (organization_id, id) where is_sharing_resources_to_all;

-- Each way by which a search finds people.
create index users_email_begin on users (organization_id, lower(email) text_pattern_ops) where is_active;
create index team_name_begin on team (organization_id, lower(name) text_pattern_ops);
-- pg_trgm comes with PostgreSQL; where it may not be installed, names are read one after the other.
do $$
begin
  create extension if not exists pg_trgm;
  execute 'create index team_name_search on team using gin (lower(name) gin_trgm_ops)';
  execute 'create index integration_name_search on integration using gin (lower(name) gin_trgm_ops) where deleted_at is null and type <> ''maintenance''';
  execute 'create index webhook_name_search on webhook using gin (lower(name) gin_trgm_ops) where deleted_at is null and source_integration_id is null';
  execute 'create index users_name_search on users using gin (
    regexp_replace(normalize(lower(name), NFD), E''[\u0300-\u036f]'', '''', ''g'') gin_trgm_ops) where is_active';
exception when others then
  raise notice 'names are searched without an index: %', sqlerrm;
end $$;
