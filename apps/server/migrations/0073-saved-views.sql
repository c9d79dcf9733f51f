-- Filters that people keep and share: a view of a list with its columns, order and sounds.
create table saved_view (
  organization_id text not null references organization (id),
  id text not null,
  owner_id text not null,
  name text not null,
  icon text,
  filters jsonb not null default '{}',
  columns text[] not null default '{}',
  grouping text,
  sort text,
  notifies boolean not null default false,
  visibility text not null check (visibility in ('private', 'team', 'organization')),
  team_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, owner_id) references users (organization_id, id) on delete cascade,
  foreign key (organization_id, team_id) references team (organization_id, id) on delete cascade
);
create index saved_view_name on saved_view (organization_id, name, id);
