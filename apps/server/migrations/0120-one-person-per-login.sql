-- A login is one person's: nobody's username is somebody else's address. Imported people who are ambiguous already stay as they are.
create function user_login_is_ones_own() returns trigger language plpgsql as $$
begin
  if not new.is_active then return new; end if;
  if tg_op = 'UPDATE' and old.is_active and lower(old.username) = lower(new.username) and lower(old.email) = lower(new.email) then
    return new;
  end if;
  -- Two who take each other's names at the same time go one after another.
  perform pg_advisory_xact_lock(hashtextextended('logins ' || new.organization_id, 0));
  if exists (select 1 from users where organization_id = new.organization_id and is_active and id <> new.id
             and lower(email) = lower(new.username)) then
    raise unique_violation using message = 'username is the address of another user', constraint = 'users_username_key';
  end if;
  if exists (select 1 from users where organization_id = new.organization_id and is_active and id <> new.id
             and lower(username) = lower(new.email)) then
    raise unique_violation using message = 'address is the username of another user', constraint = 'users_email_key';
  end if;
  return new;
end $$;
create trigger users_login before insert or update of username, email, is_active on users
  for each row execute function user_login_is_ones_own();

-- A new address of a person that waits for its owner to confirm it. The link holds 32 random bytes; the row holds their SHA-256, null
-- until the job that mails the link made it.
create table email_change (
  organization_id text not null,
  user_id text not null,
  email text not null,
  token_hash bytea,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (organization_id, user_id),
  foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
);
create unique index email_change_token on email_change (token_hash);
