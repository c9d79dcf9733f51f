import { createOrganization, createToken, nextGrafanaUserId } from '../../access/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import { createUser } from '../../users/index.ts';
import type { TestServer } from '../test-server.ts';
import type { ApiRequest } from './requests.ts';

/** An organization with an object of every kind, and the token of its admin. */
export type SeededOrganization = {
  org: string;
  adminId: string;
  token: string;
  /** Ids by kind: the path of the collection, `users`, `alert_groups`, … */
  ids: Readonly<Record<string, readonly string[]>>;
  /** What else only this organization knows: names, addresses, texts. */
  words: readonly string[];
  send(request: ApiRequest): Promise<{ statusCode: number; headers: Readonly<Record<string, unknown>>; body: string }>;
};

/** @param name goes into the name of each object, so that its traces can be searched for */
export async function seedOrganization(server: TestServer, name: string): Promise<SeededOrganization> {
  const { db } = server.ctx;
  const now = server.clock.now();
  const { org, adminId, editorId, token } = await inTransaction(db, async (tx) => {
    const made = await createOrganization(tx, { name: `${name} organization` }, now);
    const person = async (username: string, role: 'admin' | 'editor') => {
      const grafanaId = await nextGrafanaUserId(tx, made.id);
      const email = `${username}@${name}.example.net`;
      const user = await createUser(tx, made.id, { grafanaId, username, email, role, passwordHash: null }, now);
      if (!user.ok) throw new Error(user.reason);
      return user.user.id;
    };
    const admin = await person(`${name}-ada`, 'admin');
    const editor = await person(`${name}-noor`, 'editor');
    const { text } = await createToken(tx, made.id, { userId: admin, name: 'test' }, now);
    return { org: made.id, adminId: admin, editorId: editor, token: text };
  });
  const ids: Record<string, string[]> = { users: [adminId, editorId], organizations: [org] };
  const send: SeededOrganization['send'] = async ({ method, url, headers, payload }) =>
    server.app.inject({
      method,
      url,
      headers: { authorization: token, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
  const create = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send({ method: 'POST', url: `/api/v1/${path}`, headers, payload: JSON.stringify(body) });
    if (answer.statusCode !== 201) throw new Error(`POST ${path}: ${answer.statusCode} ${answer.body}`);
    const made = JSON.parse(answer.body) as Record<string, unknown>;
    ids[path] = [...(ids[path] ?? []), String(made.id ?? made.user_id)];
    return made;
  };

  await create('teams', { name: `${name} team`, members: [adminId] });
  const chain = await create('escalation_chains', { name: `${name} chain` });
  await create('escalation_policies', { escalation_chain_id: chain.id, type: 'wait', duration: 300 });
  await create('escalation_policies', { escalation_chain_id: chain.id, type: 'notify_persons', persons_to_notify: [adminId] });
  const integration = await create('integrations', {
    type: 'webhook',
    name: `${name} integration`,
    default_route: { escalation_chain_id: chain.id },
  });
  await create('routes', { integration_id: integration.id, routing_regex: `${name} route`, escalation_chain_id: chain.id });
  await create('webhooks', {
    name: `${name} webhook`,
    url: `https://${name}.example.net/`,
    http_method: 'POST',
    trigger_type: 'escalation',
  });
  await create('webhook_secrets', { name: `${name}_secret`, value: `${name} value` });
  const shift = await create('on_call_shifts', {
    name: `${name} shift`,
    type: 'rolling_users',
    start: '2026-03-02T08:00:00',
    duration: 86_400,
    frequency: 'daily',
    rolling_users: [[adminId], [editorId]],
    start_rotation_from_user_index: 0,
  });
  const schedule = await create('schedules', { name: `${name} schedule`, type: 'calendar', shifts: [shift.id] });
  await create('schedules', { name: `${name} web schedule`, type: 'web', time_zone: 'UTC' });
  await create('shift_swaps', {
    schedule: schedule.id,
    swap_start: '2026-03-05T08:00:00Z',
    swap_end: '2026-03-06T08:00:00Z',
    beneficiary: editorId,
    description: `${name} swap`,
  });
  await create('personal_notification_rules', { user_id: adminId, type: 'wait', duration: 300 });
  await create('time_off', {
    user_id: adminId,
    starts_at: '2026-04-01T08:00:00Z',
    ends_at: '2026-04-02T08:00:00Z',
    note: `${name} away`,
  });

  for (const title of [`${name} alert`, `${name} other alert`]) {
    const answer = await server.app.inject({
      method: 'POST',
      url: new URL(String(integration.link)).pathname,
      payload: { title },
    });
    if (answer.statusCode !== 200) throw new Error(`alert: ${answer.statusCode} ${answer.body}`);
  }
  await server.runDue();
  const groups = await db.selectFrom('alert_group').select('id').where('organization_id', '=', org).execute();
  const alerts = await db.selectFrom('alert').select('id').where('organization_id', '=', org).execute();
  if (groups.length === 0 || alerts.length === 0) throw new Error('no alert group was made');
  ids.alert_groups = groups.map(({ id }) => id);
  ids.alerts = alerts.map(({ id }) => id);
  await create('resolution_notes', { alert_group_id: ids.alert_groups[0], text: `${name} note` });
  return { org, adminId, token, ids, words: [name, token, String(integration.link), ...Object.values(ids).flat()], send };
}
