-- Roles, narrowed tokens, service accounts, team sharing, and what an organization sets about itself.

alter table organization
  add column rbac_enabled boolean not null default true, -- false: only basic roles decide about people
  add column is_grafana_irm_enabled boolean not null default false, -- which prefix permissions are shown under
  add column week_start text not null default 'mon' check (week_start in ('mon', 'sun', 'sat')),
  add column direct_paging_prefer_important_policy boolean not null default false,
  add column manual_direct_paging boolean not null default false,
  add column strict_references boolean not null default false,
  add column alert_group_table_columns jsonb not null default '[]',
  add column banner jsonb,
  add column grafana_url text; -- what X-Grafana-URL says of this organization where there are several

alter table organization_counter
  add column last_token_number integer not null default 0,
  add column last_service_account_number integer not null default 0;

alter table team add column is_sharing_resources_to_all boolean not null default false;
alter table team_member add column is_maintainer boolean not null default false;

alter table users
  add column working_hours jsonb,
  add column hide_phone_number boolean not null default false,
  add column current_team_id text,
  add column may_be_notified boolean not null default false; -- kept by the triggers below

-- Custom roles; the fixed ones are in the program, their ids begin with fixed:.
create table role (
  organization_id text not null references organization (id),
  id text not null,
  name text not null,
  description text not null default '',
  permissions text[] not null default '{}', -- bare names: alert-groups:write
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);
create unique index role_name_key on role (organization_id, lower(name));

-- Roles beside the basic one. team_id is for roles that count in one team only; null: everywhere.
create table role_assignment (
  organization_id text not null references organization (id),
  role_id text not null,
  subject_type text not null check (subject_type in ('user', 'team', 'service_account')),
  subject_id text not null,
  team_id text,
  created_at timestamptz not null
);
create unique index role_assignment_key on role_assignment (organization_id, subject_type, subject_id, role_id, coalesce(team_id, ''));
create index role_assignment_role on role_assignment (organization_id, role_id);

create table service_account (
  organization_id text not null references organization (id),
  id text not null,
  number integer not null,
  name text not null,
  description text not null default '',
  role text not null check (role in ('admin', 'editor', 'viewer', 'none')),
  team_ids text[], -- null: sees the resources of all teams
  may_act boolean not null default false,
  is_disabled boolean not null default false,
  created_by_user_id text,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (organization_id, id)
);
create unique index service_account_name_key on service_account (organization_id, lower(name)) where deleted_at is null;
create unique index service_account_number_key on service_account (organization_id, number);

alter table api_token
  alter column user_id drop not null,
  add column service_account_id text,
  add column number integer,
  add column scopes text[], -- bare permissions; null: all that its owner has
  add column is_read_only boolean not null default false,
  add column team_ids text[], -- null: not restricted to teams
  add column respect_team_visibility boolean not null default false,
  add column is_adopted boolean not null default false,
  add column last_used_ip text,
  add constraint api_token_service_account_fkey foreign key (organization_id, service_account_id) references service_account (organization_id, id),
  add constraint api_token_owner_check check ((user_id is null) <> (service_account_id is null));
update api_token t set number = n.number
  from (select organization_id, id, row_number() over (partition by organization_id order by created_at, id) as number from api_token) n
  where n.organization_id = t.organization_id and n.id = t.id;
update organization_counter c set last_token_number = coalesce((select max(number) from api_token t where t.organization_id = c.organization_id), 0);
-- Tokens of one owner made before this migration may share a name; the later ones get their number.
update api_token t set name = left(t.name, 40) || ' ' || t.number
  where t.revoked_at is null and exists (
    select 1 from api_token o where o.organization_id = t.organization_id and o.user_id = t.user_id and o.revoked_at is null
      and lower(o.name) = lower(t.name) and o.number < t.number);
create unique index api_token_number_key on api_token (organization_id, number);
create unique index api_token_name_key on api_token (organization_id, coalesce(user_id, service_account_id), lower(name)) where revoked_at is null;
create index api_token_owner on api_token (organization_id, coalesce(user_id, service_account_id), created_at);

-- Numbers tokens in the order they were made. Writers that know nothing of numbers (the release before) get one too.
create function number_api_token() returns trigger language plpgsql as $$
begin
  if new.number is null then
    insert into organization_counter as c (organization_id, last_token_number) values (new.organization_id, 1)
      on conflict (organization_id) do update set last_token_number = c.last_token_number + 1
      returning last_token_number into new.number;
  end if;
  return new;
