-- Who changed what, append-only, with a chain of hashes per organization.
create table audit_record (
  organization_id text not null references organization (id),
  seq bigint not null,
  at timestamptz not null,
  actor_type text not null,
  actor_id text,
  actor_name text not null,
  via text not null,
  ip text,
  user_agent text,
  request_id text,
  action_type text not null,
  action_name text not null,
  resource_type text,
  resource_id text,
  resource_name text,
  team_id text,
  -- JSON as text, so that the bytes that were hashed stay as they are.
  before_json text,
  after_json text,
  note text,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (organization_id, seq)
);
create index audit_record_at on audit_record (organization_id, at);
create index audit_record_resource on audit_record (organization_id, resource_type, resource_id, seq);
create index audit_record_actor on audit_record (organization_id, actor_id, seq);
create index audit_record_action on audit_record (organization_id, action_name, seq);

-- The end of each chain; its row is locked by whoever appends.
create table audit_head (
  organization_id text primary key references organization (id),
  seq bigint not null,
  hash bytea not null
);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('tocsin.audit_retention', true) = 'on' then
    return old;
  end if;
  raise exception 'the audit log is append-only';
end $$;

create trigger audit_record_append_only before update or delete on audit_record
  for each row execute function refuse_audit_change();
