import { listOrganizations } from '../access/index.ts';
import type { Context } from '../context.ts';
import { listIntegrations } from '../integrations/index.ts';
import { createOnFirstStart, type FirstStart } from './first-start.ts';

export type Io = { out: (text: string) => void };

function mailLines({ config }: Context, { admin }: FirstStart): string[] {
  if (config.smtp === null) return ['No mail server is set, so nobody is notified yet: set EMAIL_HOST and EMAIL_FROM_ADDRESS.'];
  if (config.admin.email === null)
    return [
      `Its alerts go to ${admin.email}, which is nobody's mailbox: set TOCSIN_ADMIN_EMAIL before the first start, or change the user.`,
    ];
  return [`Its alerts go to ${admin.email} by e-mail.`];
}

function firstStartLines(ctx: Context, first: FirstStart): string[] {
  return [
    '',
    'This is the first start. Keep what follows: it is shown once.',
    `  user       ${first.admin.username}`,
    `  password   ${first.oneTimePassword ?? 'as in TOCSIN_ADMIN_PASSWORD'}`,
    `  API token  ${first.apiToken}`,
    ...mailLines(ctx, first),
  ];
}

/** The address that the oldest webhook integration takes alerts at; null when there is none. */
async function firstWebhook(ctx: Context, port: number): Promise<string | null> {
  const [organization] = await listOrganizations(ctx.db);
  if (organization === undefined) return null;
  const { rows } = await listIntegrations(ctx.db, organization.id, {}, { kind: 'cursor', cursor: null, size: 50 });
  const webhook = rows.find(({ type }) => type === 'webhook');
  const base = ctx.config.baseUrlGiven ? ctx.config.baseUrl : `http://localhost:${port}`;
  return webhook === undefined ? null : `${base}/integrations/v1/webhook/${webhook.token}/`;
}

/** Prepares an empty installation and says on standard output how to go on. */
export async function setUp(ctx: Context, io: Io, port: number): Promise<void> {
  const first = await createOnFirstStart(ctx);
  const url = await firstWebhook(ctx, port);
  const base = ctx.config.baseUrlGiven ? ctx.config.baseUrl : `http://localhost:${port}`;
  const lines = ['', `Tocsin is ready. Sign in at ${base}/`, ...(first === null ? [] : firstStartLines(ctx, first))];
  if (url !== null) {
    lines.push(
      '',
      'Send an alert:',
      `  curl -X POST -H 'Content-Type: application/json' -d '{"title": "Disk full", "state": "alerting"}' ${url}`,
      '',
    );
  }
  io.out(lines.join('\n'));
}
