export interface AuditRecordTable {
  organization_id: string;
  seq: number;
  at: Date;
  actor_type: string;
  actor_id: string | null;
  actor_name: string;
  via: string;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  action_type: string;
  action_name: string;
  resource_type: string | null;
  resource_id: string | null;
  resource_name: string | null;
  team_id: string | null;
  before_json: string | null;
  after_json: string | null;
  note: string | null;
  prev_hash: Buffer;
  hash: Buffer;
}

export interface AuditHeadTable {
  organization_id: string;
  seq: number;
  hash: Buffer;
}

declare module '../platform/db/database.ts' {
  interface Database {
    audit_record: AuditRecordTable;
    audit_head: AuditHeadTable;
  }
}
