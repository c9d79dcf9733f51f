-- The tables that organizations, alerts, escalation and notification stand on.
-- Every table leads with organization_id, so that organizations can be spread over databases later.
-- Instants come from the server's clock, never from now(): defaults on times are left out on purpose.

create table organization (
  id text primary key,
  name text not null,
  stack_slug text not null default 'self_hosted_stack',
  org_slug text not null default 'self_hosted_org',
  default_timezone text not null default 'UTC',
  is_resolution_note_required boolean not null default false,
  acknowledge_remind_seconds integer not null default 0,
  unacknowledge_seconds integer not null default 0,
  created_at timestamptz not null,
  deleted_at timestamptz
);

-- Counters live apart, so that counting does not lock the organization's row.
create table organization_counter (
  organization_id text primary key references organization (id),
  last_alert_group_number bigint not null default 0,
  integrations_ever_created bigint not null default 0,
  last_grafana_user_id integer not null default 0
);

create table team (
  organization_id text not null references organization (id),
  id text not null,
  name text not null,
  email text,
  avatar_url text,
  created_at timestamptz not null,
  primary key (organization_id, id)
);

create table users (
  organization_id text not null references organization (id),
  id text not null,
  grafana_id integer not null,
  username text not null,
  email text not null,
  name text not null default '',
  role text not null check (role in ('admin', 'editor', 'viewer', 'none')),
  timezone text,
  avatar_url text,
  password_hash text,
  unverified_phone_number text,
  verified_phone_number text,
  is_active boolean not null default true,
  created_at timestamptz not null,
  deactivated_at timestamptz,
  primary key (organization_id, id)
);
create unique index users_username_key on users (organization_id, lower(username)) where is_active;
create unique index users_email_key on users (organization_id, lower(email)) where is_active;
create unique index users_grafana_id_key on users (organization_id, grafana_id);

create table team_member (
  organization_id text not null,
  team_id text not null,
  user_id text not null,
  primary key (organization_id, team_id, user_id),
  foreign key (organization_id, team_id) references team (organization_id, id) on delete cascade,
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index team_member_user on team_member (organization_id, user_id);

-- API tokens: 64 hex characters, kept as the SHA-512 of their bytes; the first eight characters find the row.
create table api_token (
  organization_id text not null,
  id text not null,
  user_id text not null,
  name text not null,
  token_key text not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index api_token_key on api_token (token_key) where revoked_at is null;

create table escalation_chain (
  organization_id text not null references organization (id),
  id text not null,
  name text not null,
  team_id text,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, name),
  foreign key (organization_id, team_id) references team (organization_id, id)
);

create table webhook (
  organization_id text not null references organization (id),
  id text not null,
  name text not null,
  team_id text,
  user_id text,
  url text,
  http_method text not null default 'POST',
  trigger_type smallint not null default 0,
  integration_filter text[] not null default '{}',
  headers text,
  data text,
  forward_all boolean not null default true,
  trigger_template text,
  username text,
  password_encrypted bytea,
  authorization_header_encrypted bytea,
  preset text,
  is_legacy boolean not null default false,
  is_enabled boolean not null default true,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (organization_id, id),
  unique (organization_id, name),
  foreign key (organization_id, team_id) references team (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id)
);

-- What an escalation step does is in its type; only the columns of that type are set.
create table escalation_step (
  organization_id text not null,
  id text not null,
  escalation_chain_id text not null,
  position integer not null,
  type text, -- null: an empty step, which records error 10 and is passed
  important boolean not null default false,
  wait_seconds integer,
  user_ids text[] not null default '{}',
  round_robin_last_user_id text,
  team_id text,
  schedule_id text,
  user_group_id text,
  webhook_id text,
  time_from text, -- HH:MM:SSZ
  time_to text,
  num_alerts_in_window integer,
  num_minutes_in_window integer,
  severity text,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, escalation_chain_id, position) deferrable initially deferred,
  foreign key (organization_id, escalation_chain_id) references escalation_chain (organization_id, id) on delete cascade,
  foreign key (organization_id, team_id) references team (organization_id, id),
  foreign key (organization_id, webhook_id) references webhook (organization_id, id)
);

