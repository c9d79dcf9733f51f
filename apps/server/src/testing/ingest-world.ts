import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOrganization } from '../access/index.ts';
import { applySourceSignals } from '../alerting/index.ts';
import { alertsJoined, escalationHooks, startRuns } from '../escalation/index.ts';
import type { NewIntegration, PipelineNotice } from '../integrations/index.ts';
import {
  createIngestion,
  createIntegration,
  type Ingestion,
  type Pipeline,
  type PipelinePorts,
  startPipeline,
} from '../integrations/index.ts';
import { createTestClock, type TestClock } from '../platform/clock.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { createLogger } from '../platform/log.ts';
import { createHub, type Hub } from '../platform/notify.ts';
import type { Outbound } from '../platform/outbound/index.ts';
import { createSecretBox } from '../platform/secrets.ts';
import { createTemplates } from '../templates/index.ts';
import { inlineRenderer } from './inline-renderer.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export type TestIntegration = {
  id: string;
  token: string;
  organizationId: string;
  type: string;
  url: string;
  defaultRouteId: string;
};

export type IngestWorldOptions = {
  at?: string;
  bodyLimit?: number;
  limits?: NonNullable<Parameters<typeof createIngestion>[0]['limits']>;
  batchLimit?: number;
  outbound?: Outbound;
  /** Address that requests seem to come from. */
  clientIp?: () => string;
  ports?: (ports: PipelinePorts) => PipelinePorts;
};

/** The integration URLs on a real server, the pipeline and escalation behind them, on a database of their own. The clock is moved by hand. */
export class IngestWorld implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly db: Db;
  readonly clock: TestClock;
  readonly hub: Hub;
  readonly organizationId: string;
  readonly ingestion: Ingestion;
  readonly pipeline: Pipeline;
  readonly ports: PipelinePorts;
  readonly secrets = createSecretBox('the secret key of all tests');
  readonly notices: PipelineNotice[] = [];
  readonly parked: { integrationId: string; error: string }[] = [];
  readonly #server: Server;

  private constructor(database: TestDatabase, clock: TestClock, organizationId: string, options: IngestWorldOptions) {
    const log = createLogger({ level: 'silent' });
    this.database = database;
    this.db = database.db;
    this.clock = clock;
    this.organizationId = organizationId;
    this.hub = createHub(database.connection, log);
    const ports: PipelinePorts = {
      applySourceSignals: (tx, signals, now) => applySourceSignals(tx, escalationHooks, signals, now),
      groupsOpened: async () => undefined,
      startRuns: (tx, groups, now) => startRuns(tx, groups, { now, delaySeconds: 1 }),
      alertsJoined,
      notifyAdmins: async (_tx, notice) => void this.notices.push(notice),
      committed: () => undefined,
    };
    this.ports = options.ports?.(ports) ?? ports;
    const shared = { db: this.db, hub: this.hub, clock, log };
    this.pipeline = startPipeline({
      ...shared,
      templates: createTemplates({ clock, pool: inlineRenderer }),
      ports: this.ports,
      manual: true,
      onParked: (event) => this.parked.push(event),
      ...(options.batchLimit === undefined ? {} : { batchLimit: options.batchLimit }),
    });
    this.ingestion = createIngestion({
      ...shared,
      connection: database.connection,
      secrets: this.secrets,
      outbound: options.outbound ?? { request: async () => ({ ok: false, reason: 'network', message: 'no network in tests' }) },
      bodyLimit: options.bodyLimit ?? 10 * 1024 * 1024,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const facts = { requestId: 'test', clientIp: options.clientIp ?? (() => '127.0.0.1') };
    this.#server = createServer((request, response) => void this.ingestion.handler(request, response, facts));
  }

  static async start(options: IngestWorldOptions = {}): Promise<IngestWorld> {
    const database = await createTestDatabase();
    const clock = createTestClock(options.at ?? '2026-03-02T09:00:00Z');
    const organization = await inTransaction(database.db, (tx) => createOrganization(tx, { name: 'Acme' }, clock.now()));
    const world = new IngestWorld(database, clock, organization.id, options);
    await world.hub.ready();
    await new Promise<void>((resolve) => world.#server.listen(0, '127.0.0.1', resolve));
    return world;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async integration(
    type: string,
    settings: Partial<NewIntegration> = {},
    organizationId = this.organizationId,
  ): Promise<TestIntegration> {
    const made = await inTransaction(this.db, (tx) =>
      createIntegration(
        tx,
        organizationId,
        {
          type,
          title: type,
          hasHeartbeat: true,
          name: null,
          descriptionShort: null,
          teamId: null,
          authorId: null,
          templates: {},
          groupingScope: null,
          labels: [],
          dynamicLabels: [],
          acknowledgeHosts: [],
          defaultRoute: { escalationChainId: null, messengers: {} },
          ...settings,
        },
        this.clock.now(),
      ),
    );
    if (!made.ok) throw new Error(made.reason);
    const { id, token } = made.integration;
    const route = await this.db.selectFrom('route').select('id').where('integration_id', '=', id).executeTakeFirstOrThrow();
    const url = `${this.origin}/integrations/v1/${type.replace(/^legacy_/, '')}/${token}/`;
    return { id, token, organizationId, type, url, defaultRouteId: route.id };
  }

  /** Posts JSON and expects it to be taken. */
  async send(integration: TestIntegration, payload: unknown): Promise<void> {
    const response = await fetch(integration.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${body}`);
  }

  /** Handles everything that waits. */
  async settle(): Promise<void> {
    for (const loop of this.pipeline.loops) await loop.runUntilIdle();
  }

  async sendAll(integration: TestIntegration, payloads: readonly unknown[]): Promise<void> {
    for (const payload of payloads) await this.send(integration, payload);
    await this.settle();
  }

  groups(integration?: TestIntegration) {
    const query = this.db.selectFrom('alert_group').selectAll().orderBy('number');
    return (integration === undefined ? query : query.where('integration_id', '=', integration.id)).execute();
  }

  alerts(groupId?: string) {
    const query = this.db.selectFrom('alert').selectAll().orderBy('created_at').orderBy('id');
    return (groupId === undefined ? query : query.where('alert_group_id', '=', groupId)).execute();
  }

  records(groupId: string) {
    return this.db
      .selectFrom('timeline_record')
      .selectAll()
      .where('alert_group_id', '=', groupId)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.pipeline.stop();
    await this.ingestion.stop();
    await this.hub.close();
    await this.database[Symbol.asyncDispose]();
  }
}
