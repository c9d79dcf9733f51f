-- Schedules, their shifts and feeds, swaps, and what makes people unavailable.

create table schedule (
  organization_id text not null references organization (id),
  id text not null,
  type text not null check (type in ('ical', 'calendar', 'web')),
  name text not null,
  team_id text,
  time_zone text not null default 'UTC',
  ical_url_primary text,
  ical_url_overrides text,
  enable_web_overrides boolean default false, -- null when it was set so
  slack_channel_id text,
  slack_user_group_id text,
  holiday_country text, -- ISO 3166 code, with a subdivision as in DE-BY
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, team_id) references team (organization_id, id)
);

-- The last good copy of an imported calendar stays in use; its age and the last error are shown.
create table schedule_feed (
  organization_id text not null,
  schedule_id text not null,
  kind text not null check (kind in ('primary', 'overrides')),
  url text not null,
  content text,
  etag text,
  last_modified text,
  fetched_at timestamptz, -- when the content was last known to be current
  checked_at timestamptz,
  error text,
  error_since timestamptz,
  due_at timestamptz, -- next look
  primary key (organization_id, schedule_id, kind),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade
);
create index schedule_feed_due on schedule_feed (due_at) where due_at is not null;

create table on_call_shift (
  organization_id text not null references organization (id),
  id text not null,
  schedule_id text, -- the web schedule that owns it, or the calendar schedule of an override made in the UI
  name text,
  type text not null check (type in ('single_event', 'recurrent_event', 'rolling_users', 'override')),
  team_id text,
  time_zone text,
  level integer not null default 0,
  start text not null, -- YYYY-MM-DDThh:mm:ss, wall clock
  duration_seconds bigint not null,
  rotation_start text not null,
  frequency text check (frequency in ('hourly', 'daily', 'weekly', 'monthly')),
  interval integer,
  until text, -- wall clock in UTC
  week_start text not null default 'SU',
  by_day text[],
  by_month integer[],
  by_monthday integer[],
  user_ids text[] not null default '{}',
  rolling_users jsonb,
  start_rotation_from_user_index integer,
  source text not null default 'api' check (source in ('web', 'api', 'slack', 'terraform')),
  members jsonb not null default '[]', -- [{"user_id", "joins", "leaves"}]: dates in the shift's zone
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade,
  foreign key (organization_id, team_id) references team (organization_id, id)
);
create index on_call_shift_list on on_call_shift (organization_id, created_at, id);
create index on_call_shift_schedule on on_call_shift (organization_id, schedule_id) where schedule_id is not null;

-- Shifts attached to calendar schedules; one shift may serve several.
create table schedule_shift (
  organization_id text not null,
  schedule_id text not null,
  shift_id text not null,
  attached_at timestamptz not null,
  primary key (organization_id, schedule_id, shift_id),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade,
  foreign key (organization_id, shift_id) references on_call_shift (organization_id, id) on delete cascade
);
create index schedule_shift_shift on schedule_shift (organization_id, shift_id);

create table shift_swap (
  organization_id text not null,
  id text not null,
  schedule_id text not null,
  swap_start timestamptz not null,
  swap_end timestamptz not null,
  description text,
  beneficiary_id text not null,
  benefactor_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade,
  foreign key (organization_id, beneficiary_id) references users (organization_id, id) on delete cascade
);
create index shift_swap_start on shift_swap (organization_id, swap_start, id) where deleted_at is null;
create index shift_swap_schedule on shift_swap (organization_id, schedule_id) where deleted_at is null;

-- Secrets of calendar links: of one person's shifts (no schedule), or of one schedule.
create table calendar_export_token (
  organization_id text not null,
  user_id text not null,
  schedule_id text,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  revoked_at timestamptz,
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade
);
create unique index calendar_export_token_active on calendar_export_token (organization_id, user_id, coalesce(schedule_id, '')) where revoked_at is null;

-- When a person is away. Shifts in that time count as uncovered before they happen.
create table time_off (
  organization_id text not null,
  id text not null,
  user_id text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  note text,
  source text not null default 'api' check (source in ('api', 'feed')),
  created_at timestamptz not null,
  primary key (organization_id, id),
  check (ends_at > starts_at),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index time_off_user on time_off (organization_id, user_id, starts_at);

alter table team add column grafana_id integer;
create unique index team_grafana_id_key on team (organization_id, grafana_id) where grafana_id is not null;
alter table organization_counter add column last_grafana_team_id integer not null default 0;
create unique index team_name_key on team (organization_id, name);
