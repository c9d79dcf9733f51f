import type { GroupRef, OpenedGroup as NewGroupRef, SourceSignal } from '../../alerting/index.ts';
import type { Tx } from '../../platform/db/database.ts';

/** A group that a batch opened and that still fires: its escalation starts in the same transaction. */
export type OpenedGroup = {
  organizationId: string;
  alertGroupId: string;
  integrationId: string;
  routeId: string | null;
  escalationChainId: string | null; // null: the route has none, nobody is notified by escalation
};

/** What admins are told of: an alert that was put aside (ingest.md B-4), a rate that was passed (ingest.md 5). */
export type PipelineNotice = {
  organizationId: string;
  kind: 'alert_parked' | 'rate_passed';
  subject: string;
  text: string;
};

/** What the pipeline causes elsewhere, all of it set-based and inside the transaction of the batch. Wired in context.ts. */
export interface PipelinePorts {
  /** alerting's `applySourceSignals` with the hooks of this server. */
  applySourceSignals(tx: Tx, signals: readonly SourceSignal[], now: Date): Promise<unknown>;
  /** Groups were made, whatever becomes of them next; before the signals of their first alert. */
  groupsOpened(tx: Tx, groups: readonly NewGroupRef[], now: Date): Promise<void>;
  /** Starts the first run of new groups, after `ESCALATION_START_DELAY_SECONDS`. */
  startRuns(tx: Tx, groups: readonly OpenedGroup[], now: Date): Promise<void>;
  /** New alerts came into these groups: runs that are paused at a count step look again one second later. */
  alertsJoined(tx: Tx, groups: readonly GroupRef[], now: Date): Promise<void>;
  /** Queues a notice to the admins of an organization in the given transaction; notices of a kind come at most every few minutes. */
  notifyAdmins(tx: Tx, notice: PipelineNotice, now: Date): Promise<void>;
  /** Thresholds of an organization that has its own, per window of five minutes. */
  rateLimitsOf?(organizationId: string): { integration?: number; organization?: number } | undefined;
  /** Called after the commit of a batch that opened or changed groups, so that due loops of this process look at once. */
  committed(): void;
}
