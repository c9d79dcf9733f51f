-- Attempts of a delivery whose outcome nobody knows: the process died, or the connection broke after the message had been handed over.
alter table delivery add column unknown_attempts smallint not null default 0;

-- Pages of a user on a UTC day, for the daily limits (escalation.md 3.7). Channels that share a limit share a kind.
create table notification_usage (
  organization_id text not null,
  user_id text not null,
  kind text not null, -- 'email' or 'phone'
  day date not null,
  used integer not null,
  primary key (organization_id, user_id, kind, day)
) with (fillfactor = 70);

-- When the admins were last told of a kind of trouble, so that they hear of it at most every ten minutes.
create table admin_notice (
  organization_id text not null,
  kind text not null,
  requested_at timestamptz not null,
  primary key (organization_id, kind)
);

-- One row tells of a delivery with all its attempts: [{"at": …, "status_code": …, "error": …}].
alter table webhook_response add column attempts jsonb not null default '[]';
create unique index webhook_response_delivery on webhook_response (organization_id, delivery_id) where delivery_id is not null;
