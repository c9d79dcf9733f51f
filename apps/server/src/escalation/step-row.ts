import type { Selectable } from 'kysely';
import { STEP_TYPES, type StepType } from './settings/chain.ts';
import type { EscalationStepTable } from './settings/tables.ts';
import type { EscalationStep } from './step.ts';

type Row = Omit<
  Selectable<EscalationStepTable>,
  'organization_id' | 'escalation_chain_id' | 'position' | 'created_at' | 'round_robin_last_user_id'
>;

const isStepType = (text: string): text is StepType => (STEP_TYPES as readonly string[]).includes(text);

/** A step as its row says. A type that another version wrote is kept as `unknown`. */
export function stepFromRow(row: Row): EscalationStep {
  const { id, type, important } = row;
  if (type === null || !isStepType(type)) return { id, type: 'unknown', name: type };
  switch (type) {
    case 'wait':
      return { id, type, seconds: row.wait_seconds };
    case 'notify_persons':
    case 'notify_person_next_each_time':
      return { id, type, userIds: row.user_ids, important };
    case 'notify_on_call_from_schedule':
    case 'notify_next_on_call_from_schedule':
      return { id, type, scheduleId: row.schedule_id, important };
    case 'notify_team_members':
      return { id, type, teamId: row.team_id, important };
    case 'notify_user_group':
      return { id, type, userGroupId: row.user_group_id, important };
    case 'notify_whole_channel':
    case 'repeat_escalation':
    case 'resolve':
      return { id, type };
    case 'trigger_webhook':
      return { id, type, webhookId: row.webhook_id };
    case 'notify_if_time_from_to':
      return { id, type, from: row.time_from, to: row.time_to };
    case 'notify_if_num_alerts_in_window':
      return { id, type, alerts: row.num_alerts_in_window, minutes: row.num_minutes_in_window };
    case 'declare_incident':
      return { id, type, severity: row.severity };
  }
}
