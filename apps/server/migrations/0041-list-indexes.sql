-- The order of the API's lists, oldest first, and their filters by team and name, so that a page of 100,000 rows is found without sorting.
create index team_list on team (organization_id, created_at, id);
create index users_list on users (organization_id, created_at, id) where is_active;
create index escalation_chain_list on escalation_chain (organization_id, created_at, id);
create index integration_list on integration (organization_id, created_at, id) where deleted_at is null;
create index schedule_list on schedule (organization_id, created_at, id);
create index webhook_list on webhook (organization_id, created_at, id) where deleted_at is null;

create index escalation_chain_team on escalation_chain (organization_id, team_id, created_at, id) where team_id is not null;
create index integration_team on integration (organization_id, team_id, created_at, id) where team_id is not null and deleted_at is null;
create index schedule_team on schedule (organization_id, team_id, created_at, id) where team_id is not null;
create index on_call_shift_team on on_call_shift (organization_id, team_id, created_at, id) where team_id is not null;
create index webhook_team on webhook (organization_id, team_id, created_at, id) where team_id is not null and deleted_at is null;

create index schedule_name on schedule (organization_id, name);
create index on_call_shift_name on on_call_shift (organization_id, name);
create index users_username_begin on users (organization_id, lower(username) text_pattern_ops) where is_active;
