-- Every index of these tables is written for every alert group of a storm.

-- One key that also reads the records of a group in their order; nothing reads a record by its number alone.
alter table timeline_record drop constraint timeline_record_pkey;
drop index timeline_record_of_group;
alter table timeline_record add primary key (organization_id, alert_group_id, created_at, id);
alter table notification_record drop constraint notification_record_pkey;
drop index notification_record_of_group;
alter table notification_record add primary key (organization_id, alert_group_id, created_at, id);

-- A group has few deliveries: delivery_of_group finds the open ones too.
drop index delivery_open_of_group;
-- Read by nothing: what must not be forgotten is in escalation_run_without_next and escalation_run_due.
drop index escalation_run_unfinished;
