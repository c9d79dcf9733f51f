-- Clients that sent the first day of the week for a shift that is not weekly want to read it back; others must not see it.
alter table on_call_shift add column shows_week_start boolean not null default false;
