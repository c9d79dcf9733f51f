-- A rotation that is changed from some time on keeps its id; what it was until then is a shift of its own that names it.
alter table on_call_shift add column version_of text;
create index on_call_shift_versions on on_call_shift (organization_id, version_of) where version_of is not null;

-- Lists show rotations as they are now.
create index on_call_shift_listed on on_call_shift (organization_id, created_at, id) where version_of is null;
drop index on_call_shift_list;