create table integration (
  organization_id text not null references organization (id),
  id text not null,
  type text not null,
  name text not null,
  description_short text,
  team_id text,
  author_id text,
  token text not null unique,
  templates jsonb not null default '{}', -- only what was set, as in the API: {"grouping_key": "…", "web": {"title": "…"}}
  default_templates text not null default 'tocsin' check (default_templates in ('tocsin', 'reference')),
  grouping_scope text check (grouping_scope in ('route', 'signals', 'integration')),
  allow_source_based_resolving boolean not null default true,
  labels jsonb not null default '[]', -- [{"key": "env", "value": "prod"}]
  dynamic_labels jsonb not null default '[]', -- [{"key": "severity", "template": "{{ … }}"}]
  multi_label_template text,
  acknowledge_hosts jsonb not null default '[]', -- [{"host": "prtg.example.net", "port": 8080, "plain_http": false}]
  maintenance_mode text check (maintenance_mode in ('debug', 'maintenance')),
  maintenance_started_at timestamptz,
  maintenance_ends_at timestamptz,
  maintenance_author_id text,
  maintenance_at_end text not null default 'escalate' check (maintenance_at_end in ('escalate', 'resolve')),
  maintenance_alert_group_id text,
  is_slow boolean not null default false, -- used up a template budget: handled in a queue of its own
  template_errors jsonb not null default '{}', -- {"grouping_key": {"message": "…", "at": "…"}}
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, team_id) references team (organization_id, id)
);
create index integration_name on integration (organization_id, name) where deleted_at is null;
create unique index integration_direct_paging on integration (organization_id, coalesce(team_id, '')) where type = 'direct_paging' and deleted_at is null;

create table integration_heartbeat (
  organization_id text not null,
  integration_id text not null,
  id text not null,
  timeout_seconds integer not null default 600,
  last_heartbeat_at timestamptz,
  expired_at timestamptz, -- set while the missing heartbeat's alert stands
  due_at timestamptz, -- when the next check can matter: last_heartbeat_at + timeout
  primary key (organization_id, integration_id),
  foreign key (organization_id, integration_id) references integration (organization_id, id)
);
create index integration_heartbeat_due on integration_heartbeat (due_at) where due_at is not null;

create table route (
  organization_id text not null,
  id text not null,
  integration_id text not null,
  is_default boolean not null default false,
  position integer not null,
  routing_type text not null default 'regex' check (routing_type in ('regex', 'jinja2', 'labels')),
  routing_regex text,
  routing_labels jsonb,
  escalation_chain_id text,
  messengers jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, integration_id, is_default, position) deferrable initially deferred,
  foreign key (organization_id, integration_id) references integration (organization_id, id),
  foreign key (organization_id, escalation_chain_id) references escalation_chain (organization_id, id)
);
create unique index route_default on route (organization_id, integration_id) where is_default;
create index route_chain on route (organization_id, escalation_chain_id);

create table notification_rule (
  organization_id text not null,
  id text not null,
  user_id text not null,
  important boolean not null default false,
  position integer not null,
  type text not null,
  wait_seconds integer,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, user_id, important, position) deferrable initially deferred,
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);

create table personal_webhook_link (
  organization_id text not null,
  user_id text not null,
  webhook_id text not null,
  context_encrypted bytea,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade,
  foreign key (organization_id, webhook_id) references webhook (organization_id, id) on delete cascade
);

create table webhook_response (
  organization_id text not null,
  id bigint generated always as identity,
  webhook_id text not null,
  alert_group_id text,
  delivery_id text,
  trigger_type smallint not null,
  at timestamptz not null,
  request_url text,
  request_headers text,
  request_data text,
  request_trigger text,
  status_code integer,
  content text,
  event_data text,
  primary key (organization_id, id)
);
create index webhook_response_webhook on webhook_response (organization_id, webhook_id, at desc, id desc);

