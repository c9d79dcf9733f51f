-- First answers to POST requests that carried an Idempotency-Key, repeated for 24 hours (http-api-alerting.md 4, row 46).
create table idempotent_answer (
  organization_id text not null references organization (id) on delete cascade,
  caller text not null, -- the token, or the session
  path text not null,
  key text not null,
  status int, -- null while the first request is under way
  body bytea, -- sealed: an answer may show a new token
  content_type text,
  created_at timestamptz not null,
  primary key (organization_id, caller, path, key)
);
create index on idempotent_answer (created_at);
