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
