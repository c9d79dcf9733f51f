-- Settings of the installation that are changed while it runs (access.md 15); kept by its first organization. Secrets are sealed.
create table live_setting (
  organization_id text not null references organization (id),
  name text not null,
  value text, -- JSON text; null where it is sealed
  value_encrypted bytea,
  updated_at timestamptz not null,
  primary key (organization_id, name)
);
