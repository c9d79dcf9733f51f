-- Links that let somebody in once, second factors, passkeys, and sign-in by OpenID Connect.

-- Password resets. The link holds 32 random bytes; the row holds their SHA-256.
create table password_reset (
  organization_id text not null,
  id text not null,
  user_id text not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create unique index password_reset_token on password_reset (token_hash);
create index password_reset_user on password_reset (organization_id, user_id);

create table invitation (
  organization_id text not null references organization (id),
  id text not null,
  email text not null,
  -- The placeholder that is claimed; null: a user is made.
  user_id text,
  role text not null check (role in ('admin', 'editor', 'viewer', 'none')),
  role_ids text[] not null default '{}',
  team_ids text[] not null default '{}',
  note text not null default '',
  -- Null until a link was made: the job that mails it makes it.
  token_hash bytea,
  invited_by_user_id text,
  created_at timestamptz not null,
  sent_at timestamptz,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_user_id text,
  revoked_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create unique index invitation_token on invitation (token_hash);
create unique index invitation_pending_email on invitation (organization_id, lower(email)) where accepted_at is null and revoked_at is null;

-- One-time codes by an app. Counts once it is confirmed; last_step keeps a code from being used twice.
create table user_totp (
  organization_id text not null,
  user_id text not null,
  secret_encrypted bytea not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);

create table user_recovery_code (
  organization_id text not null,
  user_id text not null,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (organization_id, user_id, code_hash),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);

create table user_passkey (
  organization_id text not null,
  id text not null,
  user_id text not null,
  name text not null,
  credential_id text not null, -- base64url
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null default '{}',
  is_synced boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create unique index user_passkey_credential on user_passkey (credential_id);
create index user_passkey_user on user_passkey (organization_id, user_id);

-- What the server has asked a browser and waits to have answered: passkeys, and returns of OpenID providers. Used once.
create table sign_in_challenge (
  id text primary key,
  kind text not null check (kind in ('passkey_registration', 'passkey_sign_in', 'oidc')),
  -- Whom it is for; null where that is not known yet.
  organization_id text,
  user_id text,
  data jsonb not null,
  expires_at timestamptz not null
);
create index sign_in_challenge_expiry on sign_in_challenge (expires_at);

-- People at their providers: issuer and subject, never the address.
create table oidc_identity (
  organization_id text not null,
  issuer text not null,
  subject text not null,
  user_id text not null,
  provider text not null,
  email text,
  -- As the provider said at the last sign-in: what is no longer said is taken away.
  groups text[] not null default '{}',
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (organization_id, issuer, subject),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create index oidc_identity_user on oidc_identity (organization_id, user_id);
