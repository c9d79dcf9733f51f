-- How long data is kept (operations.md 10); what is not named has its default. Tokens may be made to ask for ownership, as sessions do.
alter table organization
  add column retention jsonb not null default '{}',
  add column tokens_need_ownership boolean not null default false;

-- What is known of a payload that was blanked.
alter table alert
  add column payload_sha256 bytea,
  add column payload_bytes integer;

-- Groups are looked at once when they are old enough, by the time they began; those that were not closed for long enough then wait here.
create table retention_progress (
  organization_id text primary key references organization (id),
  payloads_until timestamptz not null -- groups that began before it have been looked at
);
create table retention_waiting (
  organization_id text not null references organization (id),
  alert_group_id text not null,
  primary key (organization_id, alert_group_id)
);
