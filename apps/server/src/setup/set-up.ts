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
    `  API token  ${first.apiToken ?? ''}`,
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

/** How an installation without anybody in it is set up in the browser. */
async function setupLines(ctx: Context, base: string): Promise<string[]> {
  const code = ctx.config.secrets.setupCode === null ? await ctx.firstRun.code() : 'as in TOCSIN_SETUP_CODE';
  return [
    '',
    `Tocsin is ready. Nobody can sign in yet: open ${base}/setup and make the first admin.`,
    `  setup code  ${code}`,
    '',
  ];
}

/**
 * Prepares an empty installation and says on standard output how to go on. With TOCSIN_ADMIN_EMAIL and TOCSIN_ADMIN_PASSWORD there is
 * an admin from the start. Else `--setup` makes one, unless TOCSIN_SETUP_CODE says that somebody will by the browser; without
 * `--setup`, the code that the browser asks for is printed.
 */
export async function setUp(ctx: Context, io: Io, port: number, withSetup: boolean): Promise<void> {
  const base = ctx.config.baseUrlGiven ? ctx.config.baseUrl : `http://localhost:${port}`;
  const { adminPassword, setupCode } = ctx.config.secrets;
  const isNeeded = await ctx.firstRun.isNeeded();
  if (!isNeeded && adminPassword !== null) ctx.log.info('TOCSIN_ADMIN_PASSWORD is ignored: there is somebody who can sign in');
  const byBrowser = adminPassword === null && (!withSetup || setupCode !== null);
  if (isNeeded && byBrowser) return io.out((await setupLines(ctx, base)).join('\n'));
  const first = isNeeded ? await createOnFirstStart(ctx, withSetup) : null;
  if (!withSetup) {
    if (first !== null)
      io.out(`\nTocsin is ready. Sign in at ${base}/ as ${first.admin.username}, with TOCSIN_ADMIN_PASSWORD.\n`);
    return;
  }
  const url = await firstWebhook(ctx, port);
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
