-- Public holidays by place (DE, DE-BY), computed when a schedule first asks for them.
create table public_holiday_year (
  place text not null,
  year integer not null,
  primary key (place, year)
);
create table public_holiday (
  place text not null,
  day date not null,
  name text not null,
  primary key (place, day, name)
);

-- Whether a shift's turns on the holidays of its schedule are left out, or are the only ones there are.
alter table on_call_shift add column holidays text check (holidays in ('skip', 'only'));

-- Calendars that say when a person is away. The last good copy stays in use.
create table time_off_feed (
  organization_id text not null,
  user_id text not null,
  url text not null,
  content text,
  etag text,
  last_modified text,
  fetched_at timestamptz,
  checked_at timestamptz,
  error text,
  error_since timestamptz,
  due_at timestamptz,
  created_at timestamptz not null,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index time_off_feed_due on time_off_feed (due_at) where due_at is not null;
