-- Set when the template of titles changes: open alert groups get new titles in the background (ingest.md B-16).
alter table integration add column titles_stale_at timestamptz;
create index integration_titles_stale on integration (titles_stale_at) where titles_stale_at is not null;

create function integration_titles_stale() returns trigger language plpgsql as $$
begin
  new.titles_stale_at := new.updated_at;
  return new;
end $$;
create trigger integration_titles_stale before update of templates on integration
  for each row when (old.templates #> '{web,title}' is distinct from new.templates #> '{web,title}')
  execute function integration_titles_stale();
