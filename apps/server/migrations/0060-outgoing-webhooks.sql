-- Calls of outgoing webhooks: written with the change that causes them, made by a due loop.
alter table webhook
  add column implicit_events boolean not null default false,
  add column include_emails boolean not null default true,
  add column signing_secret_encrypted bytea,
  add column labels jsonb not null default '[]', -- [{key, value}]
  add column source_integration_id text; -- set: belongs to this two-way integration

create table webhook_call (
  organization_id text not null,
  id bigint generated always as identity,
  delivery_id text not null, -- the same for all attempts; receivers see it
  webhook_id text not null,
  alert_group_id text not null,
  trigger_type smallint not null, -- the concrete one, never 8
  cause text not null check (cause in ('event', 'step', 'manual', 'resend')),
  key text, -- of a step's execution (escalation.md G12)
  event jsonb not null, -- what happened, with the state of the group then
  state text not null check (state in ('owed', 'sending', 'delivered', 'failed', 'skipped')),
  due_at timestamptz,
  lease_until timestamptz,
  attempts integer not null default 0,
  deadline_at timestamptz not null,
  status_code integer,
  reason text,
  timeline_id bigint, -- the record of this call, changed in place until the call ends
  timeline_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (organization_id, id)
) with (fillfactor = 70);
create unique index webhook_call_delivery on webhook_call (organization_id, delivery_id);
create unique index webhook_call_key on webhook_call (organization_id, key) where key is not null;
create index webhook_call_due on webhook_call (due_at, id) where state = 'owed';
create index webhook_call_sending on webhook_call (lease_until) where state = 'sending';
create index webhook_call_open on webhook_call (organization_id, alert_group_id, webhook_id, id) where state in ('owed', 'sending');
create index webhook_call_finished on webhook_call (finished_at) where finished_at is not null;

-- How the calls of a webhook go; a row of its own, because it changes with every call.
create table webhook_health (
  organization_id text not null,
  webhook_id text not null,
  last_at timestamptz not null,
  last_status_code integer,
  last_error text, -- null after an answer 2xx
  failures_in_row integer not null default 0,
  failing_since timestamptz,
  told_at timestamptz, -- when the owner was told that it fails
  primary key (organization_id, webhook_id),
  foreign key (organization_id, webhook_id) references webhook (organization_id, id) on delete cascade
) with (fillfactor = 70);

create index webhook_response_of_group on webhook_response (organization_id, alert_group_id, webhook_id, at desc);
create index webhook_response_at on webhook_response (at);
