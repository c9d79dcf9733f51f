-- When a calendar program last asked for a link, so that people see which ones nobody reads.
alter table calendar_export_token add column last_fetched_at timestamptz;