-- What was accepted and waits for the pipeline. A row is durable before its sender is answered and is deleted in the
-- transaction that puts its alerts into their groups.
create table inbound_alert (
  id bigint generated always as identity primary key,
  shard smallint not null,
  organization_id text not null,
  integration_id text not null,
  received_at timestamptz not null,
  payload text not null, -- the alert's JSON text as it is kept
  is_demo boolean not null default false,
  is_heartbeat boolean not null default false,
  warning text, -- how a malformed body was read, null for a well-formed one
  attempts smallint not null default 0
);
create index inbound_alert_shard on inbound_alert (shard, id);
alter table inbound_alert set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Alerts that could not be handled after five tries. They do not hold up the ones behind them.
create table parked_alert (
  organization_id text not null,
  id text not null,
  integration_id text not null,
  received_at timestamptz not null,
  payload text not null,
  is_demo boolean not null default false,
  error text not null,
  parked_at timestamptz not null,
  primary key (organization_id, id)
);
create index parked_alert_integration on parked_alert (organization_id, integration_id, parked_at desc);

-- Requests that were refused, or taken only in a lenient reading; the newest are kept for each integration.
create table ingest_log (
  organization_id text not null,
  id bigint generated always as identity,
  integration_id text not null,
  at timestamptz not null,
  status smallint not null,
  size integer not null,
  note text not null,
  body_start text not null,
  primary key (organization_id, id)
);
create index ingest_log_integration on ingest_log (organization_id, integration_id, at desc);

-- Alerts per integration and window of the rate thresholds; '' as integration counts the organization.
create table ingest_window (
  organization_id text not null,
  integration_id text not null,
  window_start timestamptz not null,
  alerts bigint not null,
  primary key (organization_id, integration_id, window_start)
);

create table alert_group (
  organization_id text not null,
  id text not null,
  number bigint not null,
  integration_id text not null,
  route_id text,
  grouping_key text not null, -- MD5 of the grouping id, or a random UUID where nothing groups
  is_open_for_grouping boolean not null default true,
  title text, -- null after a wipe
  labels jsonb not null default '{}',
  received_at timestamptz not null,
  started_at timestamptz not null,
  alerts_count integer not null default 0,
  first_alert_id text,
  last_alert_id text,
  last_alert_at timestamptz,
  acknowledged_at timestamptz, -- set: acknowledged; it stays set when the group is then resolved
  acknowledged_by smallint not null default 2, -- codes of the API: 0 source, 1 user, 2 not yet, 3 last step, 5 wiped, 6 stop maintenance
  acknowledged_by_user_id text,
  acknowledge_confirmed_at timestamptz,
  resolved_at timestamptz,
  resolved_by smallint not null default 2,
  resolved_by_user_id text,
  silenced_at timestamptz,
  silenced_until timestamptz, -- null while silenced_at is set: until somebody unsilences it
  silenced_by_user_id text,
  restarted_at timestamptz,
  response_seconds integer,
  wiped_at timestamptz,
  wiped_by_user_id text,
  root_alert_group_id text,
  is_maintenance boolean not null default false,
  is_debug boolean not null default false, -- created while its integration was in debug mode
  is_demo boolean not null default false,
  state text not null generated always as (
    case when resolved_at is not null then 'resolved'
         when acknowledged_at is not null then 'acknowledged'
         when silenced_at is not null then 'silenced'
         else 'firing' end) stored,
  primary key (organization_id, id)
) with (fillfactor = 80);
create unique index alert_group_number on alert_group (organization_id, number);
create unique index alert_group_open on alert_group (organization_id, integration_id, coalesce(route_id, ''), grouping_key) where is_open_for_grouping;
create index alert_group_key on alert_group (organization_id, integration_id, grouping_key, started_at desc);
create index alert_group_list on alert_group (organization_id, started_at desc, id desc);
create index alert_group_state_list on alert_group (organization_id, state, started_at desc, id desc);
create index alert_group_integration_list on alert_group (organization_id, integration_id, started_at desc, id desc);
create index alert_group_labels on alert_group using gin (labels jsonb_path_ops);
create index alert_group_root on alert_group (organization_id, root_alert_group_id) where root_alert_group_id is not null;
create index alert_group_silenced_until on alert_group (silenced_until) where silenced_until is not null;

-- Exact counts by state without counting: one slot per backend keeps writers out of each other's way; readers add the slots up.
create table alert_group_count (
  organization_id text not null,
  state text not null,
  slot smallint not null,
  groups bigint not null,
  primary key (organization_id, state, slot)
) with (fillfactor = 50);

