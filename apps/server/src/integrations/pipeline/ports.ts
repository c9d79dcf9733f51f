import type { Tx } from '../../platform/db/database.ts';

/** An alert of the source that acknowledges or resolves a group. Signals of one group come in the order of their alerts. */
export type SourceSignal = {
  organizationId: string;
  alertGroupId: string;
  kind: 'acknowledge' | 'resolve';
};

/** A group that the batch opened and that still fires: its escalation starts in the same transaction. */
export type OpenedGroup = {
  organizationId: string;
  alertGroupId: string;
  routeId: string | null;
  escalationChainId: string | null; // null: the route has none, nobody is notified by escalation
};

export type GroupRef = { organizationId: string; alertGroupId: string };

/** A record of types 21 (registered), 22 (route assigned) and 25 (restricted) of escalation.md 4.2. */
export type PipelineRecord = {
  organizationId: string;
  alertGroupId: string;
  type: 21 | 22 | 25;
  reason: string | null;
  data: unknown;
};

/**
 * What the pipeline asks of alerting and escalation, all of it set-based and inside the transaction of the batch.
 * Wired in context.ts.
 */
export interface PipelinePorts {
  /**
   * Moves groups by signals of their source (ingest.md 6.7, escalation.md 1.4): acknowledge only when firing or silenced, resolve
   * unless resolved; attached groups follow; each change has its timeline record. Signals that change nothing are passed over.
   */
  applySourceSignals(tx: Tx, signals: readonly SourceSignal[], now: Date): Promise<void>;
  /** Starts the first run of new groups, after `ESCALATION_START_DELAY_SECONDS`. */
  startRuns(tx: Tx, groups: readonly OpenedGroup[], now: Date): Promise<void>;
  /** New alerts came into these groups: runs that are paused at a count step look again one second later. */
  alertsJoined(tx: Tx, groups: readonly GroupRef[], now: Date): Promise<void>;
  addRecords(tx: Tx, records: readonly PipelineRecord[], now: Date): Promise<void>;
  /** Called after the commit of a batch that opened or changed groups, so that due loops of this process look at once. */
  committed(): void;
}
