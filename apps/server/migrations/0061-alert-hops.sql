-- How many servers passed an alert on before this one (outgoing-webhooks.md 8.3), so that two of them do not feed each other for ever.
alter table inbound_alert add column hop smallint not null default 0;
alter table alert_group add column hop smallint not null default 0;
