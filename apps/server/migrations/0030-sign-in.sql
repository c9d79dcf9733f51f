-- Sign-in of people: sessions, failed attempts, what an organization asks for, and how users came to be.

-- active: may sign in. invited, placeholder: may be scheduled and paged, and cannot sign in until claimed (access.md 7.5).
alter table users add column state text not null default 'active' check (state in ('active', 'invited', 'placeholder'));
alter table users add column origin text not null default 'local' check (origin in ('local', 'oidc', 'imported', 'scim', 'proxy'));
alter table users add column last_seen_at timestamptz;

-- A browser's sign-in. The cookie holds 32 random bytes; the row holds their SHA-256. A session that has ended has no row.
create table user_session (
  organization_id text not null,
  id text not null,
  user_id text not null,
  token_hash bytea not null,
  -- The cookie before the last rotation, good for a few seconds more: requests with it may be under way.
  previous_token_hash bytea,
  rotated_at timestamptz not null,
  -- Sent back in X-CSRF-Token; says nothing about the cookie.
  csrf_token text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- When the person last proved who they are.
  proved_at timestamptz not null,
  method text not null check (method in ('password', 'passkey', 'oidc', 'invitation', 'setup', 'reset', 'proxy')),
  second_factor boolean not null default false,
  oidc_provider text,
  oidc_id_token_encrypted bytea,
  ip text,
  user_agent text,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create unique index user_session_token on user_session (token_hash);
create unique index user_session_previous_token on user_session (previous_token_hash) where previous_token_hash is not null;
create index user_session_user on user_session (organization_id, user_id);

-- Failed attempts, by account and by address, over all processes. Rows are kept while they mean something.
create table sign_in_attempts (
  key text primary key,
  count integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz
);

-- What an organization asks of sign-in; an organization without a row has the defaults.
create table sign_in_policy (
  organization_id text primary key references organization (id),
  password_sign_in boolean not null default true,
  second_factor text not null default 'optional' check (second_factor in ('optional', 'admins', 'password_users')),
  session_days integer not null default 30 check (session_days between 1 and 365),
  session_idle_days integer not null default 7 check (session_idle_days between 1 and 365)
);
