-- What happened on schedules: shifts that began, hand-overs, gaps and shifts without people.
create table schedule_event (
  organization_id text not null,
  id bigint generated always as identity,
  schedule_id text not null,
  at timestamptz not null,
  type text not null check (type in ('shift_started', 'hand_over', 'gap_started', 'empty_shift_started')),
  user_ids text[] not null, -- on call from then on
  former_user_ids text[] not null, -- on call until then
  primary key (organization_id, id),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade
);
create index schedule_event_list on schedule_event (organization_id, schedule_id, at desc, id desc);

-- How far each schedule's events have been recorded.
create table schedule_watch (
  organization_id text not null,
  schedule_id text not null,
  watched_until timestamptz not null,
  due_at timestamptz not null,
  primary key (organization_id, schedule_id),
  foreign key (organization_id, schedule_id) references schedule (organization_id, id) on delete cascade
);
create index schedule_watch_due on schedule_watch (due_at);
