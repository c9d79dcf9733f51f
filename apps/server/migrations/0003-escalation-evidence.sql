-- A child that was silenced only because its root was is unsilenced when it is detached (escalation.md 1.7).
alter table alert_group add column is_silenced_by_root boolean not null default false;

-- Why a run stands still, so that a firing group whose run was stopped by a state it no longer has can be told from one whose chain is spent.
alter table escalation_run add column end_reason text
  check (end_reason in ('chain_finished', 'resolved_by_step', 'not_firing', 'no_chain', 'integration_mode', 'attached', 'wiped'));
-- When it must be clear that somebody was reached: ten minutes after the first notify step (escalation.md G27).
alter table escalation_run add column reached_check_at timestamptz;
alter table escalation_run add column unreached_recorded boolean not null default false;
create index escalation_run_reached_check on escalation_run (reached_check_at) where reached_check_at is not null;
-- What the liveness check looks for; empty while all is well.
create index escalation_run_without_next on escalation_run (organization_id, alert_group_id) where state = 'running' and due_at is null;

create index delivery_deadline on delivery (deadline_at) where state in ('owed', 'sending');

-- How far the slow round of the liveness check has come through the firing groups.
create table liveness_cursor (
  organization_id text primary key,
  alert_group_id text not null
);

-- Groups that fire again while another one of their identity takes the alerts (ingest.md 6.5).
create index alert_group_waiting on alert_group (organization_id, integration_id, grouping_key)
  where not is_open_for_grouping and resolved_at is null and wiped_at is null;
