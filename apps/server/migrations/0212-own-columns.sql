-- Columns that people chose for the table of alert groups; who has none sees the organization's.
create table own_table_columns (
  organization_id text not null references organization (id),
  user_id text not null,
  columns jsonb not null,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
