import { createOrganization, createToken } from '../access/index.ts';
import type { ActionDeps } from '../alerting/index.ts';
import { domainsOf } from '../domains.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { createUser } from '../users/index.ts';
import { createWebhook, type NewWebhook } from '../webhooks/index.ts';
import { type Answer, asAnswer } from './answer.ts';
import { type HttpReceiver, type ReceivedRequest, startHttpReceiver } from './http-receiver.ts';
import { startTestServer, type TestServer } from './test-server.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A call as its receiver saw it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely; a wrong path fails the test
export type ReceivedCall = ReceivedRequest & { webhook: string; json: any };

/** A whole server beside a real receiver of webhooks. */
export interface WebhookWorld extends AsyncDisposable {
  readonly server: TestServer;
  readonly receiver: HttpReceiver;
  /** An organization of its own, with an admin and an integration, whose webhooks all go to the receiver. */
  organization(): Promise<WebhookOrganization>;
}

export async function startWebhookWorld(env: Record<string, string> = {}): Promise<WebhookWorld> {
  const receiver = await startHttpReceiver();
  const server = await startTestServer({ env: { OUTGOING_WEBHOOK_ALLOWED_CIDRS: '127.0.0.1/32', ...env } });
  let count = 0;
  return {
    server,
    receiver,
    async organization() {
      count += 1;
      const { ctx, clock } = server;
      const made = await inTransaction(ctx.db, async (tx) => {
        const { id: org } = await createOrganization(tx, { name: `Harbor ${count}` }, clock.now());
        const fields = {
          grafanaId: 1,
          username: 'nadia',
          email: 'nadia@harbor.example',
          role: 'admin',
          passwordHash: null,
        } as const;
        const user = await createUser(tx, org, fields, clock.now());
        if (!user.ok) throw new Error(user.reason);
        const token = await createToken(tx, org, { userId: user.user.id, name: 'test' }, clock.now());
        return { org, userId: user.user.id, token: token.text };
      });
      const organization = new WebhookOrganization(server, receiver, made);
      await organization.start();
      return organization;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

export class WebhookOrganization {
  readonly id: string;
  readonly userId: string;
  readonly #token: string;
  readonly #server: TestServer;
  readonly #receiver: HttpReceiver;
  #alerts = 0;
  #names = 0;
  integration: { id: string; link: string } = { id: '', link: '' };

  constructor(server: TestServer, receiver: HttpReceiver, made: { org: string; userId: string; token: string }) {
    this.#server = server;
    this.#receiver = receiver;
    this.id = made.org;
    this.userId = made.userId;
    this.#token = made.token;
  }

  /** For actions that no endpoint offers. */
  get deps(): ActionDeps {
    const { ctx } = this.#server;
    return { db: ctx.db, clock: ctx.clock, hooks: domainsOf(ctx).hooks };
  }

  async start(): Promise<void> {
    this.integration = await this.newIntegration();
  }

  async api(method: Method, path: string, body?: unknown, token = this.#token): Promise<Answer> {
    const answer = await this.#server.app.inject({
      method,
      url: `/api/v1/${path}`,
      headers: { authorization: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return asAnswer(answer);
  }

  /** Like `api`, for what is expected to work. */
  async done(method: Method, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  async newIntegration(): Promise<{ id: string; link: string }> {
    return this.done('POST', 'integrations/', {
      type: 'webhook',
      templates: { resolve_signal: '{{ payload.state == "ok" }}', grouping_key: '{{ payload.key }}' },
    });
  }

  /** A webhook that calls the receiver unless told otherwise. @returns its id */
  async webhook(trigger: NewWebhook['trigger'], fields: Partial<NewWebhook> = {}): Promise<string> {
    const { ctx, clock } = this.#server;
    this.#names += 1;
    const name = fields.name ?? `hook ${this.#names}`;
    const made = await inTransaction(ctx.db, (tx) =>
      createWebhook(
        tx,
        { secrets: ctx.secrets, syntaxError: () => null },
        this.id,
        { name, url: this.url(name), trigger, ...fields },
        clock.now(),
      ),
    );
    if (!made.ok) throw new Error(made.reason);
    return made.webhook.id;
  }

  url(name: string): string {
    return `${this.#receiver.url}/${this.id}/${encodeURIComponent(name)}`;
  }

  /** Sends an alert and lets everything run. @returns its group */
  async alert(
    payload: Record<string, unknown> = {},
    integration = this.integration,
    headers: Record<string, string> = {},
  ): Promise<string> {
    this.#alerts += 1;
    this.#server.clock.advance({ seconds: 1 }); // so that the newest group is the first of the list
    const key = `alert ${this.#alerts}`;
    const answer = await this.#server.app.inject({
      method: 'POST',
      url: new URL(integration.link).pathname,
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify({ key, ...payload }),
    });
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
    await this.#server.runDue();
    const { results } = await this.done('GET', 'alert_groups/');
    return results[0].id;
  }

  /** Acts on a group by the API and lets everything run. */
  async act(groupId: string, action: string, body?: unknown): Promise<void> {
    await this.done('POST', `alert_groups/${groupId}/${action}/`, body);
    await this.#server.runDue();
  }

  /** Calls that came for webhooks of this organization, in order. */
  calls(): ReceivedCall[] {
    return this.#receiver.requests.flatMap((request) => {
      const [, org, webhook = ''] = request.path.split('/');
      if (org !== this.id) return [];
      return [
        {
          ...request,
          webhook: decodeURIComponent(webhook),
          json: request.body.startsWith('{') ? JSON.parse(request.body) : null,
        },
      ];
    });
  }

  /** Types of the events that came. */
  types(): string[] {
    return this.calls().map(({ json }) => json.event.type);
  }

  async timeline(groupId: string): Promise<string[]> {
    const entries = await this.done('GET', `alert_groups/${groupId}/timeline/`);
    return (entries.results ?? entries).map((entry: { action: string }) => entry.action);
  }

  async responses(webhookId: string): Promise<Answer['body'][]> {
    return (await this.done('GET', `webhooks/${webhookId}/responses/`)).results;
  }
}
