-- What integrations have beside their templates and routes: windows of maintenance, heartbeats, labels, guards, counters.

create index integration_maintenance_end on integration (maintenance_ends_at) where maintenance_ends_at is not null;

-- Labels of the integration that its alert groups do not get.
alter table integration add column labels_not_inherited text[] not null default '{}';

-- A key that was replaced works on until its time is over.
alter table integration
  add column previous_token text unique,
  add column previous_token_until timestamptz,
  add column previous_token_used_at timestamptz;

alter table integration_heartbeat
  add column is_enabled boolean not null default true,
  add column armed_at timestamptz; -- first sign since it was made or reset
create unique index integration_heartbeat_id on integration_heartbeat (organization_id, id);

-- Keys and values that people use on integrations and routes. Alert groups keep copies of the names.
create table label_key (
  organization_id text not null references organization (id),
  name text not null,
  created_at timestamptz not null,
  primary key (organization_id, name)
);
create table label_value (
  organization_id text not null,
  key_name text not null,
  name text not null,
  created_at timestamptz not null,
  primary key (organization_id, key_name, name),
  foreign key (organization_id, key_name) references label_key (organization_id, name) on delete cascade on update cascade
);
insert into label_key (organization_id, name, created_at)
select organization_id, l ->> 'key', min(created_at)
from integration, jsonb_array_elements(labels || dynamic_labels) l where deleted_at is null group by 1, 2;
insert into label_value (organization_id, key_name, name, created_at)
select organization_id, l ->> 'key', l ->> 'value', min(created_at)
from integration, jsonb_array_elements(labels) l where deleted_at is null group by 1, 2, 3;

-- What a request must bring beside the key in its URL. Several demands of one row must all be met.
create table integration_guard (
  organization_id text not null,
  integration_id text not null,
  hmac jsonb, -- {"header", "algorithm", "encoding", "prefix", "signed_text", "timestamp_header", "tolerance_seconds"}
  authorization_kind text check (authorization_kind in ('bearer', 'basic')),
  basic_username text,
  allowed_addresses text[] not null default '{}',
  allowed_topics text[] not null default '{}', -- of Amazon SNS
  updated_at timestamptz not null,
  primary key (organization_id, integration_id),
  foreign key (organization_id, integration_id) references integration (organization_id, id) on delete cascade
);
create table integration_secret (
  organization_id text not null,
  id text not null,
  integration_id text not null,
  kind text not null check (kind in ('hmac', 'authorization')),
  secret_encrypted bytea not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, integration_id) references integration (organization_id, id) on delete cascade
);
create index integration_secret_integration on integration_secret (organization_id, integration_id, created_at);

-- How much an integration sends, by hour for eight days. What is older is added up in the row of hour 1970-01-01.
alter table ingest_window add column groups bigint not null default 0;
create table integration_activity (
  organization_id text not null,
  integration_id text not null,
  hour timestamptz not null,
  alerts bigint not null,
  groups bigint not null,
  primary key (organization_id, integration_id, hour)
);
insert into integration_activity (organization_id, integration_id, hour, alerts, groups)
select organization_id, integration_id, 'epoch', sum(alerts_count), count(*) from alert_group group by 1, 2;
