import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let ben: ApiUser;
let schedule: string;
beforeAll(async () => {
  api = await startApi();
  ben = await api.user('ben', 'editor');
  schedule = (await api.admin.post('schedules/', { type: 'web', name: 'Docks', time_zone: 'UTC' })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());

const week = 'start_date=2026-03-02&end_date=2026-03-09';
const rotation = () => ({
  type: 'rolling_users',
  source: 0,
  name: 'Weekdays',
  start: '2026-03-02T09:00:00',
  rotation_start: '2026-03-02T09:00:00',
  duration: 8 * 3_600,
  frequency: 'daily',
  interval: 1,
  rolling_users: [[api.admin.id], [ben.id]],
  start_rotation_from_user_index: 0,
});

test('a preview shows a new rotation and stores nothing', async () => {
  const empty = (await api.admin.get(`schedules/${schedule}/timeline/?${week}`)).body;
  expect(empty).toMatchObject({ final: [], shifts: [], gaps: [{ start: '2026-03-02T00:00:00Z', end: '2026-03-09T00:00:00Z' }] });
  const { status, body } = await api.admin.post(`schedules/${schedule}/preview/?${week}`, { shift: rotation() });
  expect(status).toBe(200);
  expect(body.final.slice(0, 2)).toMatchObject([
    { start: '2026-03-02T09:00:00Z', end: '2026-03-02T17:00:00Z', user_ids: [api.admin.id], shift_name: 'Weekdays' },
    { start: '2026-03-03T09:00:00Z', user_ids: [ben.id] },
  ]);
  expect(body.gaps).toHaveLength(8);
  expect((await api.admin.get(`schedules/${schedule}/timeline/?${week}`)).body).toEqual(empty);
  expect((await api.admin.get('on_call_shifts/')).body.count).toBe(0);
});

test('a rotation of the web UI belongs to its schedule; an override stands above it, and a change of it can be seen before', async () => {
  const made = (await api.admin.post('on_call_shifts/', { ...rotation(), schedule })).body;
  expect(made.schedule).toBe(schedule);
  const override = {
    type: 'override',
    source: 0,
    schedule,
    start: '2026-03-02T10:00:00',
    rotation_start: '2026-03-02T10:00:00',
    duration: 3_600,
    users: [ben.id],
  };
  await api.admin.post('on_call_shifts/', override);
  const { body } = await api.admin.get(`schedules/${schedule}/timeline/?${week}`);
  expect(body.final.slice(0, 3).map((piece: { user_ids: string[] }) => piece.user_ids)).toEqual([
    [api.admin.id],
    [ben.id],
    [api.admin.id],
  ]);
  expect(body.final[1]).toMatchObject({ is_override: true });
  const changed = await api.admin.post(`schedules/${schedule}/preview/?${week}`, {
    shift_id: made.id,
    shift: { rolling_users: [[ben.id]] },
  });
  expect(changed.body.final[0].user_ids).toEqual([ben.id]);
  const still = (await api.admin.get(`schedules/${schedule}/timeline/?${week}`)).body;
  expect(still).toEqual(body);
});

test('what cannot be previewed is refused by name', async () => {
  expect((await api.admin.get(`schedules/${schedule}/timeline/`)).body).toEqual({
    start_date: ['This field is required.'],
    end_date: ['This field is required.'],
  });
  expect((await api.admin.post(`schedules/${schedule}/preview/?${week}`, { shift: { type: 'rolling_users' } })).status).toBe(400);
  expect((await api.admin.get(`schedules/SNOTHERE1234/timeline/?${week}`)).status).toBe(404);
  const viewer = await api.user('vera', 'viewer');
  expect((await viewer.post(`schedules/${schedule}/preview/?${week}`, { shift: rotation() })).status).toBe(403);
});

/** Who is on call, one line for each turn: `03-02 09 – 03-09 09 cleo`. */
async function turns(id: string, from: string, to: string): Promise<string[]> {
  const { results } = (await api.admin.get(`schedules/${id}/final_shifts/?start_date=${from}&end_date=${to}`)).body;
  const hour = (at: string) => at.slice(5, 13).replace('T', ' ');
  return results.map(
    (row: { shift_start: string; shift_end: string; user_username: string }) =>
      `${hour(row.shift_start)} – ${hour(row.shift_end)} ${row.user_username}`,
  );
}

test('a rotation is changed from now on under its id: what was stays, and who is on call goes on', async () => {
  const [cleo, dora, ezra] = [
    await api.user('cleo', 'editor'),
    await api.user('dora', 'editor'),
    await api.user('ezra', 'editor'),
  ];
  const id = (await api.admin.post('schedules/', { type: 'web', name: 'Quays', time_zone: 'UTC' })).body.id;
  const weekly = {
    ...rotation(),
    schedule: id,
    start: '2026-02-16T09:00:00',
    rotation_start: '2026-02-16T09:00:00',
    duration: 7 * 86_400,
    frequency: 'weekly',
    week_start: 'MO',
    rolling_users: [[cleo.id], [dora.id]],
  };
  const { id: shift } = (await api.admin.post('on_call_shifts/', weekly)).body;
  api.clock.advance({ seconds: 2 * 86_400 });
  const past = ['02-16 09 – 02-23 09 cleo', '02-23 09 – 03-02 09 dora'];
  expect(await turns(id, '2026-02-16', '2026-03-17')).toEqual([
    ...past,
    '03-02 09 – 03-09 09 cleo',
    '03-09 09 – 03-16 09 dora',
    '03-16 09 – 03-17 00 cleo',
  ]);
  // Ezra comes first in the list, and Cleo stays on call: without the parameter Dora would be.
  const body = { ...weekly, rolling_users: [[ezra.id], [cleo.id], [dora.id]] };
  const preview = await api.admin.post(`schedules/${id}/preview/?start_date=2026-03-04T10:00&end_date=2026-03-05`, {
    shift_id: shift,
    shift: body,
    effective_from: 'now',
  });
  expect(preview.body.final[0].user_ids).toEqual([cleo.id]);
  const changed = await api.admin.put(`on_call_shifts/${shift}?effective_from=now`, body);
  expect([changed.status, changed.body]).toMatchObject([
    200,
    { id: shift, start: '2026-03-02T09:00:00', rotation_start: '2026-03-04T09:00:00', start_rotation_from_user_index: 1 },
  ]);
  const next = ['03-04 09 – 03-09 09 cleo', '03-09 09 – 03-16 09 dora', '03-16 09 – 03-23 09 ezra', '03-23 09 – 03-30 09 cleo'];
  expect(await turns(id, '2026-02-16', '2026-03-30T09:00')).toEqual([...past, '03-02 09 – 03-04 09 cleo', ...next]);
  expect((await api.admin.get(`on_call_shifts/?schedule_id=${id}`)).body.results).toEqual([changed.body]);

  // From a day to come; then from an earlier one, before the first of these changes has begun.
  await api.admin.patch(`on_call_shifts/${shift}?effective_from=2026-03-18T09:00:00Z`, { rolling_users: [[ezra.id], [dora.id]] });
  expect(await turns(id, '2026-03-10', '2026-03-30T09:00')).toEqual([
    '03-10 00 – 03-16 09 dora',
    '03-16 09 – 03-18 09 ezra',
    '03-18 09 – 03-23 09 ezra',
    '03-23 09 – 03-30 09 dora',
  ]);
  await api.admin.patch(`on_call_shifts/${shift}?effective_from=2026-03-10T00:00:00Z`, { rolling_users: [[dora.id], [cleo.id]] });
  expect(await turns(id, '2026-02-16', '2026-03-24')).toEqual([
    ...past,
    '03-02 09 – 03-04 09 cleo',
    '03-04 09 – 03-09 09 cleo',
    '03-09 09 – 03-10 00 dora',
    '03-10 00 – 03-16 09 dora',
    '03-16 09 – 03-23 09 cleo',
    '03-23 09 – 03-24 00 dora',
  ]);
});

test('a rotation of a calendar schedule keeps its past too, shows once, and goes with it', async () => {
  const [finn, gwen] = [await api.user('finn', 'editor'), await api.user('gwen', 'editor')];
  const { source: _web, ...daily } = rotation();
  const turnsOf = (...ids: string[]) => ids.map((one) => [one]);
  const made = await api.admin.post('on_call_shifts/', {
    ...daily,
    source: 3,
    duration: 86_400,
    rolling_users: turnsOf(finn.id, gwen.id),
  });
  const schedule = (
    await api.admin.post('schedules/', { type: 'calendar', name: 'Cranes', time_zone: 'Europe/Berlin', shifts: [made.body.id] })
  ).body;
  const path = `on_call_shifts/${made.body.id}`;
  // The clock stands at 03-04 10:00 in Berlin, in Finn's third turn. It goes on; then it is Ben's, who takes Gwen's place.
  expect((await api.admin.put(`${path}?effective_from=now`, { rolling_users: turnsOf(finn.id, ben.id) })).status).toBe(200);
  const lines = ['03-02 08 – 03-03 08 finn', '03-03 08 – 03-04 08 gwen', '03-04 08 – 03-05 08 finn', '03-05 08 – 03-06 08 ben'];
  expect(await turns(schedule.id, '2026-03-02', '2026-03-06T08:00')).toEqual(lines);
  expect((await api.admin.get(`schedules/${schedule.id}`)).body.shifts).toEqual([made.body.id]);
  expect((await api.admin.put(`schedules/${schedule.id}`, { shifts: [made.body.id] })).body.shifts).toEqual([made.body.id]);
  expect(await turns(schedule.id, '2026-03-02', '2026-03-06T08:00')).toEqual(lines);
  expect((await api.admin.get(`users/${gwen.id}/uses`)).body.on_call_shifts).toEqual([]); // what is over is no use of her
  expect((await api.admin.delete(path)).status).toBe(204);
  expect(await turns(schedule.id, '2026-03-02', '2026-03-06')).toEqual([]);
});

test.each([
  ['?effective_from=soon', {}, [expect.stringContaining('Datetime has wrong format')]],
  ['?effective_from=now', { type: 'single_event' }, ['Only rotations are changed from some time on.']],
])('a change of a shift with %s and %j is refused', async (query, change, effective_from) => {
  const made = await api.admin.post('on_call_shifts/', rotation());
  const answer = await api.admin.patch(`on_call_shifts/${made.body.id}${query}`, change);
  expect([answer.status, answer.body]).toEqual([400, { effective_from }]);
  expect((await api.admin.get(`on_call_shifts/${made.body.id}`)).body).toEqual(made.body);
});
