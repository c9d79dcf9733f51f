import type { Generated } from 'kysely';

export interface EscalationChainTable {
  organization_id: string;
  id: string;
  name: string;
  team_id: string | null;
  created_at: Date;
}

/** What a step does is in its type; only the columns of that type are set. */
export interface EscalationStepTable {
  organization_id: string;
  id: string;
  escalation_chain_id: string;
  position: number;
  type: string | null;
  important: Generated<boolean>;
  wait_seconds: number | null;
  user_ids: Generated<string[]>;
  round_robin_last_user_id: string | null;
  team_id: string | null;
  schedule_id: string | null;
  user_group_id: string | null;
  webhook_id: string | null;
  time_from: string | null;
  time_to: string | null;
  num_alerts_in_window: number | null;
  num_minutes_in_window: number | null;
  severity: string | null;
  created_at: Date;
}

declare module '../../platform/db/database.ts' {
  interface Database {
    escalation_chain: EscalationChainTable;
    escalation_step: EscalationStepTable;
  }
}
