-- Counting the shifts of a team reads the index alone, which has to know that former versions are not listed.
create index on_call_shift_team_listed on on_call_shift (organization_id, team_id, created_at, id)
  where team_id is not null and version_of is null;
drop index on_call_shift_team;
