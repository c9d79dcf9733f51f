-- The groups that an alert may join are found and locked by one plain scan: a group that changes while its lock is waited for must not be
-- missed, as it was where the two indexes of open and waiting groups were asked for it together.
create index alert_group_unresolved_key on alert_group (organization_id, integration_id, grouping_key) where resolved_at is null;
