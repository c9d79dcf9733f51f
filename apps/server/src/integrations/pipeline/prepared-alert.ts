export type GroupingScope = 'route' | 'signals' | 'integration';

/** What new groups of an integration become while it is in one of its quiet modes (ingest.md 7.1). */
export type QuietMode = { kind: 'debug' } | { kind: 'maintenance'; rootGroupId: string | null };

/** An alert with everything that its templates, labels and routes said. From here on nothing is rendered. */
export type PreparedAlert = {
  inboundId: number;
  organizationId: string;
  integrationId: string;
  receivedAt: Date;
  isDemo: boolean;
  /** Servers that passed it on before this one. */
  hop: number;
  labels: Readonly<Record<string, string>>;
  title: string;
  /** MD5 of the grouping id, or a random UUID that no group has. */
  groupingKey: string;
  /** False: nothing groups with this alert. */
  canGroup: boolean;
  scope: GroupingScope;
  isResolveSignal: boolean;
  isAcknowledgeSignal: boolean;
  /** `allow_source_based_resolving`. */
  mayResolve: boolean;
  route: { id: string; name: string; escalationChainId: string | null; chainName: string | null } | null;
  quiet: QuietMode | null;
  /** Set for alerts cut out of a body, whose groups resolve by count: hash of the labels, and whether this one is resolved. */
  split: { hash: string; isResolved: boolean } | null;
};
