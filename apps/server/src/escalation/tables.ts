import './reminders/tables.ts';
import type { Generated, JSONColumnType } from 'kysely';
import type { ChainSnapshot } from './run/snapshot.ts';

export interface ChainSnapshotTable {
  organization_id: string;
  hash: string;
  content: JSONColumnType<ChainSnapshot>;
  created_at: Date;
}

/** Why a run stands still. */
export type EndReason =
  | 'chain_finished'
  | 'resolved_by_step'
  | 'not_firing'
  | 'no_chain'
  | 'integration_mode'
  | 'attached'
  | 'wiped';

export interface EscalationRunTable {
  organization_id: string;
  alert_group_id: string;
  run_no: Generated<number>;
  state: 'running' | 'paused' | 'finished';
  snapshot_hash: string | null;
  position: Generated<number>;
  repeats: JSONColumnType<Record<string, number>>;
  due_at: Date | null;
  started_at: Date;
  threshold_recorded: Generated<boolean>;
  notify_steps: Generated<number>;
  finished_at: Date | null;
  end_reason: EndReason | null;
  reached_check_at: Date | null;
  unreached_recorded: Generated<boolean>;
}

export interface PersonalRunTable {
  organization_id: string;
  id: Generated<number>;
  alert_group_id: string;
  user_id: string;
  run_no: number;
  personal_run_no: number;
  important: boolean;
  paged: Generated<boolean>;
  state: 'running' | 'finished' | 'cancelled';
  use_important_rules: boolean | null;
  rules_done: Generated<number>;
  last_rule_id: string | null;
  last_rule_position: number | null;
  due_at: Date | null;
  started_at: Date;
  ended_at: Date | null;
}

export interface LivenessCursorTable {
  organization_id: string;
  alert_group_id: string;
}

declare module '../platform/db/database.ts' {
  interface Database {
    chain_snapshot: ChainSnapshotTable;
    escalation_run: EscalationRunTable;
    personal_run: PersonalRunTable;
    liveness_cursor: LivenessCursorTable;
  }
}
