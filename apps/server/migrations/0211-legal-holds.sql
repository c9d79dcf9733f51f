-- Alert groups that retention leaves alone and nobody wipes or deletes (operations.md 10).
create table legal_hold (
  organization_id text not null references organization (id),
  alert_group_id text not null,
  reason text not null,
  set_by_user_id text,
  set_at timestamptz not null,
  primary key (organization_id, alert_group_id)
);
