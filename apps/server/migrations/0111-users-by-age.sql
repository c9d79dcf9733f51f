-- Notification rules are listed by their person's age, of people who left too; and people who may be notified, by theirs.
create index users_by_age on users (organization_id, created_at, id);
create index users_to_notify on users (organization_id, created_at, id) where is_active and may_be_notified;