create function alert_group_count_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into alert_group_count as c (organization_id, state, slot, groups)
    select organization_id, state, pg_backend_pid() % 16, count(*) from added group by 1, 2 order by 1, 2
    on conflict (organization_id, state, slot) do update set groups = c.groups + excluded.groups;
  elsif tg_op = 'DELETE' then
    insert into alert_group_count as c (organization_id, state, slot, groups)
    select organization_id, state, pg_backend_pid() % 16, -count(*) from removed group by 1, 2 order by 1, 2
    on conflict (organization_id, state, slot) do update set groups = c.groups + excluded.groups;
  else
    insert into alert_group_count as c (organization_id, state, slot, groups)
    select organization_id, state, pg_backend_pid() % 16, sum(n)
    from (select organization_id, state, 1 as n from added union all select organization_id, state, -1 from removed) changed
    group by 1, 2 having sum(n) <> 0 order by 1, 2
    on conflict (organization_id, state, slot) do update set groups = c.groups + excluded.groups;
  end if;
  return null;
end $$;
create trigger alert_group_inserted after insert on alert_group referencing new table as added
  for each statement execute function alert_group_count_change();
create trigger alert_group_updated after update on alert_group referencing new table as added old table as removed
  for each statement execute function alert_group_count_change();
create trigger alert_group_deleted after delete on alert_group referencing old table as removed
  for each statement execute function alert_group_count_change();

-- Big tables are partitioned by month from the start: retention drops a partition.
create table alert (
  organization_id text not null,
  id text not null,
  alert_group_id text not null,
  integration_id text not null,
  created_at timestamptz not null,
  received_at timestamptz not null,
  payload text not null, -- the received JSON text; '{}' after a wipe
  is_resolve_signal boolean not null default false,
  is_acknowledge_signal boolean not null default false,
  is_demo boolean not null default false,
  warning text,
  primary key (organization_id, id, created_at)
) partition by range (created_at);
create index alert_of_group on alert (organization_id, alert_group_id, created_at, id);
create index alert_list on alert (organization_id, created_at desc, id desc);

create table timeline_record (
  organization_id text not null,
  id bigint generated always as identity,
  alert_group_id text not null,
  created_at timestamptz not null,
  type smallint not null, -- escalation.md 4.2
  actor_type text not null check (actor_type in ('user', 'service_account', 'source', 'step', 'timer', 'maintenance', 'backsync', 'system')),
  actor_id text,
  action_source smallint, -- 0 Slack, 1 Web, 2 Phone, 3 Telegram, 4 API, 5 Backsync, 6 Mattermost
  error_code smallint, -- escalation.md 4.3, for type 17
  reason text,
  data jsonb, -- what is needed to render the record as it was when it was written
  primary key (organization_id, id, created_at)
) partition by range (created_at);
create index timeline_record_of_group on timeline_record (organization_id, alert_group_id, created_at, id);

create table notification_record (
  organization_id text not null,
  id bigint generated always as identity,
  alert_group_id text not null,
  user_id text not null,
  created_at timestamptz not null,
  type smallint not null, -- 0 triggered, 1 finished, 2 success, 3 failed
  step smallint, -- 0 wait, 1 notify
  channel text,
  rule_id text,
  important boolean not null default false,
  error_code smallint, -- escalation.md 3.9
  reason text,
  delivery_id text,
  primary key (organization_id, id, created_at)
) partition by range (created_at);
create index notification_record_of_group on notification_record (organization_id, alert_group_id, created_at, id);

create table alert_default partition of alert default;
create table timeline_record_default partition of timeline_record default;
create table notification_record_default partition of notification_record default;

-- Makes the month's partition of a big table when it is not there yet; rows that had gone to the default partition move into it.
create function ensure_month_partition(parent text, month date) returns void language plpgsql as $$
declare
  starts date := date_trunc('month', month)::date;
  ends date := (date_trunc('month', month) + interval '1 month')::date;
  child text := parent || '_' || to_char(date_trunc('month', month), 'YYYYMM');
