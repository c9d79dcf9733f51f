/** A label that an integration gives to its alert groups. */
export interface IntegrationLabel {
  readonly key: string;
  readonly value: string;
}

/** An entry point for alerts, as it is set up. */
export interface Integration {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly descriptionShort: string | null;
  readonly teamId: string | null;
  readonly token: string;
  /** Only what was set; what is not there means the type's default. */
  readonly templates: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly groupingScope: 'route' | 'signals' | 'integration' | null;
  /** Whether the resolve template may resolve alert groups. */
  readonly allowSourceBasedResolving: boolean;
  readonly labels: readonly IntegrationLabel[];
  readonly dynamicLabels: readonly { readonly key: string; readonly template: string }[];
  /** Keys of `labels` that its alert groups do not get. */
  readonly labelsNotInherited: readonly string[];
  /** Renders to a JSON object of further labels. */
  readonly multiLabelTemplate: string | null;
  /** Hosts that acknowledging may call because a payload asks for it (`ack_url_get`). */
  readonly acknowledgeHosts: readonly { readonly host: string; readonly port: number | null; readonly plain_http: boolean }[];
  readonly maintenanceMode: 'debug' | 'maintenance' | null;
  readonly maintenanceStartedAt: Date | null;
  readonly maintenanceEndsAt: Date | null;
  /** The key that was replaced, while it works; it may be over, though not for long. */
  readonly previousToken: { readonly until: Date; readonly usedAt: Date | null } | null;
  readonly templateErrors: Readonly<Record<string, { readonly message: string; readonly at: string }>>;
  readonly createdAt: Date;
}

/** What a route by labels asks of one label. A label that an alert does not have compares as empty. */
export interface RouteMatcher extends IntegrationLabel {
  readonly match: '=' | '!=' | '=~' | '!~';
}

export type RoutingType = 'regex' | 'jinja2' | 'labels';

/** Which alerts of an integration go to which escalation chain; the default one takes what no other takes. */
export interface Route {
  readonly id: string;
  readonly integrationId: string;
  readonly isDefault: boolean;
  readonly position: number;
  readonly routingType: RoutingType;
  readonly routingRegex: string | null;
  readonly routingLabels: readonly RouteMatcher[] | null;
  readonly escalationChainId: string | null;
  readonly messengers: Readonly<Record<string, { readonly id?: string | null; readonly enabled?: boolean }>>;
}