end $$;
create trigger api_token_numbered before insert on api_token for each row execute function number_api_token();

-- Who may be notified is asked for each page that is sent, so it stands on the user: basic role Editor or stronger, or a role that
-- carries notifications:read, given to the person or to a team of theirs, while roles count in the organization (access.md 3.3).
create function role_lets_be_notified(org text, asked_role_id text) returns boolean stable language sql as $$
  select asked_role_id in ('fixed:admin', 'fixed:editor', 'fixed:oncaller', 'fixed:notifications-receiver')
    or exists (select 1 from role r where r.organization_id = org and r.id = asked_role_id and 'notifications:read' = any (r.permissions))
$$;

create function users_let_be_notified(org text) returns table (user_id text) stable language sql as $$
  with granting as (
    select a.subject_type, a.subject_id from role_assignment a
    join organization o on o.id = a.organization_id and o.rbac_enabled
    where a.organization_id = org and a.team_id is null and a.subject_type <> 'service_account' and role_lets_be_notified(org, a.role_id)
  )
  select subject_id from granting where subject_type = 'user'
  union
  select m.user_id from granting g join team_member m on m.organization_id = org and m.team_id = g.subject_id where g.subject_type = 'team'
$$;

create function refresh_may_be_notified(org text) returns void language plpgsql as $$
begin
  perform 1 from organization where id = org for no key update; -- one change of rights after the other
  update users u set may_be_notified = not u.may_be_notified
  where u.organization_id = org
    and u.may_be_notified <> (u.role in ('admin', 'editor') or u.id in (select n.user_id from users_let_be_notified(org) n));
end $$;

create function user_role_changed() returns trigger language plpgsql as $$
begin
  new.may_be_notified := new.role in ('admin', 'editor')
    or new.id in (select n.user_id from users_let_be_notified(new.organization_id) n);
  return new;
end $$;
create trigger users_role_set before insert or update of role on users for each row execute function user_role_changed();
update users set may_be_notified = role in ('admin', 'editor');

-- Processes keep callers' rights in memory for a few seconds; what changes rights tells them to forget.
create function tell_access_changed() returns trigger language plpgsql as $$
declare org text;
begin
  if tg_table_name = 'organization' then org := new.id; else org := coalesce(new.organization_id, old.organization_id); end if;
  perform pg_notify('access_changed', org);
  return null;
end $$;
create trigger api_token_access after update of revoked_at, expires_at, scopes, is_read_only, team_ids, respect_team_visibility on api_token
  for each row execute function tell_access_changed();
create trigger users_access after update of role, is_active, username on users for each row execute function tell_access_changed();
create trigger team_access after insert or delete or update of is_sharing_resources_to_all on team
  for each row execute function tell_access_changed();
create trigger service_account_access after update on service_account for each row execute function tell_access_changed();
create trigger organization_access after update of rbac_enabled, deleted_at, grafana_url on organization
  for each row execute function tell_access_changed();

create function access_rows_changed() returns trigger language plpgsql as $$
declare org text;
begin
  for org in select distinct organization_id from changed loop
    perform pg_notify('access_changed', org);
    if tg_table_name <> 'team_member' or exists (
      select 1 from role_assignment a where a.organization_id = org and a.subject_type = 'team'
    ) then
      perform refresh_may_be_notified(org);
    end if;
  end loop;
  return null;
end $$;
create trigger role_added after insert on role referencing new table as changed for each statement execute function access_rows_changed();
create trigger role_updated after update on role referencing new table as changed for each statement execute function access_rows_changed();
create trigger role_deleted after delete on role referencing old table as changed for each statement execute function access_rows_changed();
create trigger role_assigned after insert on role_assignment referencing new table as changed
  for each statement execute function access_rows_changed();
create trigger role_unassigned after delete on role_assignment referencing old table as changed
  for each statement execute function access_rows_changed();
create trigger team_member_added after insert on team_member referencing new table as changed
  for each statement execute function access_rows_changed();
create trigger team_member_removed after delete on team_member referencing old table as changed
  for each statement execute function access_rows_changed();

create function rbac_switched() returns trigger language plpgsql as $$
begin
  perform refresh_may_be_notified(new.id);
  return null;
end $$;
create trigger organization_rbac after update of rbac_enabled on organization
  for each row when (old.rbac_enabled is distinct from new.rbac_enabled) execute function rbac_switched();