begin
  if to_regclass(child) is not null then return; end if;
  execute format('create table %I (like %I including defaults including storage including constraints)', child, parent);
  execute format('with moved as (delete from %I where created_at >= %L and created_at < %L returning *) insert into %I overriding system value select * from moved',
                 parent || '_default', starts::timestamptz, ends::timestamptz, child);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, starts::timestamptz, ends::timestamptz);
end $$;

create table resolution_note (
  organization_id text not null,
  id text not null,
  alert_group_id text not null,
  author_id text,
  source text not null check (source in ('Slack', 'Web', 'Mobile App')),
  origin text not null default 'web',
  text text not null,
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, alert_group_id) references alert_group (organization_id, id) on delete cascade
);
create index resolution_note_group on resolution_note (organization_id, alert_group_id, created_at);

-- Chains as they were when a run began. Runs that begin from an unchanged chain share a row.
create table chain_snapshot (
  organization_id text not null references organization (id),
  hash text not null,
  content jsonb not null,
  created_at timestamptz not null,
  primary key (organization_id, hash)
);

-- One row per group: where its escalation stands. The due time is the only timer there is.
create table escalation_run (
  organization_id text not null,
  alert_group_id text not null,
  run_no integer not null default 1,
  state text not null check (state in ('running', 'paused', 'finished')),
  snapshot_hash text,
  position integer not null default 0,
  repeats jsonb not null default '{}', -- jumps made, by step index
  due_at timestamptz,
  started_at timestamptz not null,
  threshold_recorded boolean not null default false, -- the record of a count step is written once
  notify_steps integer not null default 0,
  finished_at timestamptz,
  primary key (organization_id, alert_group_id)
) with (fillfactor = 70);
create index escalation_run_due on escalation_run (due_at) where due_at is not null;
create index escalation_run_unfinished on escalation_run (started_at) where state = 'running';

-- One list of one user for one group; at most one is running.
create table personal_run (
  organization_id text not null,
  id bigint generated always as identity,
  alert_group_id text not null,
  user_id text not null,
  run_no integer not null, -- of the escalation run that asked; 0 when a person was paged by hand
  personal_run_no integer not null, -- counts the lists of this user for this group
  important boolean not null,
  paged boolean not null default false,
  state text not null check (state in ('running', 'finished', 'cancelled')),
  use_important_rules boolean, -- which list runs, fixed by the first rule; null before
  rules_done integer not null default 0,
  last_rule_id text,
  last_rule_position integer,
  due_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, id)
) with (fillfactor = 70);
create unique index personal_run_running on personal_run (organization_id, alert_group_id, user_id) where state = 'running';
create unique index personal_run_no_key on personal_run (organization_id, alert_group_id, user_id, personal_run_no);
create index personal_run_due on personal_run (due_at) where state = 'running';

-- The page ledger: one row from "owed" to the vendor's receipt (escalation.md 9.3).
create table delivery (
  organization_id text not null,
  id bigint generated always as identity,
  key text not null, -- escalation.md G12
  channel text not null,
  alert_group_id text not null,
  user_id text,
  personal_run_id bigint,
  rule_id text,
  important boolean not null default false,
  paged boolean not null default false,
  state text not null check (state in ('owed', 'sending', 'accepted', 'delivered', 'rejected', 'failed', 'cancelled', 'unknown')),
  due_at timestamptz, -- next attempt, while owed
  lease_until timestamptz, -- while sending
  attempts integer not null default 0,
  deadline_at timestamptz not null,
  provider_id text,
  error_code smallint,
  reason text,
  created_at timestamptz not null,
  first_attempt_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, id),
  unique (organization_id, key)
) with (fillfactor = 70);
create index delivery_due on delivery (channel, due_at) where state = 'owed';
create index delivery_sending on delivery (lease_until) where state = 'sending';
create index delivery_open_of_group on delivery (organization_id, alert_group_id) where state in ('owed', 'sending');
create index delivery_of_group on delivery (organization_id, alert_group_id, created_at);

-- Processes of this installation. A live one also holds a session advisory lock on lock_key.
create table server_process (
  id text primary key,
  role text not null,
  lock_key integer not null,
  started_at timestamptz not null,
  beat_at timestamptz not null,
  details jsonb not null default '{}'
);
