-- What owners of tokens hear: that one is about to expire, and that one was used from an address it had not been used from.
alter table api_token
  -- Days before the end that was warned of last: 14, then 3.
  add column expiry_warned_days integer,
  -- Addresses that were seen, of IPv6 the network of 64 bits; the first is where the token was first used.
  add column known_addresses text[] not null default '{}',
  -- The newest of them, until the owner has been told.
  add column untold_address text;
update api_token set known_addresses = array[last_used_ip] where last_used_ip is not null;
create index api_token_expiry on api_token (expires_at) where revoked_at is null and expires_at is not null;
create index api_token_untold on api_token (organization_id) where untold_address is not null;
