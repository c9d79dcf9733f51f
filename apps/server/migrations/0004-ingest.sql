-- What the alert pipeline needs beyond the foundation.

-- Alerts that were cut out of a body of the old splitting types, whose groups are resolved by count (ingest.md 4.2).
alter table inbound_alert add column is_split boolean not null default false;
alter table parked_alert add column is_split boolean not null default false, add column warning text;

-- Rows live for a moment: short payloads stay in line and uncompressed, they are compressed where they stay.
alter table inbound_alert alter column payload set storage external;
alter table inbound_alert set (toast_tuple_target = 8160);

-- A grouping key that flaps has many resolved groups; alerts look for the few others.
create index alert_group_unresolved_key on alert_group (organization_id, integration_id, grouping_key) where resolved_at is null;

-- Which label sets of a group still fire, for groups that are resolved by count. Due five seconds after the newest alert.
create table source_count (
  organization_id text not null,
  alert_group_id text not null,
  firing text[] not null,
  last_resolved boolean not null,
  due_at timestamptz,
  primary key (organization_id, alert_group_id)
);
create index source_count_due on source_count (due_at) where due_at is not null;

-- One record per group and rate window says that alerts were folded.
alter table ingest_window add column told boolean not null default false;
