-- Headers of webhooks hold credentials: they are sealed when they are written. What stands in the old column was written before.
alter table webhook add column headers_encrypted bytea;

-- Values that templates of webhooks name as {{ secrets.<name> }} (access.md 12.1).
create table webhook_secret (
  organization_id text not null references organization (id),
  id text not null,
  name text not null,
  value_encrypted bytea not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  constraint webhook_secret_organization_id_name_key unique (organization_id, name)
);
