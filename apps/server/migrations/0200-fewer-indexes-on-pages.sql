-- A page's row changes its state three times, and each change writes all its indexes anew.

-- The key begins with the alert group, whose pages one index now finds; a group has few of them.
alter table delivery drop constraint delivery_organization_id_key_key;
alter table delivery add constraint delivery_key unique (organization_id, alert_group_id, key);
drop index delivery_of_group;
-- Pages past their deadline are found among those that are due or in hand: no attempt is ever due after the deadline.
drop index delivery_deadline;

-- Answers come in the order of their time, and only the daily deletion asks for it.
drop index webhook_response_at;
create index webhook_response_at on webhook_response using brin (at);
