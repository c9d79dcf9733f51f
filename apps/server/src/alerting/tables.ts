import type { ColumnType, Generated, JSONColumnType } from 'kysely';

export interface AlertGroupTable {
  organization_id: string;
  id: string;
  number: number;
  integration_id: string;
  route_id: string | null;
  grouping_key: string;
  is_open_for_grouping: Generated<boolean>;
  title: string | null;
  labels: JSONColumnType<Record<string, string>>;
  received_at: Date;
  started_at: Date;
  alerts_count: Generated<number>;
  first_alert_id: string | null;
  last_alert_id: string | null;
  last_alert_at: Date | null;
  acknowledged_at: Date | null;
  acknowledged_by: Generated<number>;
  acknowledged_by_user_id: string | null;
  acknowledge_confirmed_at: Date | null;
  resolved_at: Date | null;
  resolved_by: Generated<number>;
  resolved_by_user_id: string | null;
  silenced_at: Date | null;
  silenced_until: Date | null;
  silenced_by_user_id: string | null;
  restarted_at: Date | null;
  response_seconds: number | null;
  wiped_at: Date | null;
  wiped_by_user_id: string | null;
  root_alert_group_id: string | null;
  is_silenced_by_root: Generated<boolean>;
  is_maintenance: Generated<boolean>;
  is_debug: Generated<boolean>;
  is_demo: Generated<boolean>;
  state: ColumnType<'firing' | 'acknowledged' | 'silenced' | 'resolved', never, never>;
}

export interface AlertGroupCountTable {
  organization_id: string;
  state: 'firing' | 'acknowledged' | 'silenced' | 'resolved';
  slot: number;
  groups: number;
}

export interface AlertTable {
  organization_id: string;
  id: string;
  alert_group_id: string;
  integration_id: string;
  created_at: Date;
  received_at: Date;
  payload: string;
  is_resolve_signal: Generated<boolean>;
  is_acknowledge_signal: Generated<boolean>;
  is_demo: Generated<boolean>;
  warning: string | null;
}

export interface TimelineRecordTable {
  organization_id: string;
  id: Generated<number>;
  alert_group_id: string;
  created_at: Date;
  type: number;
  actor_type: 'user' | 'service_account' | 'source' | 'step' | 'timer' | 'maintenance' | 'backsync' | 'system';
  actor_id: string | null;
  action_source: number | null;
  error_code: number | null;
  reason: string | null;
  data: JSONColumnType<Record<string, unknown>> | null;
}

export interface ResolutionNoteTable {
  organization_id: string;
  id: string;
  alert_group_id: string;
  author_id: string | null;
  source: 'Slack' | 'Web' | 'Mobile App';
  origin: Generated<string>;
  text: string;
  created_at: Date;
  deleted_at: Date | null;
}

export interface LegalHoldTable {
  organization_id: string;
  alert_group_id: string;
  reason: string;
  set_by_user_id: string | null;
  set_at: Date;
}

export interface OwnTableColumnsTable {
  organization_id: string;
  user_id: string;
  columns: JSONColumnType<{ id: string; name: string; type: 'default' | 'label' }[]>;
}

export interface SavedViewTable {
  organization_id: string;
  id: string;
  owner_id: string;
  name: string;
  icon: string | null;
  filters: JSONColumnType<Record<string, unknown>>;
  columns: string[];
  grouping: string | null;
  sort: string | null;
  notifies: boolean;
  visibility: 'private' | 'team' | 'organization';
  team_id: string | null;
  created_at: Date;
  updated_at: Date;
}

declare module '../platform/db/database.ts' {
  interface Database {
    alert_group: AlertGroupTable;
    alert_group_count: AlertGroupCountTable;
    alert: AlertTable;
    timeline_record: TimelineRecordTable;
    resolution_note: ResolutionNoteTable;
    legal_hold: LegalHoldTable;
    own_table_columns: OwnTableColumnsTable;
    saved_view: SavedViewTable;
  }
}
