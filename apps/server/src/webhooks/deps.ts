import type { GroupRef } from '../alerting/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/database.ts';
import type { Outbound } from '../platform/outbound/index.ts';
import type { SecretBox } from '../platform/secrets.ts';
import type { RenderTemplate } from './build-request.ts';

/** What it takes to make the request of a webhook. */
export type WebhookDeps = {
  db: Db;
  clock: Clock;
  outbound: Outbound;
  /** Hosts and networks that webhooks may call beside those that the whole server may. */
  allow: readonly string[];
  /** HTTP proxy that takes requests on; null: none. */
  proxy: string | null;
  secrets: SecretBox;
  render: RenderTemplate;
  /** Of this server, whose own addresses are not called. */
  baseUrl: string;
  /** For a connection and the first of an answer. */
  timeoutMs: number;
  /** Address of a group in the web UI. */
  groupLink: (alertGroupId: string) => string;
  /** Ids of the people whom escalations of groups notify, by group key. */
  usersToBeNotified: (groups: readonly GroupRef[], now: Date) => Promise<ReadonlyMap<string, readonly string[]>>;
};
