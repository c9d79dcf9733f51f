import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOrganization, createToken } from '../access/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { type HttpReceiver, startHttpReceiver } from '../testing/http-receiver.ts';
import { startSmtpServer, type TestSmtpServer } from '../testing/smtp.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { createUser } from '../users/index.ts';

let server: TestServer;
let smtp: TestSmtpServer;
let prtg: HttpReceiver;
let token: string;
let userId: string;
beforeEach(async () => {
  [smtp, prtg] = await Promise.all([startSmtpServer(), startHttpReceiver()]);
  server = await startTestServer({
    env: {
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(smtp.port),
      EMAIL_USE_TLS: 'false',
      EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
      OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
      SOURCE_ACKNOWLEDGE_HOSTS: prtg.url,
    },
  });
  const { ctx, clock } = server;
  await inTransaction(ctx.db, async (tx) => {
    const organization = await createOrganization(tx, { name: 'Harbor' }, clock.now());
    const created = await createUser(
      tx,
      organization.id,
      { grafanaId: 1, username: 'anna', email: 'anna@harbor.example', role: 'admin', passwordHash: null },
      clock.now(),
    );
    if (!created.ok) throw new Error(created.reason);
    userId = created.user.id;
    token = (await createToken(tx, organization.id, { userId, name: 'test' }, clock.now())).text;
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
  await prtg[Symbol.asyncDispose]();
});

async function api(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: { authorization: token },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
  return answer.body === '' ? {} : answer.json();
}

test('an alert of PRTG pages by e-mail with its own texts, and acknowledging over the API tells PRTG', async () => {
  const chain = await api('POST', '/escalation_chains/', { name: 'Night' });
  await api('POST', '/escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_persons',
    persons_to_notify: [userId],
  });
  await api('POST', '/personal_notification_rules/', { user_id: userId, type: 'notify_by_email' });
  const integration = await api('POST', '/integrations/', { name: 'PRTG', type: 'prtg' });
  const route = integration.default_route as { id: string };
  await api('PUT', `/routes/${route.id}/`, { escalation_chain_id: chain.id });
  const alert = {
    alert_uid: '2043 21.11.2025',
    title: 'core-sw1 Ping Down',
    state: 'alerting',
    message: 'Request **timed out** (ICMP error # 11010)',
    ack_url_get: `${prtg.url}/api/acknowledgealarm.htm?id=2043&passhash=99887766`,
  };
  const link = new URL(integration.link as string);
  const posted = await server.app.inject({ method: 'POST', url: link.pathname, payload: alert });
  expect(posted.statusCode).toBe(200);
  await server.runDue();
  const [mail] = smtp.mails;
  expect(mail?.subject).toContain('core-sw1 Ping Down');
  expect(mail?.html).toContain('<strong>timed out</strong>');
  expect(mail?.text).toContain('Request timed out');
  const groups = await api('GET', '/alert_groups/');
  const [group] = groups.results as { id: string }[];
  expect(mail?.text).toContain(`/alert-groups/${group?.id}`);
  await api('POST', `/alert_groups/${group?.id}/acknowledge`);
  await server.runDue();
  expect(prtg.requests.map(({ path }) => path)).toEqual(['/api/acknowledgealarm.htm?id=2043&passhash=99887766']);
  server.clock.advance({ hours: 24 });
  await server.runDue();
  expect(smtp.mails).toHaveLength(1);
});
