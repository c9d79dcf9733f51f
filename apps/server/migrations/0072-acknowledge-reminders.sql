-- When the person who acknowledged a group is reminded of it, or, once reminded, has to have confirmed (escalation.md 1.13). The due
-- time is the only timer there is; whoever changes the row holds the group's.
create table acknowledge_reminder (
  organization_id text not null,
  alert_group_id text not null,
  stage text not null check (stage in ('remind', 'check')),
  due_at timestamptz not null,
  reminded_at timestamptz,
  primary key (organization_id, alert_group_id),
  foreign key (organization_id, alert_group_id) references alert_group (organization_id, id) on delete cascade
);
create index acknowledge_reminder_due on acknowledge_reminder (due_at);
