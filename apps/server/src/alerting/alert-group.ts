/** Public ids of http-api-alerting.md 1.5. */
export type OrgId = string;
export type AlertGroupId = string;
export type UserId = string;

/** Who took or closed a group: codes that clients see (escalation.md 1.1). 2 ("not yet") is written while nobody has. */
export type ByCode = 0 | 1 | 3 | 5 | 6;
export const BY = { source: 0, user: 1, notYet: 2, lastStep: 3, wiped: 5, maintenanceEnd: 6 } as const;

/** Evidence of an acknowledge or a resolve. */
export type Mark = { at: Date; by: ByCode; userId: UserId | null };
/** Evidence of a silence; `until` null: until somebody unsilences it. */
export type Silence = { at: Date; until: Date | null; userId: UserId | null };

/** Where a group stands; exactly one holds. A resolved group keeps the evidence of its acknowledge, which clients still see. */
export type GroupState =
  | { kind: 'firing' }
  | { kind: 'acknowledged'; acknowledged: Mark }
  | { kind: 'silenced'; silenced: Silence }
  | { kind: 'resolved'; resolved: Mark; acknowledged: Mark | null };
export type StateKind = GroupState['kind'];

export type AlertGroup = {
  organizationId: OrgId;
  id: AlertGroupId;
  /** Counts within the organization, from 1. */
  number: number;
  integrationId: string;
  routeId: string | null;
  groupingKey: string;
  isOpenForGrouping: boolean;
  /** Null after a wipe. */
  title: string | null;
  labels: Readonly<Record<string, string>>;
  state: GroupState;
  receivedAt: Date;
  startedAt: Date;
  alertsCount: number;
  firstAlertId: string | null;
  lastAlertId: string | null;
  lastAlertAt: Date | null;
  restartedAt: Date | null;
  /** Seconds from the start to the first acknowledge, resolve, silence or wipe. */
  responseSeconds: number | null;
  wipedAt: Date | null;
  wipedByUserId: UserId | null;
  rootId: AlertGroupId | null;
  isSilencedByRoot: boolean;
  isMaintenance: boolean;
  isDebug: boolean;
  isDemo: boolean;
};
